/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and bdev_tasks.h; do not edit. */
/* clang-format off */
#ifndef CHIMAERA_BDEV_RUNTIME_METHODS_H
#define CHIMAERA_BDEV_RUNTIME_METHODS_H

#include "chimaera/bdev/autogen/bdev_methods.h"

#include "chimaera/container.h"

struct chimaera_bdev; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct chimaera_bdev_allocate_blocks_task;
struct chimaera_bdev_free_blocks_task;
struct chimaera_bdev_write_task;
struct chimaera_bdev_read_task;
struct chimaera_bdev_get_stats_task;
struct chimaera_bdev_flush_task;
struct chimaera_bdev_raw_write_task;
struct chimaera_bdev_raw_read_task;
struct chimaera_bdev_raw_trim_task;
struct chimaera_bdev_raw_zero_task;
struct chimaera_bdev_raw_extents_task;

CHI_BEGIN_DECLS

int chimaera_bdev_run_create(struct chimaera_bdev *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_create(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_destroy(struct chimaera_bdev *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_destroy(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_allocate_blocks(struct chimaera_bdev *self, struct chimaera_bdev_allocate_blocks_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_allocate_blocks(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_allocate_blocks_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_free_blocks(struct chimaera_bdev *self, struct chimaera_bdev_free_blocks_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_free_blocks(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_free_blocks_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_write(struct chimaera_bdev *self, struct chimaera_bdev_write_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_write(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_write_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_read(struct chimaera_bdev *self, struct chimaera_bdev_read_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_read_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_get_stats(struct chimaera_bdev *self, struct chimaera_bdev_get_stats_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_get_stats(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_get_stats_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_flush(struct chimaera_bdev *self, struct chimaera_bdev_flush_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_flush(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_flush_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_raw_write(struct chimaera_bdev *self, struct chimaera_bdev_raw_write_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_raw_write(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_raw_write_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_raw_read(struct chimaera_bdev *self, struct chimaera_bdev_raw_read_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_raw_read(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_raw_read_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_raw_trim(struct chimaera_bdev *self, struct chimaera_bdev_raw_trim_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_raw_trim(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_raw_trim_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_raw_zero(struct chimaera_bdev *self, struct chimaera_bdev_raw_zero_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_raw_zero(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_raw_zero_task *task, struct chi_run_context *rctx);

int chimaera_bdev_run_raw_extents(struct chimaera_bdev *self, struct chimaera_bdev_raw_extents_task *task,
    struct chi_run_context *rctx);
void chimaera_bdev_monitor_raw_extents(struct chimaera_bdev *self, enum chi_monitor_mode mode,
    struct chimaera_bdev_raw_extents_task *task, struct chi_run_context *rctx);

extern const struct chi_container_ops chimaera_bdev_ops;

CHI_END_DECLS

#endif
