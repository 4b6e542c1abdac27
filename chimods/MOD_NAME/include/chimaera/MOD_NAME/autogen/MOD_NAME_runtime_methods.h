/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and MOD_NAME_tasks.h; do not edit. */
/* clang-format off */
#ifndef CHIMAERA_MOD_NAME_RUNTIME_METHODS_H
#define CHIMAERA_MOD_NAME_RUNTIME_METHODS_H

#include "chimaera/MOD_NAME/autogen/MOD_NAME_methods.h"

#include "chimaera/container.h"

struct chimaera_MOD_NAME; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct chimaera_MOD_NAME_custom_task;
struct chimaera_MOD_NAME_co_mutex_test_task;
struct chimaera_MOD_NAME_co_rw_lock_test_task;
struct chimaera_MOD_NAME_fire_and_forget_test_task;
struct chimaera_MOD_NAME_wait_test_task;

CHI_BEGIN_DECLS

int chimaera_MOD_NAME_run_create(struct chimaera_MOD_NAME *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_create(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int chimaera_MOD_NAME_run_destroy(struct chimaera_MOD_NAME *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_destroy(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int chimaera_MOD_NAME_run_custom(struct chimaera_MOD_NAME *self, struct chimaera_MOD_NAME_custom_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_custom(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chimaera_MOD_NAME_custom_task *task, struct chi_run_context *rctx);

int chimaera_MOD_NAME_run_co_mutex_test(struct chimaera_MOD_NAME *self, struct chimaera_MOD_NAME_co_mutex_test_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_co_mutex_test(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chimaera_MOD_NAME_co_mutex_test_task *task, struct chi_run_context *rctx);

int chimaera_MOD_NAME_run_co_rw_lock_test(struct chimaera_MOD_NAME *self, struct chimaera_MOD_NAME_co_rw_lock_test_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_co_rw_lock_test(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chimaera_MOD_NAME_co_rw_lock_test_task *task, struct chi_run_context *rctx);

int chimaera_MOD_NAME_run_fire_and_forget_test(struct chimaera_MOD_NAME *self, struct chimaera_MOD_NAME_fire_and_forget_test_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_fire_and_forget_test(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chimaera_MOD_NAME_fire_and_forget_test_task *task, struct chi_run_context *rctx);

int chimaera_MOD_NAME_run_wait_test(struct chimaera_MOD_NAME *self, struct chimaera_MOD_NAME_wait_test_task *task,
    struct chi_run_context *rctx);
void chimaera_MOD_NAME_monitor_wait_test(struct chimaera_MOD_NAME *self, enum chi_monitor_mode mode,
    struct chimaera_MOD_NAME_wait_test_task *task, struct chi_run_context *rctx);

extern const struct chi_container_ops chimaera_MOD_NAME_ops;

CHI_END_DECLS

#endif
