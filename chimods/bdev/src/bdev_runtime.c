/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handlers of the bdev module. Allocate, free, flush and statistics run on one lane, which owns the
 * space. Transfers run on several lanes: for a file on the worker that received the task, since the
 * kernel does the work; for RAM on a lane chosen by offset, since the worker copies.
 */
#include "state.h"

#include "create_error.h"
#include "io.h"
#include "open.h"
#include <chimaera/bdev/autogen/bdev_methods.h>
#include <chimaera/bdev/autogen/bdev_runtime_methods.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define DATA_LANES    64u /* as many as there can be workers */
#define MIN_ALIGNMENT 512u
#define MAX_ALIGNMENT (1u << 30)
#define MAX_IO_DEPTH  4096u

static int check_params(const struct chimaera_bdev *self)
{
    const struct chimaera_bdev_create_params *params = &self->params;
    const char *name = self->base.pool_name;

    if (params->type > CHIMAERA_BDEV_TYPE_RAM || params->mode > CHIMAERA_BDEV_MODE_RAW ||
        params->engine > CHIMAERA_BDEV_ENGINE_THREADS || params->force > 1)
        return bdev_fail(-EINVAL,
                         "pool \"%s\": type %" PRIu32 ", mode %" PRIu32 ", engine %" PRIu32
                         ", force %" PRIu32 "; one of these values does not exist",
                         name, params->type, params->mode, params->engine, params->force);
    if (params->alignment != 0 &&
        (params->alignment < MIN_ALIGNMENT || params->alignment > MAX_ALIGNMENT ||
         (params->alignment & (params->alignment - 1)) != 0))
        return bdev_fail(-EINVAL,
                         "pool \"%s\": alignment is %" PRIu32
                         "; it must be a power of two from %u to %u",
                         name, params->alignment, MIN_ALIGNMENT, MAX_ALIGNMENT);
    if (params->io_depth > MAX_IO_DEPTH)
        return bdev_fail(-EINVAL, "pool \"%s\": io_depth is %" PRIu32 "; the maximum is %u", name,
                         params->io_depth, MAX_IO_DEPTH);
    if (params->type == CHIMAERA_BDEV_TYPE_FILE && self->base.container_count > 1)
        return bdev_fail(-ENOTSUP, "pool \"%s\": a file device has one container", name);
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

/* Bounds the number of records in memory where no client flushes. */
static void flush_if_due(struct chimaera_bdev *self)
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
    int rc = bdev_space_allocate(&self->space, task->size, task->max_blocks, &task->blocks.bytes);
    flush_if_due(self);
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
    flush_if_due(self);
    return rc;
}

void chimaera_bdev_monitor_free_blocks(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                       struct chimaera_bdev_free_blocks_task *task,
                                       struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, CHIMAERA_BDEV_METADATA_QUEUE, 0);
}

/* ---- read and write */

/* File: the lane of the worker that received the task. RAM: a lane chosen by the offset. */
static void route_data(struct chimaera_bdev *self, enum chi_monitor_mode mode, uint64_t offset,
                       struct chi_run_context *rctx)
{
    if (mode != CHI_MONITOR_LOCAL_SCHEDULE)
        return;
    struct chi_lane *lane = NULL;
    if (self->params.type == CHIMAERA_BDEV_TYPE_FILE)
        lane = chi_container_local_lane(&self->base, CHIMAERA_BDEV_DATA_QUEUE);
    uint32_t hash = (uint32_t)((offset >> 12) * 0x9E3779B97F4A7C15u >> 32);
    if (lane == NULL)
        lane = chi_container_lane_by_hash(&self->base, CHIMAERA_BDEV_DATA_QUEUE, hash);
    rctx->route_lane = lane;
}

static uint64_t first_offset(const struct chimaera_bdev_block *blocks, size_t count)
{
    return count > 0 ? blocks[0].offset : 0;
}

int chimaera_bdev_run_write(struct chimaera_bdev *self, struct chimaera_bdev_write_task *task,
                            struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = bdev_io_blocks(self, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks),
                            &task->data, true);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_WRITE, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_write(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                 struct chimaera_bdev_write_task *task,
                                 struct chi_run_context *rctx)
{
    route_data(self, mode,
               first_offset(chi_vector_items(&task->blocks), chi_vector_count(&task->blocks)),
               rctx);
}

int chimaera_bdev_run_read(struct chimaera_bdev *self, struct chimaera_bdev_read_task *task,
                           struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = bdev_io_blocks(self, chi_vector_items(&task->blocks), chi_vector_count(&task->blocks),
                            &task->data, false);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_READ, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                struct chimaera_bdev_read_task *task, struct chi_run_context *rctx)
{
    route_data(self, mode,
               first_offset(chi_vector_items(&task->blocks), chi_vector_count(&task->blocks)),
               rctx);
}

/* ---- statistics and flush */

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
    if (self->params.type == CHIMAERA_BDEV_TYPE_FILE) {
        bdev_device_get_stats(&self->device, &task->stats);
        task->stats.commits = self->log.commits;
        task->stats.log_pages = self->log.pages;
        task->stats.compactions = self->log.compactions;
    }
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
    int rc = bdev_flush(self);
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

int chimaera_bdev_run_raw_write(struct chimaera_bdev *self,
                                struct chimaera_bdev_raw_write_task *task,
                                struct chi_run_context *rctx)
{
    (void)rctx;
    uint64_t began = bdev_now_ns();
    int rc = bdev_io_raw(self, task->offset, &task->data, true);
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
    int rc = bdev_io_raw(self, task->offset, &task->data, false);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_READ, task->data.size, began, rc);
    return rc;
}

void chimaera_bdev_monitor_raw_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                    struct chimaera_bdev_raw_read_task *task,
                                    struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

int chimaera_bdev_run_raw_trim(struct chimaera_bdev *self, struct chimaera_bdev_raw_trim_task *task,
                               struct chi_run_context *rctx)
{
    (void)rctx;
    int rc = bdev_io_clear(self, task->offset, task->size, false);
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
    int rc = bdev_io_clear(self, task->offset, task->size, true);
    bdev_metrics_add(&self->metrics, BDEV_METRIC_TRIM, task->size, 0, rc);
    return rc;
}

void chimaera_bdev_monitor_raw_zero(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                    struct chimaera_bdev_raw_zero_task *task,
                                    struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

int chimaera_bdev_run_raw_extents(struct chimaera_bdev *self,
                                  struct chimaera_bdev_raw_extents_task *task,
                                  struct chi_run_context *rctx)
{
    (void)rctx;
    struct bdev_extents extents;
    int rc = bdev_io_extents(self, task->offset, task->size, task->max_extents, &extents);
    if (rc == 0)
        rc = chi_vector_assign(&task->extents, extents.items, extents.count);
    free(extents.items);
    return rc;
}

void chimaera_bdev_monitor_raw_extents(struct chimaera_bdev *self, enum chi_monitor_mode mode,
                                       struct chimaera_bdev_raw_extents_task *task,
                                       struct chi_run_context *rctx)
{
    route_data(self, mode, task->offset, rctx);
}

CHI_TASK_CC(chimaera_bdev, "0.2.0");
