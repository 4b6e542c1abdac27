/* SPDX-License-Identifier: BSD-3-Clause */
/* Client side of the bdev module: fills in tasks, and says in words why one failed. Any thread. */
#include <chimaera/admin/admin_client.h>
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/status.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/*
 * An answer of up to so many blocks has memory before the task is sent: one for which the runtime
 * had none to lend would be lost, and its blocks with it.
 */
#define RESERVED_BLOCKS 1024u

/* The codes that mean something of their own here. */
static const char *reason(int rc)
{
    switch (rc) {
    case -ERANGE:
        return "a block or range reaches beyond the end of the device";
    case -EXDEV:
        return "a block is of another device";
    case -ENOTSUP:
        return "the pool's mode, blocks or raw, has no such call";
    case -ENODATA:
        return "the file ends before the device should";
    case -EIO:
        return "the device failed";
    case -EINVAL:
        return "a block is not allocated, or not as it was allocated";
    case -EALREADY:
        return "a block was freed before";
    case -EMSGSIZE:
        return "the buffer is longer than the blocks together";
    case -ENOSPC:
        return "the file system that it lies on is full";
    case -ENOBUFS:
        return "free space is in more pieces than the caller has room for";
    default:
        return chi_strerror(rc);
    }
}

/* Submits a task that is filled in as far as `rc` says. What is left is one that runs, or NULL. */
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

static bool no_blocks(const struct chimaera_bdev_block *blocks, size_t count)
{
    return blocks == NULL && count > 0;
}

/* Waits for a task that blocks were given to, and frees it. */
static int finish(struct chi_task *task, const char *verb, size_t count)
{
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(task);
    if (rc < 0)
        chi_error(rc, "cannot %s %zu block%s of pool %u.%u: %s", verb, count, count == 1 ? "" : "s",
                  task->pool_id.major, task->pool_id.minor, reason(rc));
    chi_task_del(task);
    return rc;
}

/* The same for a range of the device. */
static int finish_range(struct chi_task *task, const char *verb, uint64_t offset, uint64_t size)
{
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(task);
    if (rc < 0)
        chi_error(rc, "cannot %s %" PRIu64 " bytes at %" PRIu64 " of pool %u.%u: %s", verb, size,
                  offset, task->pool_id.major, task->pool_id.minor, reason(rc));
    chi_task_del(task);
    return rc;
}

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
    int rc = 0;
    if (max_blocks <= RESERVED_BLOCKS)
        rc = chi_vector_resize(&task->blocks, max_blocks);
    if (rc == 0)
        rc = chi_vector_resize(&task->blocks, 0); /* keeps its memory */
    return submit(&task->base, rc);
}

int chimaera_bdev_allocate_blocks(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                                  uint64_t size, struct chimaera_bdev_block *blocks, size_t *count)
{
    if (*count == 0)
        return chi_error(-ENOBUFS, "cannot allocate: there is no room for a block");
    uint32_t room = *count < UINT32_MAX ? (uint32_t)*count : UINT32_MAX;
    struct chimaera_bdev_allocate_blocks_task *task =
        chimaera_bdev_allocate_blocks_async(client, query, size, room);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc == 0) {
        *count = chi_vector_count(&task->blocks);
        memcpy(blocks, chi_vector_items(&task->blocks), *count * sizeof *blocks);
    } else {
        chi_error(rc, "cannot allocate %" PRIu64 " bytes of pool %u.%u: %s", size,
                  client->base.pool_id.major, client->base.pool_id.minor,
                  size == 0       ? "the size must not be 0"
                  : rc == -ENOSPC ? "it has not so much space free"
                                  : reason(rc));
    }
    chi_task_del(&task->base);
    return rc;
}

struct chimaera_bdev_free_blocks_task *chimaera_bdev_free_blocks_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count)
{
    struct chimaera_bdev_free_blocks_task *task =
        CHI_TASK_NEW(chimaera_bdev_free_blocks, client->base.pool_id, query);
    return task == NULL
               ? NULL
               : submit(&task->base, no_blocks(blocks, count)
                                         ? -EINVAL
                                         : chi_vector_assign(&task->blocks, blocks, count));
}

int chimaera_bdev_free_blocks(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                              const struct chimaera_bdev_block *blocks, size_t count)
{
    struct chimaera_bdev_free_blocks_task *task =
        chimaera_bdev_free_blocks_async(client, query, blocks, count);
    return finish(task ? &task->base : NULL, "free", count);
}

struct chimaera_bdev_write_task *chimaera_bdev_write_async(
    const struct chimaera_bdev_client *client, chi_pool_query_t query,
    const struct chimaera_bdev_block *blocks, size_t count, const struct chi_buffer *buffer)
{
    struct chimaera_bdev_write_task *task =
        CHI_TASK_NEW(chimaera_bdev_write, client->base.pool_id, query);
    if (task == NULL)
        return NULL;
    task->data = *buffer;
    return submit(&task->base, no_blocks(blocks, count)
                                   ? -EINVAL
                                   : chi_vector_assign(&task->blocks, blocks, count));
}

int chimaera_bdev_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                        const struct chimaera_bdev_block *blocks, size_t count,
                        const struct chi_buffer *buffer)
{
    struct chimaera_bdev_write_task *task =
        chimaera_bdev_write_async(client, query, blocks, count, buffer);
    return finish(task ? &task->base : NULL, "write", count);
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
    task->data = *buffer;
    return submit(&task->base, no_blocks(blocks, count)
                                   ? -EINVAL
                                   : chi_vector_assign(&task->blocks, blocks, count));
}

int chimaera_bdev_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                       const struct chimaera_bdev_block *blocks, size_t count,
                       const struct chi_buffer *buffer)
{
    struct chimaera_bdev_read_task *task =
        chimaera_bdev_read_async(client, query, blocks, count, buffer);
    return finish(task ? &task->base : NULL, "read", count);
}

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
        chi_error(rc, "cannot read the statistics of pool %u.%u: %s", client->base.pool_id.major,
                  client->base.pool_id.minor, chi_strerror(rc));
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
        chi_error(rc, "cannot flush pool %u.%u: %s", client->base.pool_id.major,
                  client->base.pool_id.minor, reason(rc));
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
    task->data = *buffer;
    return submit(&task->base, 0);
}

int chimaera_bdev_raw_write(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                            uint64_t offset, const struct chi_buffer *buffer)
{
    struct chimaera_bdev_raw_write_task *task =
        chimaera_bdev_raw_write_async(client, query, offset, buffer);
    return finish_range(task ? &task->base : NULL, "write", offset, buffer->size);
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
    task->data = *buffer;
    return submit(&task->base, 0);
}

int chimaera_bdev_raw_read(const struct chimaera_bdev_client *client, chi_pool_query_t query,
                           uint64_t offset, const struct chi_buffer *buffer)
{
    struct chimaera_bdev_raw_read_task *task =
        chimaera_bdev_raw_read_async(client, query, offset, buffer);
    return finish_range(task ? &task->base : NULL, "read", offset, buffer->size);
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
        return chi_error(-EINVAL, "cannot tell extents: there is no room for one");
    uint32_t room = *count < CHIMAERA_BDEV_EXTENTS_MAX ? (uint32_t)*count : 0;
    struct chimaera_bdev_raw_extents_task *task =
        chimaera_bdev_raw_extents_async(client, query, offset, size, room);
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_wait(&task->base);
    if (rc == 0)
        *count = chi_vector_copy_to(&task->extents, extents, *count);
    else
        chi_error(rc,
                  "cannot tell the extents of %" PRIu64 " bytes at %" PRIu64 " of pool %u.%u: %s",
                  size, offset, client->base.pool_id.major, client->base.pool_id.minor,
                  rc == -EINVAL ? "the size must not be 0" : reason(rc));
    chi_task_del(&task->base);
    return rc;
}
