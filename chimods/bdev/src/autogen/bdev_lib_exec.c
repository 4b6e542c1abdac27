/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and bdev_tasks.h; do not edit. */
/* clang-format off */
#include "chimaera/bdev/autogen/bdev_runtime_methods.h"

#include "chimaera/archive.h"
#include "chimaera/lifecycle.h"
#include "chimaera/status.h"

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    switch (method) {
    case CHIMAERA_BDEV_METHOD_CREATE:
        return chimaera_bdev_run_create((struct chimaera_bdev *)(void *)self,
                   (struct chi_create_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_DESTROY:
        return chimaera_bdev_run_destroy((struct chimaera_bdev *)(void *)self,
                   (struct chi_destroy_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_ALLOCATE_BLOCKS:
        return chimaera_bdev_run_allocate_blocks((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_allocate_blocks_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_FREE_BLOCKS:
        return chimaera_bdev_run_free_blocks((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_free_blocks_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_WRITE:
        return chimaera_bdev_run_write((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_write_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_READ:
        return chimaera_bdev_run_read((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_read_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_GET_STATS:
        return chimaera_bdev_run_get_stats((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_get_stats_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_FLUSH:
        return chimaera_bdev_run_flush((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_flush_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_RAW_WRITE:
        return chimaera_bdev_run_raw_write((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_raw_write_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_RAW_READ:
        return chimaera_bdev_run_raw_read((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_raw_read_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_RAW_TRIM:
        return chimaera_bdev_run_raw_trim((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_raw_trim_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_RAW_ZERO:
        return chimaera_bdev_run_raw_zero((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_raw_zero_task *)(void *)task, rctx);
    case CHIMAERA_BDEV_METHOD_RAW_EXTENTS:
        return chimaera_bdev_run_raw_extents((struct chimaera_bdev *)(void *)self,
                   (struct chimaera_bdev_raw_extents_task *)(void *)task, rctx);
    default:
        return CHI_ENOMETHOD;
    }
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode,
                    uint32_t method, struct chi_task *task, struct chi_run_context *rctx)
{
    switch (method) {
    case CHIMAERA_BDEV_METHOD_CREATE:
        chimaera_bdev_monitor_create((struct chimaera_bdev *)(void *)self, mode,
            (struct chi_create_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_DESTROY:
        chimaera_bdev_monitor_destroy((struct chimaera_bdev *)(void *)self, mode,
            (struct chi_destroy_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_ALLOCATE_BLOCKS:
        chimaera_bdev_monitor_allocate_blocks((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_allocate_blocks_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_FREE_BLOCKS:
        chimaera_bdev_monitor_free_blocks((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_free_blocks_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_WRITE:
        chimaera_bdev_monitor_write((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_write_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_READ:
        chimaera_bdev_monitor_read((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_read_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_GET_STATS:
        chimaera_bdev_monitor_get_stats((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_get_stats_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_FLUSH:
        chimaera_bdev_monitor_flush((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_flush_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_RAW_WRITE:
        chimaera_bdev_monitor_raw_write((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_raw_write_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_RAW_READ:
        chimaera_bdev_monitor_raw_read((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_raw_read_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_RAW_TRIM:
        chimaera_bdev_monitor_raw_trim((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_raw_trim_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_RAW_ZERO:
        chimaera_bdev_monitor_raw_zero((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_raw_zero_task *)(void *)task, rctx);
        break;
    case CHIMAERA_BDEV_METHOD_RAW_EXTENTS:
        chimaera_bdev_monitor_raw_extents((struct chimaera_bdev *)(void *)self, mode,
            (struct chimaera_bdev_raw_extents_task *)(void *)task, rctx);
        break;
    default:
        break;
    }
}

static struct chi_task_schema *schema(uint32_t method)
{
    switch (method) {
    case CHIMAERA_BDEV_METHOD_CREATE:
        return &chi_create_schema;
    case CHIMAERA_BDEV_METHOD_DESTROY:
        return &chi_destroy_schema;
    case CHIMAERA_BDEV_METHOD_ALLOCATE_BLOCKS:
        return &chimaera_bdev_allocate_blocks_schema;
    case CHIMAERA_BDEV_METHOD_FREE_BLOCKS:
        return &chimaera_bdev_free_blocks_schema;
    case CHIMAERA_BDEV_METHOD_WRITE:
        return &chimaera_bdev_write_schema;
    case CHIMAERA_BDEV_METHOD_READ:
        return &chimaera_bdev_read_schema;
    case CHIMAERA_BDEV_METHOD_GET_STATS:
        return &chimaera_bdev_get_stats_schema;
    case CHIMAERA_BDEV_METHOD_FLUSH:
        return &chimaera_bdev_flush_schema;
    case CHIMAERA_BDEV_METHOD_RAW_WRITE:
        return &chimaera_bdev_raw_write_schema;
    case CHIMAERA_BDEV_METHOD_RAW_READ:
        return &chimaera_bdev_raw_read_schema;
    case CHIMAERA_BDEV_METHOD_RAW_TRIM:
        return &chimaera_bdev_raw_trim_schema;
    case CHIMAERA_BDEV_METHOD_RAW_ZERO:
        return &chimaera_bdev_raw_zero_schema;
    case CHIMAERA_BDEV_METHOD_RAW_EXTENTS:
        return &chimaera_bdev_raw_extents_schema;
    default:
        return NULL;
    }
}

const struct chi_container_ops chimaera_bdev_ops = {
    .run = run,
    .monitor = monitor,
    .schema = schema,
    .create_params = &chimaera_bdev_create_params_schema,
    .new_copy = chi_task_copy,
    .aggregate = chi_task_aggregate,
    .del = chi_task_unload_del,
    .save_in = chi_task_save_in,
    .load_in = chi_task_load_in,
    .save_out = chi_task_save_out,
    .load_out = chi_task_load_out,
};
