/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client calls of the bdev module: a block device whose space is allocated in blocks, or exported
 * as one range, and is read and written through buffers that the runtime uses in place.
 *
 * Thread: any. Sizes and offsets are in bytes. The calls that wait park the calling fiber when
 * called in a handler, and block the calling thread elsewhere. Every call that waits returns 0 or a
 * negative code and records a message for chi_last_error(). Besides the codes listed with a call,
 * each may return those of chi_task_new(), chi_task_enqueue() and chi_task_wait().
 *
 * The _async calls do not wait. They return the submitted task, or NULL with chi_last_error_code().
 * The caller waits with chi_task_wait(&task->base), which returns the codes listed with the call
 * that waits; then reads the task's OUT members; then frees it with chi_task_del(&task->base).
 *
 * Blocks belong to the pool, not to the process that allocated them: any client may use and free
 * them, and they outlive the client. Tasks in flight at the same time are not ordered.
 */
#ifndef CHIMAERA_BDEV_CLIENT_H
#define CHIMAERA_BDEV_CLIENT_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/bdev/autogen/bdev_methods.h>
#include <chimaera/bdev/bdev_tasks.h>
#include <chimaera/params.h>

/* Handle of one bdev pool. Zeroed: no pool. Holds nothing that needs to be freed. */
struct chimaera_bdev_client {
    struct chi_container_client base;
};

CHI_BEGIN_DECLS

/* Optional parameters of a pool. Zeroed: the defaults. */
struct chimaera_bdev_options {
    enum chimaera_bdev_mode mode;
    enum chimaera_bdev_engine engine;
    bool force;                     /* overwrite a file that holds other data or a damaged map */
    struct chimaera_bdev_perf perf; /* known performance; 0: GetStats reports measured values */
};

/*
 * Opens the pool `pool_name`, or creates it if there is none, and sets `client` to it. If the pool
 * exists, the parameters must be those that it was created with, literally: 0 differs from the
 * default that it stands for. Parks.
 *   pool_name   file device: absolute path; the file is created if it is missing and total_size is
 *               not 0
 *   type        CHIMAERA_BDEV_TYPE_FILE or CHIMAERA_BDEV_TYPE_RAM
 *   total_size  size of the device in bytes; 0: size of the file
 *   io_depth    maximum number of operations in flight, up to 4096; 0: 32
 *   alignment   allocation unit in bytes, a power of two from 512 to 2^30; 0: as the file was
 *               formatted, or 4096
 *   options     NULL: the defaults
 * Returns:
 *   0
 *   -EINVAL    a parameter is out of bounds, or differs from the file's format
 *   -ENOENT    the file is missing, and total_size is 0
 *   -ENOSPC    the file is too small, or the file system is full
 *   -EEXIST    the file holds other data, and options->force is false
 *   -EBUSY     the file is in use
 *   -EUCLEAN   the map on the file is damaged
 *   -ENOTSUP   the map is of another format version; or a file device with several containers
 *   -EPERM     engine URING: the system does not allow io_uring
 *   -ENOSYS    engine URING: the system, or this build, has no io_uring
 *   -ENOMEM    all RAM pools together would exceed the machine's memory; no memory
 *   -EIO       I/O error
 *   -EACCES, -EROFS and other codes of open()
 *   CHI_EPOOL_EXISTS and other codes of chimaera_admin_get_or_create_pool()
 */
CHI_API int chimaera_bdev_create(struct chimaera_bdev_client *client, chi_pool_query_t query,
                                 const char *pool_name, enum chimaera_bdev_type type,
                                 uint64_t total_size, uint32_t io_depth, uint32_t alignment,
                                 const struct chimaera_bdev_options *options);

/* After the task is done, the caller sets client->base.pool_id to task->new_pool_id. */
CHI_API struct chimaera_admin_get_or_create_pool_task *chimaera_bdev_create_async(
    chi_pool_query_t query, const char *pool_name, enum chimaera_bdev_type type,
    uint64_t total_size, uint32_t io_depth, uint32_t alignment,
    const struct chimaera_bdev_options *options);

/*
 * Opens an existing pool by name, with any parameters, and sets `client` to it. Use
 * chimaera_bdev_get_stats() to find out what device it is. On failure `client` is unchanged. Parks.
 * Returns:
 *   0
 *   CHI_ENOPOOL       there is no such pool
 *   CHI_EPOOL_EXISTS  the pool belongs to another module
 *   CHI_ESCHEMA       the runtime's module has a different task layout
 *   CHI_EPOOL_NAME    the name is empty or too long
 */
CHI_API int chimaera_bdev_open(struct chimaera_bdev_client *client, chi_pool_query_t query,
                               const char *pool_name);

/*
 * Flushes and destroys the pool, and zeroes `client`. The content of a file remains; that of a RAM
 * device is lost. Parks.
 * Returns:
 *   0
 *   codes of chimaera_admin_destroy_pool()
 *   codes of chimaera_bdev_flush()
 */
CHI_API int chimaera_bdev_destroy(struct chimaera_bdev_client *client, chi_pool_query_t query);

/*
 * Allocates `size` bytes, rounded up to the alignment, in one block or, if free space is
 * fragmented or `size` exceeds CHIMAERA_BDEV_BLOCK_MAX, in several. All or nothing. The content of
 * the blocks is undefined. The allocation is durable after a flush that begins later. Parks.
 *   size    bytes
 *   blocks  array for the result
 *   count   in: number of elements of `blocks`; out: number of blocks allocated
 * Returns:
 *   0
 *   -EINVAL   size is 0
 *   -ENOSPC   less than `size` is free
 *   -ENOBUFS  more than `count` blocks would be needed
 *   -ENOTSUP  the pool's mode is raw
 *   -ENOMEM   the runtime has no memory
 *   codes of chimaera_bdev_flush(), if freed space must be committed first
 */
CHI_API int chimaera_bdev_allocate_blocks(const struct chimaera_bdev_client *client,
                                          chi_pool_query_t query, uint64_t size,
                                          struct chimaera_bdev_block *blocks, size_t *count);

/* Result: task->blocks, at most `max_blocks` (0: any number). */
CHI_API struct chimaera_bdev_allocate_blocks_task *chimaera_bdev_allocate_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t size,
    uint32_t max_blocks);

/*
 * Frees blocks exactly as they were allocated, all or none. No task may use them any more: a write
 * still in flight would overwrite data of the next owner. The freeing is durable after a flush that
 * begins later; until then the space is not allocated again. Parks.
 *   blocks  blocks, in any order
 *   count   number of blocks
 * Returns:
 *   0
 *   -EXDEV     a block belongs to another device
 *   -ERANGE    a block extends beyond the end of the device
 *   -EALREADY  a block was freed before, or is named twice
 *   -EINVAL    not an allocated block: never allocated, reallocated since, or a part of one
 *   -ENOTSUP   the pool's mode is raw
 *   -ENOMEM    the runtime has no memory
 */
CHI_API int chimaera_bdev_free_blocks(const struct chimaera_bdev_client *client,
                                      chi_pool_query_t query,
                                      const struct chimaera_bdev_block *blocks, size_t count);

CHI_API struct chimaera_bdev_free_blocks_task *chimaera_bdev_free_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count);

/*
 * Writes all of `buffer` to `blocks`, in their order. A block here is any range of allocated space,
 * with any offset and size; the last one need not be filled. The buffer must not change before the
 * task is done. The data is durable after a flush that begins later. Parks.
 *   blocks  ranges to write to
 *   count   number of ranges
 *   buffer  data; not larger than the ranges together
 * Returns:
 *   0
 *   -EXDEV     a block belongs to another device
 *   -ERANGE    a block extends beyond the end of the device
 *   -EINVAL    a part of a block is not allocated
 *   -EFAULT    the buffer has no memory
 *   -EMSGSIZE  the buffer is larger than the blocks together
 *   -ENOTSUP   the pool's mode is raw
 *   -ENOMEM    the runtime has no memory
 *   -EIO, -ENOSPC and other codes of the system
 * After the last two, or if a block was freed meanwhile, a part may have been written; after the
 * others nothing was.
 */
CHI_API int chimaera_bdev_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                                const struct chimaera_bdev_block *blocks, size_t count,
                                const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_write_task *chimaera_bdev_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer);

/*
 * Reads `blocks`, in their order, into `buffer` until it is full. Blocks as in
 * chimaera_bdev_write(). After an error the buffer's content is undefined. Parks.
 *   blocks  ranges to read
 *   count   number of ranges
 *   buffer  memory to fill; not larger than the ranges together
 * Returns:
 *   0
 *   -EXDEV     a block belongs to another device
 *   -ERANGE    a block extends beyond the end of the device
 *   -EINVAL    a part of a block is not allocated
 *   -EFAULT    the buffer has no memory
 *   -EMSGSIZE  the buffer is larger than the blocks together
 *   -ENOTSUP   the pool's mode is raw
 *   -ENODATA   the file ends before the end of the device
 *   -ENOMEM    the runtime has no memory
 *   -EIO and other codes of the system
 */
CHI_API int chimaera_bdev_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                               const struct chimaera_bdev_block *blocks, size_t count,
                               const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_read_task *chimaera_bdev_read_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer);

/*
 * Reads properties, free space and counters of the device. Free space is exact; reads and writes in
 * flight may or may not be counted. Parks.
 *   stats  result
 * Returns 0.
 */
CHI_API int chimaera_bdev_get_stats(const struct chimaera_bdev_client *client,
                                    chi_pool_query_t query, struct chimaera_bdev_stats *stats);

CHI_API struct chimaera_bdev_get_stats_task *chimaera_bdev_get_stats_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query);

/*
 * Puts all writes, allocations and frees of tasks that were done before this one was sent on stable
 * storage, where they survive a loss of power. RAM devices: no effect. Parks.
 * Returns:
 *   0
 *   -ENOMEM  the runtime has no memory
 *   -EIO, -ENOSPC and other codes of the system: a part may not be durable
 */
CHI_API int chimaera_bdev_flush(const struct chimaera_bdev_client *client, chi_pool_query_t query);

CHI_API struct chimaera_bdev_flush_task *chimaera_bdev_flush_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query);

/*
 * Mode raw: the device is one range of `total` bytes, accessed with any offset and size. Besides
 * those listed, the calls below return:
 *   -EFAULT   the buffer has no memory
 *   -ENOTSUP  the pool's mode is blocks
 *   -ERANGE   the range extends beyond the end of the device
 *   -ENOMEM   the runtime has no memory
 *   -EIO, -ENOSPC and other codes of the system
 */

/*
 * Writes all of `buffer` at `offset` bytes. The buffer must not change before the task is done.
 * Parks.
 */
CHI_API int chimaera_bdev_raw_write(const struct chimaera_bdev_client *client,
                                    chi_pool_query_t query, uint64_t offset,
                                    const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_raw_write_task *chimaera_bdev_raw_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    const struct chi_buffer *buffer);

/*
 * Reads from `offset` bytes on into `buffer` until it is full. Parks. Returns also:
 *   -ENODATA  the file has become shorter than the device
 */
CHI_API int chimaera_bdev_raw_read(const struct chimaera_bdev_client *client,
                                   chi_pool_query_t query, uint64_t offset,
                                   const struct chi_buffer *buffer);

CHI_API struct chimaera_bdev_raw_read_task *chimaera_bdev_raw_read_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    const struct chi_buffer *buffer);

/*
 * Deallocates `size` bytes at `offset`, where the system can. Their content is undefined
 * afterwards. Parks.
 */
CHI_API int chimaera_bdev_raw_trim(const struct chimaera_bdev_client *client,
                                   chi_pool_query_t query, uint64_t offset, uint64_t size);

CHI_API struct chimaera_bdev_raw_trim_task *chimaera_bdev_raw_trim_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size);

/*
 * Zeroes `size` bytes at `offset`; deallocates them instead of writing where the system can. Parks.
 */
CHI_API int chimaera_bdev_raw_zero(const struct chimaera_bdev_client *client,
                                   chi_pool_query_t query, uint64_t offset, uint64_t size);

CHI_API struct chimaera_bdev_raw_zero_task *chimaera_bdev_raw_zero_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size);

/*
 * Lists which parts of `size` bytes at `offset` hold data and which are holes, which read as zeros.
 * The extents begin at `offset`, are contiguous, and alternate between data and hole. They end at
 * the end of the range, or earlier if there are more than `count`: then call again from there.
 * Writes that were done before this task was sent are listed as data, unless they wrote zeros.
 * Parts that the system does not know to be holes are listed as data, as is all of a block device.
 * Parks. extents  array for the result count    in: number of elements of `extents`; out: number of
 * extents, from 1 to CHIMAERA_BDEV_EXTENTS_MAX Returns also: -EINVAL  size or count is 0
 */
CHI_API int chimaera_bdev_raw_extents(const struct chimaera_bdev_client *client,
                                      chi_pool_query_t query, uint64_t offset, uint64_t size,
                                      struct chimaera_bdev_extent *extents, size_t *count);

/* Result: task->extents, at most `max_extents` (0: CHIMAERA_BDEV_EXTENTS_MAX). */
CHI_API struct chimaera_bdev_raw_extents_task *chimaera_bdev_raw_extents_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size, uint32_t max_extents);

CHI_END_DECLS

#endif
