/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bdev module. Allocation, freeing and statistics run on one lane, which owns the block map;
 * reads and writes run on several lanes, so on several workers, check the map's atomic bits and
 * copy straight between the caller's buffer and the device: every byte once.
 */
#include "bdev_runtime.h"

#include <chimaera/bdev/autogen/bdev_methods.h>
#include <chimaera/bdev/autogen/bdev_runtime_methods.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DATA_LANES        16u
#define DEFAULT_ALIGNMENT 4096u
#define MIN_ALIGNMENT     512u
#define MAX_ALIGNMENT     (1u << 30)
#define TURN_BYTES        ((uint64_t)4 << 20) /* a longer copy lets others run in between */

/* Refuses a Create: for the caller by its last error, for the operator by the log. */
static CHI_PRINTF(2, 3) int refuse(int code, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    chi_log_error("bdev", "%s", text);
    return chi_error(code, "%s", text);
}

static int check_params(const char *name, const struct chimaera_bdev_create_params *params)
{
    if (params->type == CHIMAERA_BDEV_TYPE_FILE)
        return refuse(-ENOTSUP, "pool \"%s\": devices of type file are not there yet; use type ram",
                      name);
    if (params->type != CHIMAERA_BDEV_TYPE_RAM)
        return refuse(-EINVAL, "pool \"%s\": %" PRIu32 " is no type of device; 1 is ram", name,
                      params->type);
    if (params->alignment != 0 &&
        (params->alignment < MIN_ALIGNMENT || params->alignment > MAX_ALIGNMENT ||
         (params->alignment & (params->alignment - 1)) != 0))
        return refuse(-EINVAL,
                      "pool \"%s\": alignment is %" PRIu32
                      "; it must be a power of two from %u to %u",
                      name, params->alignment, MIN_ALIGNMENT, MAX_ALIGNMENT);
    uint32_t alignment = params->alignment != 0 ? params->alignment : DEFAULT_ALIGNMENT;
    if (params->total_size < alignment)
        return refuse(-EINVAL,
                      "pool \"%s\": total_size is %" PRIu64
                      " bytes; the least is a unit of alignment, %" PRIu32,
                      name, params->total_size, alignment);
    uint64_t installed = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (params->total_size > installed)
        return refuse(-ENOMEM,
                      "pool \"%s\": total_size is %" PRIu64 " bytes; this machine has %" PRIu64
                      " bytes of memory",
                      name, params->total_size, installed);
    return 0;
}

int chimaera_bdev_run_create(struct chimaera_bdev *self, struct chimaera_admin_create_task *task,
                             struct chi_run_context *rctx)
{
    (void)rctx;
    struct chimaera_bdev_create_params params = {0};
    int rc = chi_params_load(&chimaera_bdev_create_params_schema, &task->params, &params);
    if (rc == 0)
        rc = check_params(self->base.pool_name, &params);
    if (rc < 0)
        return rc;
    uint32_t alignment = params.alignment != 0 ? params.alignment : DEFAULT_ALIGNMENT;
    rc = chimaera_bdev_map_init(&self->map, params.total_size, (uint32_t)__builtin_ctz(alignment));
    if (rc < 0)
        return refuse(rc, "pool \"%s\": no memory for the block map of %" PRIu64 " bytes",
                      self->base.pool_name, params.total_size);
    /* Reserved now, backed by the system where it is first written. */
    void *memory = mmap(NULL, params.total_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        int error = errno;
        rc = refuse(-error, "pool \"%s\": cannot map %" PRIu64 " bytes: %s", self->base.pool_name,
                    params.total_size, chi_strerror(-error));
        goto fini_map;
    }
    (void)madvise(memory, params.total_size, MADV_HUGEPAGE); /* only a wish */
    rc = chi_container_create_queue(&self->base, CHIMAERA_BDEV_METADATA_QUEUE, 1, CHI_LOW_LATENCY);
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, CHIMAERA_BDEV_DATA_QUEUE, DATA_LANES,
                                        CHI_LOW_LATENCY);
    if (rc < 0)
        goto unmap;
    self->memory = memory;
    self->memory_size = params.total_size;
    return 0;

unmap:
    munmap(memory, params.total_size);
fini_map:
    chimaera_bdev_map_fini(&self->map);
    return rc;
}

void chimaera_bdev_monitor_create(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                  struct chimaera_admin_create_task *task,
                                  struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx; /* no lane exists yet */
}

int chimaera_bdev_run_destroy(struct chimaera_bdev *self, struct chimaera_admin_destroy_task *task,
                              struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    if (self->memory != NULL)
        munmap(self->memory, self->memory_size);
    self->memory = NULL;
    chimaera_bdev_map_fini(&self->map);
    return 0;
}

void chimaera_bdev_monitor_destroy(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                   struct chimaera_admin_destroy_task *task,
                                   struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

int chimaera_bdev_run_allocate_blocks(struct chimaera_bdev *self,
                                      struct chimaera_bdev_allocate_blocks_task *task,
                                      struct chi_run_context *rctx)
{
    (void)rctx;
    if (task->size == 0)
        return -EINVAL;
    if (task->size > chimaera_bdev_map_remaining(&self->map))
        return -ENOSPC;
    int rc = 0;
    for (uint64_t left = task->size; left > 0 && rc == 0;) {
        struct chimaera_bdev_block block;
        if (task->max_blocks != 0 && chi_vector_count(&task->blocks) == task->max_blocks) {
            rc = -ENOBUFS;
            break;
        }
        rc = chimaera_bdev_map_allocate(&self->map, left, &block);
        if (rc < 0)
            break;
        rc = chi_vector_append(&task->blocks, &block, 1);
        if (rc < 0)
            chimaera_bdev_map_free(&self->map, &block, 1);
        left -= block.size < left ? block.size : left;
    }
    if (rc < 0) {
        chimaera_bdev_map_free(&self->map, chi_vector_items(&task->blocks),
                               chi_vector_count(&task->blocks));
        chi_vector_fini(&task->blocks);
    }
    return rc;
}

void chimaera_bdev_monitor_allocate_blocks(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                           struct chimaera_bdev_allocate_blocks_task *task,
                                           struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

int chimaera_bdev_run_free_blocks(struct chimaera_bdev *self,
                                  struct chimaera_bdev_free_blocks_task *task,
                                  struct chi_run_context *rctx)
{
    (void)rctx;
    return chimaera_bdev_map_free(&self->map, chi_vector_items(&task->blocks),
                                  chi_vector_count(&task->blocks));
}

void chimaera_bdev_monitor_free_blocks(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                       struct chimaera_bdev_free_blocks_task *task,
                                       struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

/*
 * Copies all of `buffer` to or from the blocks. Checks everything before the first byte, and each
 * piece again before its turn, since a block may be freed while others run. Parks the fiber when
 * long.
 */
static int copy(struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks, size_t count,
                const struct chi_buffer *buffer, bool to_device)
{
    uint64_t left = buffer->size, room = 0, turn = 0;
    for (size_t i = 0; i < count; i++) {
        int rc = blocks[i].size > 0 ? chimaera_bdev_map_check(&self->map, blocks[i]) : -EINVAL;
        if (rc < 0)
            return rc;
        if (room < left)
            room += blocks[i].size;
    }
    if (room < left)
        return -EMSGSIZE;
    uint8_t *bytes = chi_buffer_data(buffer);
    if (bytes == NULL && left > 0)
        return CHI_EBADPTR;

    for (size_t i = 0; left > 0; i++) {
        struct chimaera_bdev_block piece = blocks[i];
        for (uint64_t end = piece.offset + piece.size; left > 0 && piece.offset < end;) {
            if (turn == TURN_BYTES) {
                chi_task_yield();
                turn = 0;
            }
            piece.size = end - piece.offset;
            if (piece.size > left)
                piece.size = left;
            if (piece.size > TURN_BYTES - turn)
                piece.size = TURN_BYTES - turn;
            int rc = chimaera_bdev_map_check(&self->map, piece);
            if (rc < 0)
                return rc;
            if (to_device)
                memcpy(self->memory + piece.offset, bytes, piece.size);
            else
                memcpy(bytes, self->memory + piece.offset, piece.size);
            piece.offset += piece.size;
            bytes += piece.size;
            left -= piece.size;
            turn += piece.size;
        }
    }
    return 0;
}

/* Spreads reads and writes over the data lanes by the first block's place. */
static void route_data(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                       const struct chimaera_bdev_block *blocks, size_t count,
                       struct chi_run_context *rctx)
{
    if (mode != CHI_MONITOR_LOCAL_SCHEDULE)
        return;
    uint64_t unit = count > 0 ? blocks[0].offset >> self->map.unit_shift : 0;
    uint32_t hash = (uint32_t)(unit * 0x9E3779B97F4A7C15u >> 32);
    rctx->route_lane = chi_container_lane_by_hash(&self->base, CHIMAERA_BDEV_DATA_QUEUE, hash);
}

int chimaera_bdev_run_write(struct chimaera_bdev *self, struct chimaera_bdev_write_task *task,
                            struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = copy(self, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks),
                  &task->data, true);
    if (rc == 0) {
        atomic_fetch_add_explicit(&self->writes, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&self->bytes_written, task->data.size, memory_order_relaxed);
    }
    return rc;
}

void chimaera_bdev_monitor_write(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                 struct chimaera_bdev_write_task *task,
                                 struct chi_run_context *rctx)
{
    route_data(self, mode, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks), rctx);
}

int chimaera_bdev_run_read(struct chimaera_bdev *self, struct chimaera_bdev_read_task *task,
                           struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = copy(self, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks),
                  &task->data, false);
    if (rc == 0) {
        atomic_fetch_add_explicit(&self->reads, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&self->bytes_read, task->data.size, memory_order_relaxed);
    }
    return rc;
}

void chimaera_bdev_monitor_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                struct chimaera_bdev_read_task *task, struct chi_run_context *rctx)
{
    route_data(self, mode, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks), rctx);
}

int chimaera_bdev_run_get_stats(struct chimaera_bdev *self,
                                struct chimaera_bdev_get_stats_task *task,
                                struct chi_run_context *rctx)
{
    (void)rctx;
    task->stats = (struct chimaera_bdev_stats){
        .total = self->map.size,
        .remaining = chimaera_bdev_map_remaining(&self->map),
        .allocated_blocks = self->map.blocks,
        .reads = atomic_load_explicit(&self->reads, memory_order_relaxed),
        .writes = atomic_load_explicit(&self->writes, memory_order_relaxed),
        .bytes_read = atomic_load_explicit(&self->bytes_read, memory_order_relaxed),
        .bytes_written = atomic_load_explicit(&self->bytes_written, memory_order_relaxed),
    };
    return 0;
}

void chimaera_bdev_monitor_get_stats(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                     struct chimaera_bdev_get_stats_task *task,
                                     struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

CHI_TASK_CC(chimaera_bdev, "0.1.0");
