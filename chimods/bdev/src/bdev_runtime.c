/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bdev module. Allocation, freeing, flushing and statistics run on one lane, which owns the
 * space. What moves bytes runs on several: for a file on the worker where the task came in, since
 * the kernel does the work; for memory spread by place, since the worker copies.
 */
#include "bdev_runtime.h"

#include "transfer.h"
#include <chimaera/bdev/autogen/bdev_methods.h>
#include <chimaera/bdev/autogen/bdev_runtime_methods.h>
#include <errno.h>
#include <inttypes.h>

#define DATA_LANES    64u /* so that each worker that can be has one */
#define MIN_ALIGNMENT 512u
#define MAX_ALIGNMENT (1u << 30)
#define MAX_IO_DEPTH  4096u

static int check_params(const struct chimaera_bdev *self)
{
    const struct chimaera_bdev_create_params *params = &self->params;
    const char *name = self->base.pool_name;

    if (params->type > CHIMAERA_BDEV_TYPE_RAM || params->mode > CHIMAERA_BDEV_MODE_RAW ||
        params->engine > CHIMAERA_BDEV_ENGINE_THREADS || params->force > 1)
        return bdev_refuse(-EINVAL,
                           "pool \"%s\": type %" PRIu32 ", mode %" PRIu32 ", engine %" PRIu32
                           ", force %" PRIu32 "; one of these does not exist",
                           name, params->type, params->mode, params->engine, params->force);
    if (params->alignment != 0 &&
        (params->alignment < MIN_ALIGNMENT || params->alignment > MAX_ALIGNMENT ||
         (params->alignment & (params->alignment - 1)) != 0))
        return bdev_refuse(-EINVAL,
                           "pool \"%s\": alignment is %" PRIu32
                           "; it must be a power of two from %u to %u",
                           name, params->alignment, MIN_ALIGNMENT, MAX_ALIGNMENT);
    if (params->io_depth > MAX_IO_DEPTH)
        return bdev_refuse(-EINVAL, "pool \"%s\": io_depth is %" PRIu32 "; %u is possible", name,
                           params->io_depth, MAX_IO_DEPTH);
    if (params->type == CHIMAERA_BDEV_TYPE_FILE && self->base.container_id != 0)
        return bdev_refuse(-ENOTSUP, "pool \"%s\": a file is one device, so one container", name);
    return 0;
}

int chimaera_bdev_run_create(struct chimaera_bdev *self, struct chimaera_admin_create_task *task,
                             struct chi_run_context *rctx)
{
    (void)rctx;
    int rc =
        chi_params_load(&chimaera_bdev_create_params_schema, &task->params, (void *)&self->params);
    if (rc == 0)
        rc = check_params(self);
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, CHIMAERA_BDEV_METADATA_QUEUE, 1,
                                        CHI_LOW_LATENCY);
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, CHIMAERA_BDEV_DATA_QUEUE, DATA_LANES,
                                        CHI_LOW_LATENCY);
    return rc == 0 ? bdev_open(self) : rc;
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
    return bdev_close(self);
}

void chimaera_bdev_monitor_destroy(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                   struct chimaera_admin_destroy_task *task,
                                   struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

/* So that the records of many who never flush do not pile up. */
static void flush_now_and_then(struct chimaera_bdev *self)
{
    if (!bdev_space_wants_flush(&self->space))
        return;
    int rc = bdev_space_flush(&self->space);
    if (rc < 0)
        chi_log_warn("bdev", "%s: cannot write the allocation log: %s", self->base.pool_name,
                     chi_strerror(rc));
}

int chimaera_bdev_run_allocate_blocks(struct chimaera_bdev *self,
                                      struct chimaera_bdev_allocate_blocks_task *task,
                                      struct chi_run_context *rctx)
{
    (void)rctx;
    if (!self->has_space)
        return -ENOTSUP;
    int rc =
        bdev_space_allocate(&self->space, task->size, task->max_blocks, &task->blocks.bytes);
    flush_now_and_then(self);
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
    if (!self->has_space)
        return -ENOTSUP;
    int rc = bdev_space_free(&self->space, chi_vector_items(&task->blocks),
                             chi_vector_count(&task->blocks));
    flush_now_and_then(self);
    return rc;
}

void chimaera_bdev_monitor_free_blocks(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                       struct chimaera_bdev_free_blocks_task *task,
                                       struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

/* ---- moving bytes */

/* One task's way through the device: begun, moved range by range, ended. */
struct move {
    struct chimaera_bdev *self;
    bool write;
    uint64_t turn; /* bytes copied since others ran */
    struct bdev_transfer transfer;
};

/* Copies, letting others run after each BDEV_TURN; a block may be freed then. Parks when long. */
static int copy_range(struct move *move, uint64_t offset, uint8_t *bytes, uint64_t size)
{
    struct chimaera_bdev *self = move->self;
    while (size > 0) {
        if (move->turn == BDEV_TURN) {
            chi_task_yield();
            move->turn = 0;
        }
        uint64_t here = size < BDEV_TURN - move->turn ? size : BDEV_TURN - move->turn;
        int rc = self->has_space ? bdev_map_check(&self->space.map, offset, here) : 0;
        if (rc < 0)
            return rc;
        bdev_ram_copy(&self->ram, offset, bytes, here, move->write);
        offset += here;
        bytes += here;
        size -= here;
        move->turn += here;
    }
    return 0;
}

static void begin_move(struct move *move, struct chimaera_bdev *self, bool write)
{
    move->self = self;
    move->write = write;
    move->turn = 0;
    bdev_transfer_begin(&move->transfer, &self->file, write);
}

static int move_range(struct move *move, uint64_t offset, uint8_t *bytes, uint64_t size)
{
    if (!move->self->file_open)
        return copy_range(move, offset, bytes, size);
    return bdev_transfer_range(&move->transfer, move->self->data_offset + offset, bytes, size);
}

static int end_move(struct move *move, int rc)
{
    int ended = bdev_transfer_end(&move->transfer);
    return rc < 0 ? rc : ended;
}

/* Whether these are ranges of allocated space of this device, and hold `size` bytes. */
static int check_blocks(const struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                        size_t count, uint64_t size)
{
    uint64_t room = 0;
    for (size_t i = 0; i < count; i++) {
        if (blocks[i].device != self->space.device)
            return -EXDEV;
        int rc = blocks[i].size > 0 ? bdev_map_check(&self->space.map, blocks[i].offset,
                                                    blocks[i].size)
                                   : -EINVAL;
        if (rc < 0)
            return rc;
        if (room < size)
            room += blocks[i].size;
    }
    return room < size ? -EMSGSIZE : 0;
}

static int move_blocks(struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                       size_t count, const struct chi_buffer *buffer, bool write)
{
    uint8_t *bytes = chi_buffer_data(buffer);
    uint64_t left = buffer->size;
    struct move move;

    if (!self->has_space)
        return -ENOTSUP;
    int rc = check_blocks(self, blocks, count, left);
    if (rc < 0)
        return rc;
    if (bytes == NULL && left > 0)
        return CHI_EBADPTR;
    begin_move(&move, self, write);
    for (size_t i = 0; left > 0 && rc == 0; i++) {
        uint64_t here = blocks[i].size < left ? blocks[i].size : left;
        rc = move_range(&move, blocks[i].offset, bytes, here);
        bytes += here;
        left -= here;
    }
    return end_move(&move, rc);
}

/* Bytes are moved where the task came in, if it is the kernel that moves them; else on the lane of
 * their place. */
static void route_data(struct chimaera_bdev *self, enum chi_monitor_mode mode, uint64_t place,
                       struct chi_run_context *rctx)
{
    if (mode != CHI_MONITOR_LOCAL_SCHEDULE)
        return;
    struct chi_lane *lane = NULL;
    if (self->file_open)
        lane = chi_container_local_lane(&self->base, CHIMAERA_BDEV_DATA_QUEUE);
    uint32_t hash = (uint32_t)((place >> 12) * 0x9E3779B97F4A7C15u >> 32);
    if (lane == NULL)
        lane = chi_container_lane_by_hash(&self->base, CHIMAERA_BDEV_DATA_QUEUE, hash);
    rctx->route_lane = lane;
}

static uint64_t place_of(const struct chimaera_bdev_block *blocks, size_t count)
{
    return count > 0 ? blocks[0].offset : 0;
}

int chimaera_bdev_run_write(struct chimaera_bdev *self, struct chimaera_bdev_write_task *task,
                            struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = move_blocks(self, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks),
                         &task->data, true);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_WRITE, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_write(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                 struct chimaera_bdev_write_task *task,
                                 struct chi_run_context *rctx)
{
    route_data(self, mode,
               place_of(chi_vector_items(&task->blocks), chi_vector_count(&task->blocks)), rctx);
}

int chimaera_bdev_run_read(struct chimaera_bdev *self, struct chimaera_bdev_read_task *task,
                           struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = move_blocks(self, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks),
                         &task->data, false);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_READ, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                struct chimaera_bdev_read_task *task, struct chi_run_context *rctx)
{
    route_data(self, mode,
               place_of(chi_vector_items(&task->blocks), chi_vector_count(&task->blocks)), rctx);
}

/* ---- statistics and flush */

static void add_file_stats(struct chimaera_bdev *self, struct chimaera_bdev_stats *stats)
{
    struct bdev_device *file = &self->file;
    stats->engine = (uint32_t)atomic_load_explicit(&file->engine, memory_order_relaxed);
    stats->direct = file->direct;
    stats->io_unit = file->io_unit;
    stats->memory_unit = file->memory_unit;
    stats->rings = bdev_uring_count(file);
    stats->operations = atomic_load_explicit(&file->operations, memory_order_relaxed);
    stats->submissions = atomic_load_explicit(&file->submissions, memory_order_relaxed);
    stats->bytes_in_place = atomic_load_explicit(&file->bytes_in_place, memory_order_relaxed);
    stats->bytes_bounced = atomic_load_explicit(&file->bytes_bounced, memory_order_relaxed);
    pthread_mutex_lock(&file->gate.lock);
    stats->in_flight = file->gate.inside;
    stats->most_in_flight = file->gate.most_inside;
    stats->waiting = file->gate.waiting;
    pthread_mutex_unlock(&file->gate.lock);
    stats->commits = self->log.commits;
    stats->log_pages = self->log.pages;
    stats->compactions = self->log.compactions;
}

int chimaera_bdev_run_get_stats(struct chimaera_bdev *self,
                                struct chimaera_bdev_get_stats_task *task,
                                struct chi_run_context *rctx)
{
    (void)rctx;
    task->stats = (struct chimaera_bdev_stats){
        .total = self->size,
        .remaining = self->has_space ? bdev_space_remaining(&self->space) : 0,
        .allocated_blocks = self->space.blocks,
        .device = self->space.device,
        .perf = {.read_mb_per_s = self->params.read_mb_per_s,
                 .write_mb_per_s = self->params.write_mb_per_s,
                 .read_latency_us = self->params.read_latency_us,
                 .write_latency_us = self->params.write_latency_us,
                 .iops = self->params.iops},
        .type = self->params.type,
        .mode = self->params.mode,
        .alignment = self->params.alignment,
        .io_depth = self->params.io_depth,
        .io_unit = 1,
        .memory_unit = 1,
    };
    if (self->file_open)
        add_file_stats(self, &task->stats);
    bdev_metrics_read(&self->metrics, &task->stats);
    return 0;
}

void chimaera_bdev_monitor_get_stats(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                     struct chimaera_bdev_get_stats_task *task,
                                     struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

int chimaera_bdev_run_flush(struct chimaera_bdev *self, struct chimaera_bdev_flush_task *task,
                            struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    int rc = 0;
    if (self->has_space)
        rc = bdev_space_flush(&self->space);
    else if (self->file_open)
        rc = self->store.base.flush(&self->store.base);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_FLUSH, 0, 0, rc);
    return rc;
}

void chimaera_bdev_monitor_flush(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                 struct chimaera_bdev_flush_task *task,
                                 struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

/* ---- mode raw */

static int check_raw(const struct chimaera_bdev *self, uint64_t offset, uint64_t size)
{
    if (self->params.mode != CHIMAERA_BDEV_MODE_RAW)
        return -ENOTSUP;
    return offset > self->size || size > self->size - offset ? -ERANGE : 0;
}

static int move_raw(struct chimaera_bdev *self, uint64_t offset, const struct chi_buffer *buffer,
                    bool write)
{
    uint8_t *bytes = chi_buffer_data(buffer);
    struct move move;

    int rc = check_raw(self, offset, buffer->size);
    if (rc < 0 || buffer->size == 0)
        return rc;
    if (bytes == NULL)
        return CHI_EBADPTR;
    begin_move(&move, self, write);
    return end_move(&move, move_range(&move, offset, bytes, buffer->size));
}

int chimaera_bdev_run_raw_write(struct chimaera_bdev *self,
                                struct chimaera_bdev_raw_write_task *task,
                                struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = move_raw(self, task->offset, &task->data, true);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_WRITE, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_raw_write(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                     struct chimaera_bdev_raw_write_task *task,
                                     struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

int chimaera_bdev_run_raw_read(struct chimaera_bdev *self, struct chimaera_bdev_raw_read_task *task,
                               struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = move_raw(self, task->offset, &task->data, false);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_READ, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_raw_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                    struct chimaera_bdev_raw_read_task *task,
                                    struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

/* Zeroes it a turn at a time. Memory of the system is given back in both cases. */
static int clear_memory(struct chimaera_bdev *self, uint64_t offset, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += BDEV_TURN) {
        if (done > 0)
            chi_task_yield();
        uint64_t left = size - done;
        bdev_ram_zero(&self->ram, offset + done, left < BDEV_TURN ? left : BDEV_TURN);
    }
    return 0;
}

int chimaera_bdev_run_raw_trim(struct chimaera_bdev *self, struct chimaera_bdev_raw_trim_task *task,
                               struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = check_raw(self, task->offset, task->size);
    if (rc == 0 && task->size > 0)
        rc = self->file_open ? bdev_file_trim(&self->file, task->offset, task->size)
                             : clear_memory(self, task->offset, task->size);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_TRIM, task->size, 0, rc);
    return rc;
}

void chimaera_bdev_monitor_raw_trim(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                    struct chimaera_bdev_raw_trim_task *task,
                                    struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

int chimaera_bdev_run_raw_zero(struct chimaera_bdev *self, struct chimaera_bdev_raw_zero_task *task,
                               struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = check_raw(self, task->offset, task->size);
    if (rc == 0 && task->size > 0)
        rc = self->file_open ? bdev_file_zero(&self->file, task->offset, task->size)
                             : clear_memory(self, task->offset, task->size);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_TRIM, task->size, 0, rc);
    return rc;
}

void chimaera_bdev_monitor_raw_zero(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                    struct chimaera_bdev_raw_zero_task *task,
                                    struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

CHI_TASK_CC(chimaera_bdev, "0.2.0");
