/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and empty_tasks.h; do not edit. */
/* clang-format off */
#ifndef BENCH_EMPTY_RUNTIME_METHODS_H
#define BENCH_EMPTY_RUNTIME_METHODS_H

#include "bench/empty/autogen/empty_methods.h"

#include "chimaera/container.h"

struct bench_empty; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct bench_empty_nop_task;
struct bench_empty_inside_task;
struct bench_empty_contend_task;

CHI_BEGIN_DECLS

int bench_empty_run_create(struct bench_empty *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void bench_empty_monitor_create(struct bench_empty *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int bench_empty_run_destroy(struct bench_empty *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void bench_empty_monitor_destroy(struct bench_empty *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int bench_empty_run_nop(struct bench_empty *self, struct bench_empty_nop_task *task,
    struct chi_run_context *rctx);
void bench_empty_monitor_nop(struct bench_empty *self, enum chi_monitor_mode mode,
    struct bench_empty_nop_task *task, struct chi_run_context *rctx);

int bench_empty_run_inside(struct bench_empty *self, struct bench_empty_inside_task *task,
    struct chi_run_context *rctx);
void bench_empty_monitor_inside(struct bench_empty *self, enum chi_monitor_mode mode,
    struct bench_empty_inside_task *task, struct chi_run_context *rctx);

int bench_empty_run_contend(struct bench_empty *self, struct bench_empty_contend_task *task,
    struct chi_run_context *rctx);
void bench_empty_monitor_contend(struct bench_empty *self, enum chi_monitor_mode mode,
    struct bench_empty_contend_task *task, struct chi_run_context *rctx);

extern const struct chi_container_ops bench_empty_ops;

CHI_END_DECLS

#endif
