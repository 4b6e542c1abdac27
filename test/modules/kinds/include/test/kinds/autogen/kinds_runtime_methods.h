/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kinds_tasks.h; do not edit. */
/* clang-format off */
#ifndef TEST_KINDS_RUNTIME_METHODS_H
#define TEST_KINDS_RUNTIME_METHODS_H

#include "test/kinds/autogen/kinds_methods.h"

#include "chimaera/container.h"

struct test_kinds; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct test_kinds_wait_task;
struct test_kinds_note_task;
struct test_kinds_trace_task;
struct test_kinds_open_task;
struct test_kinds_tick_task;
struct test_kinds_spawn_task;
struct test_kinds_class_task;
struct test_kinds_fail_task;

CHI_BEGIN_DECLS

int test_kinds_run_create(struct test_kinds *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_create(struct test_kinds *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int test_kinds_run_destroy(struct test_kinds *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_destroy(struct test_kinds *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int test_kinds_run_wait(struct test_kinds *self, struct test_kinds_wait_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_wait(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_wait_task *task, struct chi_run_context *rctx);

int test_kinds_run_note(struct test_kinds *self, struct test_kinds_note_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_note(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_note_task *task, struct chi_run_context *rctx);

int test_kinds_run_trace(struct test_kinds *self, struct test_kinds_trace_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_trace(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_trace_task *task, struct chi_run_context *rctx);

int test_kinds_run_open(struct test_kinds *self, struct test_kinds_open_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_open(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_open_task *task, struct chi_run_context *rctx);

int test_kinds_run_tick(struct test_kinds *self, struct test_kinds_tick_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_tick(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_tick_task *task, struct chi_run_context *rctx);

int test_kinds_run_spawn(struct test_kinds *self, struct test_kinds_spawn_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_spawn(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_spawn_task *task, struct chi_run_context *rctx);

int test_kinds_run_class(struct test_kinds *self, struct test_kinds_class_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_class(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_class_task *task, struct chi_run_context *rctx);

int test_kinds_run_fail(struct test_kinds *self, struct test_kinds_fail_task *task,
    struct chi_run_context *rctx);
void test_kinds_monitor_fail(struct test_kinds *self, enum chi_monitor_mode mode,
    struct test_kinds_fail_task *task, struct chi_run_context *rctx);

extern const struct chi_container_ops test_kinds_ops;

CHI_END_DECLS

#endif
