/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and admin_tasks.h; do not edit. */
/* clang-format off */
#ifndef CHIMAERA_ADMIN_RUNTIME_METHODS_H
#define CHIMAERA_ADMIN_RUNTIME_METHODS_H

#include "chimaera/admin/autogen/admin_methods.h"

#include "chimaera/container.h"

struct chimaera_admin; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct chimaera_admin_get_or_create_pool_task;
struct chimaera_admin_destroy_pool_task;
struct chimaera_admin_stop_runtime_task;
struct chimaera_admin_flush_task;
struct chimaera_admin_open_pool_task;
struct chimaera_admin_ping_task;

CHI_BEGIN_DECLS

int chimaera_admin_run_create(struct chimaera_admin *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_create(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_destroy(struct chimaera_admin *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_destroy(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_get_or_create_pool(struct chimaera_admin *self, struct chimaera_admin_get_or_create_pool_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_get_or_create_pool(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chimaera_admin_get_or_create_pool_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_destroy_pool(struct chimaera_admin *self, struct chimaera_admin_destroy_pool_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_destroy_pool(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chimaera_admin_destroy_pool_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_stop_runtime(struct chimaera_admin *self, struct chimaera_admin_stop_runtime_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_stop_runtime(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chimaera_admin_stop_runtime_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_flush(struct chimaera_admin *self, struct chimaera_admin_flush_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_flush(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chimaera_admin_flush_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_open_pool(struct chimaera_admin *self, struct chimaera_admin_open_pool_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_open_pool(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chimaera_admin_open_pool_task *task, struct chi_run_context *rctx);

int chimaera_admin_run_ping(struct chimaera_admin *self, struct chimaera_admin_ping_task *task,
    struct chi_run_context *rctx);
void chimaera_admin_monitor_ping(struct chimaera_admin *self, enum chi_monitor_mode mode,
    struct chimaera_admin_ping_task *task, struct chi_run_context *rctx);

extern const struct chi_container_ops chimaera_admin_ops;

CHI_END_DECLS

#endif
