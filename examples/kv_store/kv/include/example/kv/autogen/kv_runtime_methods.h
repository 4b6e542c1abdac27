/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kv_tasks.h; do not edit. */
/* clang-format off */
#ifndef EXAMPLE_KV_RUNTIME_METHODS_H
#define EXAMPLE_KV_RUNTIME_METHODS_H

#include "example/kv/autogen/kv_methods.h"

#include "chimaera/container.h"

struct example_kv; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct example_kv_put_task;
struct example_kv_get_task;
struct example_kv_delete_task;
struct example_kv_scan_task;

CHI_BEGIN_DECLS

int example_kv_run_create(struct example_kv *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void example_kv_monitor_create(struct example_kv *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int example_kv_run_destroy(struct example_kv *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void example_kv_monitor_destroy(struct example_kv *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int example_kv_run_put(struct example_kv *self, struct example_kv_put_task *task,
    struct chi_run_context *rctx);
void example_kv_monitor_put(struct example_kv *self, enum chi_monitor_mode mode,
    struct example_kv_put_task *task, struct chi_run_context *rctx);

int example_kv_run_get(struct example_kv *self, struct example_kv_get_task *task,
    struct chi_run_context *rctx);
void example_kv_monitor_get(struct example_kv *self, enum chi_monitor_mode mode,
    struct example_kv_get_task *task, struct chi_run_context *rctx);

int example_kv_run_delete(struct example_kv *self, struct example_kv_delete_task *task,
    struct chi_run_context *rctx);
void example_kv_monitor_delete(struct example_kv *self, enum chi_monitor_mode mode,
    struct example_kv_delete_task *task, struct chi_run_context *rctx);

int example_kv_run_scan(struct example_kv *self, struct example_kv_scan_task *task,
    struct chi_run_context *rctx);
void example_kv_monitor_scan(struct example_kv *self, enum chi_monitor_mode mode,
    struct example_kv_scan_task *task, struct chi_run_context *rctx);

void example_kv_aggregate_scan(struct example_kv_scan_task *into, struct example_kv_scan_task *copy);

extern const struct chi_container_ops example_kv_ops;

CHI_END_DECLS

#endif
