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
#include <chimaera/client.h>

/* One bdev pool. Zeroed is none; holds nothing that needs freeing. */
struct chimaera_bdev_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/*
 * Gets the pool `pool_name`, or creates it, and makes `client` speak to it. Whoever names the same
 * pool must give the same four parameters, as written: 0 and the default that it stands for differ.
 *   type        CHIMAERA_BDEV_TYPE_RAM
 *   total_size  of the device, at least one unit of alignment
 *   io_depth    operations in flight at a time; 0 means 32; a RAM device has no use for it
 *   alignment   allocation unit, a power of two from 512 bytes to 1 GiB; 0 means 4096
 * -EINVAL for parameters outside these bounds, -ENOTSUP for CHIMAERA_BDEV_TYPE_FILE, -ENOMEM where
 * total_size is more than the machine has, and the codes of chimaera_admin_get_or_create_pool().
 */
CHI_API int chimaera_bdev_create(struct chimaera_bdev_client *client, chi_pool_query_t query,
                                 const char *pool_name, enum chimaera_bdev_type type,
                                 uint64_t total_size, uint32_t io_depth, uint32_t alignment);

/* Without waiting; once done, set client->base.pool_id to task->new_pool_id. */
CHI_API struct chimaera_admin_get_or_create_pool_task *chimaera_bdev_create_async(
    chi_pool_query_t query, const char *pool_name, enum chimaera_bdev_type type,
    uint64_t total_size, uint32_t io_depth, uint32_t alignment);

/*
 * Destroys the pool with all that it holds, and leaves `client` zeroed. The codes of
 * chimaera_admin_destroy_pool().
 */
CHI_API int chimaera_bdev_destroy(struct chimaera_bdev_client *client, chi_pool_query_t query);

/*
 * Allocates `size` bytes, rounded up to the alignment: one block, or several where free space is in
 * pieces. `count` says how many fit in `blocks`, and then how many there are. The content is
 * undefined. The caller owns them until somebody frees them. All or nothing: -EINVAL for size 0,
 * -ENOSPC where less is free, -ENOBUFS where it would take more than `count` blocks, -ENOMEM.
 */
CHI_API int chimaera_bdev_allocate_blocks(const struct chimaera_bdev_client *client,
                                          chi_pool_query_t query, uint64_t size,
                                          struct chimaera_bdev_block *blocks, size_t *count);

/* Gives task->blocks, at most `max_blocks` of them (0: any number). */
CHI_API struct chimaera_bdev_allocate_blocks_task *chimaera_bdev_allocate_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t size,
    uint32_t max_blocks);

/*
 * Frees blocks as they were allocated, all of them or, in case of an error, none. -ERANGE (beyond
 * the device), -EALREADY (freed before, or named twice here), -EINVAL (not a block that is
 * allocated: never was, is another one by now, a part of one, several in one), -ENOMEM. No task may
 * be using them; a write that is under way would reach whoever gets them next.
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
 * caller's and must not change before the task is done. -ERANGE (a block reaches beyond the
 * device), -EINVAL (a block is not, or not wholly, allocated), -EMSGSIZE (the buffer is longer than
 * the blocks together), -ENOMEM. Nothing is written in case of these, unless a block is freed
 * meanwhile.
 */
CHI_API int chimaera_bdev_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                                const struct chimaera_bdev_block *blocks, size_t count,
                                const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_write_task *chimaera_bdev_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer);

/*
 * Fills all of `buffer` from `blocks`, one after the other. As chimaera_bdev_write(), with the same
 * codes; after an error the buffer's content is undefined.
 */
CHI_API int chimaera_bdev_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                               const struct chimaera_bdev_block *blocks, size_t count,
                               const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_read_task *chimaera_bdev_read_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer);

/* What the device holds and has done. Space is exact; reads and writes under way may count or not.
 */
CHI_API int chimaera_bdev_get_stats(const struct chimaera_bdev_client *client,
                                    chi_pool_query_t query, struct chimaera_bdev_stats *stats);

CHI_API struct chimaera_bdev_get_stats_task *chimaera_bdev_get_stats_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query);

CHI_END_DECLS

#endif
