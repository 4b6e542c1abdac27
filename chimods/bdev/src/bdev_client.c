/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the bdev module: fills in tasks, and describes their errors. Any thread. */
#include <chimaera/admin/admin_client.h>
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/status.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * Results of up to this many blocks have memory before the task is sent. Without it the runtime
 * must lend memory for the result; if it had none, the allocated blocks would be lost.
 */
#define RESERVED_BLOCKS 1024u

/* Describes the codes that have a meaning of their own here. */
static const char *reason(int rc)
{
    switch (rc) {
    case -ERANGE:
        return "a block or range extends beyond the end of the device";
    case -EXDEV:
        return "a block belongs to another device";
    case -ENOTSUP:
        return "the call is not available in the mode of this pool";
    case -ENODATA:
        return "the file ends before the end of the device";
    case -EIO:
        return "I/O error of the device";
    case -EINVAL:
        return "a block is not allocated, or differs from its allocation";
    case -EALREADY:
        return "a block was freed before";
    case -EFAULT:
        return "the buffer has no memory";
    case -EMSGSIZE:
        return "the buffer is larger than the blocks together";
    case -ENOSPC:
        return "the file system of the device is full";
    case -ENOBUFS:
        return "free space is fragmented into more blocks than the caller has room for";
    default:
        return chi_strerror(rc);
    }
}

/* Submits a task if `rc`, the result of filling it in, is 0. Returns the task, or NULL. */
static void *submit(struct chi_task *task, int rc)
{
    if (rc == 0)
        rc = chi_task_enqueue(task);
    if (rc == 0)
        return task;
    chi_task_del(task);
    chi_error(rc, "cannot send the task: %s", chi_strerror(rc));
    return NULL;
}

/* Records "cannot <what> of pool <id>: <why>" and returns `rc`. */
static int fail(int rc, const struct chi_task *task, const char *why, const char *what, ...)
    CHI_PRINTF(4, 5);
static int fail(int rc, const struct chi_task *task, const char *why, const char *what, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(text, sizeof text, what, arguments);
    va_end(arguments);
    return chi_error(rc, "cannot %s of pool %u.%u: %s", text, task->pool_id.major,
                     task->pool_id.minor, why);
}

/* Waits for a task on `count` blocks, and frees it. `task`: NULL if it was not sent. */
static int finish_blocks(struct chi_task *task, const char *verb, size_t count)
{
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(task);
    if (rc < 0)
        fail(rc, task, reason(rc), "%s %zu block%s", verb, count, count == 1 ? "" : "s");
    chi_task_del(task);
    return rc;
}

/* The same for a task on a range of the device. */
static int finish_range(struct chi_task *task, const char *verb, uint64_t offset, uint64_t size)
{
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(task);
    if (rc < 0)
        fail(rc, task, reason(rc), "%s %" PRIu64 " bytes at %" PRIu64, verb, size, offset);
    chi_task_del(task);
    return rc;
}

/* Stores blocks in the vector of a task. */
static int set_blocks(struct chi_bytes *vector, const struct chimaera_bdev_block *blocks,
                      size_t count)
{
    if (blocks == NULL && count > 0)
        return -EINVAL;
    return chi_bytes_assign(vector, blocks, chi_bytes_scale(count, sizeof *blocks));
}

/* Stores a buffer in a task. One without memory is a mistake of the caller, not a short one. */
static int set_buffer(struct chi_buffer *member, const struct chi_buffer *buffer)
{
    if (buffer == NULL || buffer->data == 0)
        return -EFAULT;
    *member = *buffer;
    return 0;
}

/* ---- pools */

static struct chimaera_bdev_create_params params_of(enum chimaera_bdev_type type,
                                                    uint64_t total_size, uint32_t io_depth,
                                                    uint32_t alignment,
                                                    const struct chimaera_bdev_options *options)
{
    static const struct chimaera_bdev_options defaults = {0};
    const struct chimaera_bdev_options *given = options != NULL ? options : &defaults;
    return (struct chimaera_bdev_create_params){
        .type = type,
        .mode = given->mode,
        .engine = given->engine,
        .force = given->force,
        .total_size = total_size,
        .io_depth = io_depth,
        .alignment = alignment,
        .read_mb_per_s = given->perf.read_mb_per_s,
        .write_mb_per_s = given->perf.write_mb_per_s,
        .read_latency_us = given->perf.read_latency_us,
        .write_latency_us = given->perf.write_latency_us,
        .iops = given->perf.iops,
    };
}

static struct chimaera_admin_pool_spec pool_spec(const char *pool_name,
                                                 const struct chimaera_bdev_create_params *params)
{
    return (struct chimaera_admin_pool_spec){
        .mod_name = CHIMAERA_BDEV_LIBRARY,
        .pool_name = pool_name,
        .params_schema = &chimaera_bdev_create_params_schema,
        .params = params,
        .schemas = &chimaera_bdev_schemas,
    };
}

struct chimaera_admin_get_or_create_pool_task *chimaera_bdev_create_async(
    chi_pool_query_t query, const char *pool_name, enum chimaera_bdev_type type,
    uint64_t total_size, uint32_t io_depth, uint32_t alignment,
    const struct chimaera_bdev_options *options)
{
    const struct chimaera_bdev_create_params params =
        params_of(type, total_size, io_depth, alignment, options);
    const struct chimaera_admin_pool_spec spec = pool_spec(pool_name, &params);
    return chimaera_admin_get_or_create_pool_async(query, &spec);
}

int chimaera_bdev_create(struct chimaera_bdev_client *client, chi_pool_query_t query,
                         const char *pool_name, enum chimaera_bdev_type type, uint64_t total_size,
                         uint32_t io_depth, uint32_t alignment,
                         const struct chimaera_bdev_options *options)
{
    const struct chimaera_bdev_create_params params =
        params_of(type, total_size, io_depth, alignment, options);
    const struct chimaera_admin_pool_spec spec = pool_spec(pool_name, &params);
    return chimaera_admin_get_or_create_pool(query, &spec, &client->base.pool_id);
}

int chimaera_bdev_open(struct chimaera_bdev_client *client, chi_pool_query_t query,
                       const char *pool_name)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = CHIMAERA_BDEV_LIBRARY,
                                                  .pool_name = pool_name,
                                                  .schemas = &chimaera_bdev_schemas};
    return chimaera_admin_open_pool(query, &spec, &client->base.pool_id);
}

int chimaera_bdev_destroy(struct chimaera_bdev_client *client, chi_pool_query_t query)
{
    int rc = chimaera_admin_destroy_pool(query, client->base.pool_id);
    if (rc == 0)
        *client = (struct chimaera_bdev_client){0};
    return rc;
}

/* ---- mode blocks */

struct chimaera_bdev_allocate_blocks_task *chimaera_bdev_allocate_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t size,
    uint32_t max_blocks)
{
    struct chimaera_bdev_allocate_blocks_task *task =
        CHI_TASK_NEW(chimaera_bdev_allocate_blocks, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->size = size;
    task->max_blocks = max_blocks;
    return submit(&task->base, max_blocks <= RESERVED_BLOCKS
                                   ? chi_vector_reserve(&task->blocks, max_blocks)
                                   : 0);
}

int chimaera_bdev_allocate_blocks(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                                  uint64_t size, struct chimaera_bdev_block *blocks, size_t *count)
{
    if (*count == 0)
        return chi_error(-ENOBUFS, "cannot allocate blocks: count is 0");
    uint32_t capacity = *count < UINT32_MAX ? (uint32_t)*count : UINT32_MAX;
    struct chimaera_bdev_allocate_blocks_task *task =
        chimaera_bdev_allocate_blocks_async(client, query, size, capacity);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc == 0)
        *count = chi_vector_copy_to(&task->blocks, blocks, *count);
    else
        fail(rc, &task->base,
             size == 0       ? "the size is 0"
             : rc == -ENOSPC ? "less is free"
                             : reason(rc),
             "allocate %" PRIu64 " bytes", size);
    chi_task_del(&task->base);
    return rc;
}

struct chimaera_bdev_free_blocks_task *chimaera_bdev_free_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count)
{
    struct chimaera_bdev_free_blocks_task *task =
        CHI_TASK_NEW(chimaera_bdev_free_blocks, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    return submit(&task->base, set_blocks(&task->blocks.bytes, blocks, count));
}

int chimaera_bdev_free_blocks(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                              const struct chimaera_bdev_block *blocks, size_t count)
{
    struct chimaera_bdev_free_blocks_task *task =
        chimaera_bdev_free_blocks_async(client, query, blocks, count);
    return finish_blocks(task ? &task->base : NULL, "free", count);
}

struct chimaera_bdev_write_task *chimaera_bdev_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer)
{
    struct chimaera_bdev_write_task *task =
        CHI_TASK_NEW(chimaera_bdev_write, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    int rc = set_buffer(&task->data, buffer);
    if (rc == 0)
        rc = set_blocks(&task->blocks.bytes, blocks, count);
    return submit(&task->base, rc);
}

int chimaera_bdev_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                        const struct chimaera_bdev_block *blocks, size_t count,
                        const struct chi_buffer *buffer)
{
    struct chimaera_bdev_write_task *task =
        chimaera_bdev_write_async(client, query, blocks, count, buffer);
    return finish_blocks(task ? &task->base : NULL, "write", count);
}

struct chimaera_bdev_read_task *chimaera_bdev_read_async(const struct chimaera_bdev_client *client,
                                                         chi_pool_query_t query,
                                                         const struct chimaera_bdev_block *blocks,
                                                         size_t count,
                                                         const struct chi_buffer *buffer)
{
    struct chimaera_bdev_read_task *task =
        CHI_TASK_NEW(chimaera_bdev_read, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    int rc = set_buffer(&task->data, buffer);
    if (rc == 0)
        rc = set_blocks(&task->blocks.bytes, blocks, count);
    return submit(&task->base, rc);
}

int chimaera_bdev_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                       const struct chimaera_bdev_block *blocks, size_t count,
                       const struct chi_buffer *buffer)
{
    struct chimaera_bdev_read_task *task =
        chimaera_bdev_read_async(client, query, blocks, count, buffer);
    return finish_blocks(task ? &task->base : NULL, "read", count);
}

/* ---- both modes */

struct chimaera_bdev_get_stats_task *chimaera_bdev_get_stats_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query)
{
    struct chimaera_bdev_get_stats_task *task =
        CHI_TASK_NEW(chimaera_bdev_get_stats, client->base.pool_id, query);
    return task == NULL ? NULL : submit(&task->base, 0);
}

int chimaera_bdev_get_stats(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                            struct chimaera_bdev_stats *stats)
{
    struct chimaera_bdev_get_stats_task *task = chimaera_bdev_get_stats_async(client, query);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc == 0)
        *stats = task->stats;
    else
        fail(rc, &task->base, chi_strerror(rc), "read the statistics");
    chi_task_del(&task->base);
    return rc;
}

struct chimaera_bdev_flush_task *chimaera_bdev_flush_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query)
{
    struct chimaera_bdev_flush_task *task =
        CHI_TASK_NEW(chimaera_bdev_flush, client->base.pool_id, query);
    return task == NULL ? NULL : submit(&task->base, 0);
}

int chimaera_bdev_flush(const struct chimaera_bdev_client *client, chi_pool_query_t query)
{
    struct chimaera_bdev_flush_task *task = chimaera_bdev_flush_async(client, query);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc < 0)
        fail(rc, &task->base, reason(rc), "flush the device");
    chi_task_del(&task->base);
    return rc;
}

/* ---- mode raw */

struct chimaera_bdev_raw_write_task *chimaera_bdev_raw_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    const struct chi_buffer *buffer)
{
    struct chimaera_bdev_raw_write_task *task =
        CHI_TASK_NEW(chimaera_bdev_raw_write, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->offset = offset;
    return submit(&task->base, set_buffer(&task->data, buffer));
}

int chimaera_bdev_raw_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                            uint64_t offset, const struct chi_buffer *buffer)
{
    struct chimaera_bdev_raw_write_task *task =
        chimaera_bdev_raw_write_async(client, query, offset, buffer);
    return finish_range(task ? &task->base : NULL, "write", offset,
                        buffer != NULL ? buffer->size : 0);
}

struct chimaera_bdev_raw_read_task *chimaera_bdev_raw_read_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    const struct chi_buffer *buffer)
{
    struct chimaera_bdev_raw_read_task *task =
        CHI_TASK_NEW(chimaera_bdev_raw_read, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->offset = offset;
    return submit(&task->base, set_buffer(&task->data, buffer));
}

int chimaera_bdev_raw_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                           uint64_t offset, const struct chi_buffer *buffer)
{
    struct chimaera_bdev_raw_read_task *task =
        chimaera_bdev_raw_read_async(client, query, offset, buffer);
    return finish_range(task ? &task->base : NULL, "read", offset,
                        buffer != NULL ? buffer->size : 0);
}

struct chimaera_bdev_raw_trim_task *chimaera_bdev_raw_trim_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size)
{
    struct chimaera_bdev_raw_trim_task *task =
        CHI_TASK_NEW(chimaera_bdev_raw_trim, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->offset = offset;
    task->size = size;
    return submit(&task->base, 0);
}

int chimaera_bdev_raw_trim(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                           uint64_t offset, uint64_t size)
{
    struct chimaera_bdev_raw_trim_task *task =
        chimaera_bdev_raw_trim_async(client, query, offset, size);
    return finish_range(task ? &task->base : NULL, "trim", offset, size);
}

struct chimaera_bdev_raw_zero_task *chimaera_bdev_raw_zero_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size)
{
    struct chimaera_bdev_raw_zero_task *task =
        CHI_TASK_NEW(chimaera_bdev_raw_zero, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->offset = offset;
    task->size = size;
    return submit(&task->base, 0);
}

int chimaera_bdev_raw_zero(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                           uint64_t offset, uint64_t size)
{
    struct chimaera_bdev_raw_zero_task *task =
        chimaera_bdev_raw_zero_async(client, query, offset, size);
    return finish_range(task ? &task->base : NULL, "zero", offset, size);
}

struct chimaera_bdev_raw_extents_task *chimaera_bdev_raw_extents_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query, uint64_t offset,
    uint64_t size, uint32_t max_extents)
{
    struct chimaera_bdev_raw_extents_task *task =
        CHI_TASK_NEW(chimaera_bdev_raw_extents, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->offset = offset;
    task->size = size;
    task->max_extents = max_extents;
    return submit(&task->base, 0);
}

int chimaera_bdev_raw_extents(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                              uint64_t offset, uint64_t size, struct chimaera_bdev_extent *extents,
                              size_t *count)
{
    if (*count == 0)
        return chi_error(-EINVAL, "cannot list extents: count is 0");
    uint32_t capacity = *count < CHIMAERA_BDEV_EXTENTS_MAX ? (uint32_t)*count : 0;
    struct chimaera_bdev_raw_extents_task *task =
        chimaera_bdev_raw_extents_async(client, query, offset, size, capacity);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc == 0)
        *count = chi_vector_copy_to(&task->extents, extents, *count);
    else
        fail(rc, &task->base, rc == -EINVAL ? "the size is 0" : reason(rc),
             "list the extents of %" PRIu64 " bytes at %" PRIu64, size, offset);
    chi_task_del(&task->base);
    return rc;
}
