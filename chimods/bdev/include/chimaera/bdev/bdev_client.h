/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the bdev module: a block device whose space is allocated in blocks, and written
 * and read through buffers that the runtime uses in place.
 *
 * Any thread. Sizes and offsets are in bytes. Inside a handler the calls that wait park the calling
 * fiber. Each returns 0 or a negative code, and chi_last_error() says more; beside the codes named
 * here, each may return those of chi_task_new(), chi_task_enqueue() and chi_task_wait().
 *
 * The _async forms return the task, submitted, or NULL with chi_last_error_code(). Then
 * chi_task_wait(&task->base), which returns the codes named here; read its OUT members; free it
 * with chi_task_del(&task->base).
 *
 * Blocks belong to the pool, not to the process that allocated them: any client may use and free
 * them, and they stay when their client exits. Tasks in flight at the same time have no order.
 */
#ifndef CHIMAERA_BDEV_CLIENT_H
#define CHIMAERA_BDEV_CLIENT_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/bdev/autogen/bdev_methods.h>
#include <chimaera/bdev/bdev_tasks.h>
#include <chimaera/params.h>

/* One bdev pool. Zeroed is none; holds nothing that needs freeing. */
struct chimaera_bdev_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/* What few callers need to say. Zeroed: the defaults. */
struct chimaera_bdev_options {
    enum chimaera_bdev_mode mode;
    enum chimaera_bdev_engine engine;
    bool force; /* take a file over that holds something else, which is lost */
    struct chimaera_bdev_perf
        perf; /* what the device is known to do; 0: GetStats says what it saw */
};

/*
 * Gets the pool `pool_name`, or creates it, and makes `client` speak to it. Whoever names the same
 * pool must give the same parameters, as written: 0 and the default that it stands for differ.
 *   pool_name   of a file device its absolute path, which is made if total_size says how large
 *   type        CHIMAERA_BDEV_TYPE_FILE or CHIMAERA_BDEV_TYPE_RAM
 *   total_size  of the device in bytes; a file's 0 means as large as it is
 *   io_depth    operations of a file in flight at a time, up to 4096; 0 means 32
 *   alignment   allocation unit, a power of two from 512 bytes to 1 GiB; 0 means 4096, or what the
 *               file was made with
 *   options     or NULL
 * A file that holds neither nothing nor a block map of this module is refused without `force`.
 * -EINVAL for parameters outside these bounds or other than the file was made with; of a file
 * -ENOENT, -EACCES, -EROFS and other codes of open(), -ENOSPC (too small, or no room for it),
 * -EEXIST (holds something else), -EBUSY (in use), -EUCLEAN (its map is damaged), -ENOTSUP (its map
 * is of another version; several containers), -EPERM or -ENOSYS (no io_uring, where that was asked
 * for), -EIO; of memory -ENOMEM where all RAM pools together would be more than the machine has;
 * and the codes of chimaera_admin_get_or_create_pool().
 */
CHI_API int chimaera_bdev_create(struct chimaera_bdev_client *client, chi_pool_query_t query,
                                 const char *pool_name, enum chimaera_bdev_type type,
                                 uint64_t total_size, uint32_t io_depth, uint32_t alignment,
                                 const struct chimaera_bdev_options *options);

/* Without waiting; once done, set client->base.pool_id to task->new_pool_id. */
CHI_API struct chimaera_admin_get_or_create_pool_task *chimaera_bdev_create_async(
    chi_pool_query_t query, const char *pool_name, enum chimaera_bdev_type type,
    uint64_t total_size, uint32_t io_depth, uint32_t alignment,
    const struct chimaera_bdev_options *options);

/*
 * Makes `client` speak to the pool of that name, whatever its parameters;
 * chimaera_bdev_get_stats() says what device it is. CHI_ENOPOOL, CHI_EPOOL_EXISTS (it is another
 * module's), CHI_ESCHEMA, CHI_EPOOL_NAME; `client` is then as before.
 */
CHI_API int chimaera_bdev_open(struct chimaera_bdev_client *client, chi_pool_query_t query,
                               const char *pool_name);

/*
 * Destroys the pool and leaves `client` zeroed. What a file holds stays there, and is flushed
 * first; what memory holds is gone. The codes of chimaera_admin_destroy_pool() and
 * chimaera_bdev_flush().
 */
CHI_API int chimaera_bdev_destroy(struct chimaera_bdev_client *client, chi_pool_query_t query);

/*
 * Allocates `size` bytes, rounded up to the alignment: one block, or several where free space is in
 * pieces. `count` says how many fit in `blocks`, and then how many there are. The content is
 * undefined. The caller owns them until somebody frees them. All or nothing: -EINVAL for size 0,
 * -ENOSPC where less is free, -ENOBUFS where it would take more than `count` blocks, -ENOTSUP for a
 * pool of mode raw, -ENOMEM; where freed space must first be recorded, the codes of
 * chimaera_bdev_flush(). Durable once a flush that began afterwards has ended.
 */
CHI_API int chimaera_bdev_allocate_blocks(const struct chimaera_bdev_client *client,
                                          chi_pool_query_t query, uint64_t size,
                                          struct chimaera_bdev_block *blocks, size_t *count);

/* Gives task->blocks, at most `max_blocks` of them (0: any number). */
CHI_API struct chimaera_bdev_allocate_blocks_task *chimaera_bdev_allocate_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t size,
    uint32_t max_blocks);

/*
 * Frees blocks as they were allocated, all of them or, in case of an error, none. -EXDEV (a block
 * of another device), -ERANGE (beyond the device), -EALREADY (freed before, or named twice here),
 * -EINVAL (not a block that is allocated: never was, is another one by now, a part of one, several
 * in one), -ENOTSUP, -ENOMEM. Durable like an allocation; the space is given out again once that is
 * so. No task may be using them; a write that is under way would reach whoever gets them next.
 */
CHI_API int chimaera_bdev_free_blocks(const struct chimaera_bdev_client *client,
                                      chi_pool_query_t query,
                                      const struct chimaera_bdev_block *blocks, size_t count);

CHI_API struct chimaera_bdev_free_blocks_task *chimaera_bdev_free_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count);

/*
 * Writes all of `buffer` to `blocks`, filling one after the other. A block here is any range of
 * allocated space, with any offset and size; the last one need not be filled. The buffer stays the
 * caller's and must not change before the task is done. -EXDEV (a block of another device),
 * -ERANGE (a block reaches beyond the device), -EINVAL (a block is not, or not wholly, allocated),
 * -EMSGSIZE (the buffer is longer than the blocks together), -ENOTSUP (mode raw): nothing was
 * written, unless a block is freed meanwhile. -EIO, -ENOSPC or another code of the system, -ENOMEM:
 * a part may be. Durable once a flush that began afterwards has ended.
 */
CHI_API int chimaera_bdev_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                                const struct chimaera_bdev_block *blocks, size_t count,
                                const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_write_task *chimaera_bdev_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer);

/*
 * Fills all of `buffer` from `blocks`, one after the other. As chimaera_bdev_write(), with the same
 * codes, and -ENODATA where the file ends before the device should; after an error the buffer's
 * content is undefined.
 */
CHI_API int chimaera_bdev_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                               const struct chimaera_bdev_block *blocks, size_t count,
                               const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_read_task *chimaera_bdev_read_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer);

/*
 * What the device holds and has done. Space is exact; reads and writes under way may count or not.
 */
CHI_API int chimaera_bdev_get_stats(const struct chimaera_bdev_client *client,
                                    chi_pool_query_t query, struct chimaera_bdev_stats *stats);

CHI_API struct chimaera_bdev_get_stats_task *chimaera_bdev_get_stats_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query);

/*
 * Puts on stable storage whatever was written, allocated and freed by tasks that were done before
 * this one was sent. 0: it is there, and survives a loss of power. The codes of the system, such as
 * -EIO: some of it may not be. Memory has nothing to flush.
 */
CHI_API int chimaera_bdev_flush(const struct chimaera_bdev_client *client, chi_pool_query_t query);

CHI_API struct chimaera_bdev_flush_task *chimaera_bdev_flush_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query);

/* ---- Mode raw: the whole device as one range. Any offset and size. -ENOTSUP for a pool of mode
 * blocks, -ERANGE beyond the end, and the codes of the system. */

/* Writes all of `buffer` at `offset`. */
CHI_API int chimaera_bdev_raw_write(const struct chimaera_bdev_client *client,
                                    chi_pool_query_t query, uint64_t offset,
                                    const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_raw_write_task *chimaera_bdev_raw_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    const struct chi_buffer *buffer);

/* Fills all of `buffer` from `offset` on. Also -ENODATA: the file has become shorter. */
CHI_API int chimaera_bdev_raw_read(const struct chimaera_bdev_client *client,
                                   chi_pool_query_t query, uint64_t offset,
                                   const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_raw_read_task *chimaera_bdev_raw_read_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    const struct chi_buffer *buffer);

/* Says that nobody needs the range: the system may have its storage back. Its content is undefined
 * afterwards. */
CHI_API int chimaera_bdev_raw_trim(const struct chimaera_bdev_client *client,
                                   chi_pool_query_t query, uint64_t offset, uint64_t size);

CHI_API struct chimaera_bdev_raw_trim_task *chimaera_bdev_raw_trim_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size);

/* Makes the range zeros, by the system's own means where it has some. */
CHI_API int chimaera_bdev_raw_zero(const struct chimaera_bdev_client *client,
                                   chi_pool_query_t query, uint64_t offset, uint64_t size);

CHI_API struct chimaera_bdev_raw_zero_task *chimaera_bdev_raw_zero_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size);

/*
 * Which parts of the range hold data, and which are holes, where nothing is and zeros are read.
 * The extents begin at `offset`, lie one behind the other without gaps, and take turns in kind.
 * `count` says how many fit in `extents`, and then how many there are, at least one and no more
 * than CHIMAERA_BDEV_EXTENTS_MAX. They end at the end of the range, or before it where there are
 * more: ask again from there. What was written by tasks that were done before this one was sent is
 * data, unless it is zeros; the rest may be: as data counts whatever the system does not surely
 * know to be a hole, and all of a block device. -EINVAL for a range or a `count` of 0, -ENOMEM.
 */
CHI_API int chimaera_bdev_raw_extents(const struct chimaera_bdev_client *client,
                                      chi_pool_query_t query, uint64_t offset, uint64_t size,
                                      struct chimaera_bdev_extent *extents, size_t *count);

/* Gives task->extents, at most `max_extents` of them (0: CHIMAERA_BDEV_EXTENTS_MAX). */
CHI_API struct chimaera_bdev_raw_extents_task *chimaera_bdev_raw_extents_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size, uint32_t max_extents);

CHI_END_DECLS

#endif
