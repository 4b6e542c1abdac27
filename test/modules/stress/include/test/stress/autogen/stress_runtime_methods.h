/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and stress_tasks.h; do not edit. */
/* clang-format off */
#ifndef TEST_STRESS_RUNTIME_METHODS_H
#define TEST_STRESS_RUNTIME_METHODS_H

#include "test/stress/autogen/stress_methods.h"

#include "chimaera/container.h"

struct test_stress; /* the module's state; begins with struct chi_container */
struct chi_create_task;
struct chi_destroy_task;
struct test_stress_work_task;
struct test_stress_section_task;
struct test_stress_share_task;
struct test_stress_tree_task;
struct test_stress_tick_task;
struct test_stress_ledger_task;
struct test_stress_report_task;

CHI_BEGIN_DECLS

int test_stress_run_create(struct test_stress *self, struct chi_create_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_create(struct test_stress *self, enum chi_monitor_mode mode,
    struct chi_create_task *task, struct chi_run_context *rctx);

int test_stress_run_destroy(struct test_stress *self, struct chi_destroy_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_destroy(struct test_stress *self, enum chi_monitor_mode mode,
    struct chi_destroy_task *task, struct chi_run_context *rctx);

int test_stress_run_work(struct test_stress *self, struct test_stress_work_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_work(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_work_task *task, struct chi_run_context *rctx);

int test_stress_run_section(struct test_stress *self, struct test_stress_section_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_section(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_section_task *task, struct chi_run_context *rctx);

int test_stress_run_share(struct test_stress *self, struct test_stress_share_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_share(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_share_task *task, struct chi_run_context *rctx);

int test_stress_run_tree(struct test_stress *self, struct test_stress_tree_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_tree(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_tree_task *task, struct chi_run_context *rctx);

int test_stress_run_tick(struct test_stress *self, struct test_stress_tick_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_tick(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_tick_task *task, struct chi_run_context *rctx);

int test_stress_run_ledger(struct test_stress *self, struct test_stress_ledger_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_ledger(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_ledger_task *task, struct chi_run_context *rctx);

int test_stress_run_report(struct test_stress *self, struct test_stress_report_task *task,
    struct chi_run_context *rctx);
void test_stress_monitor_report(struct test_stress *self, enum chi_monitor_mode mode,
    struct test_stress_report_task *task, struct chi_run_context *rctx);

void test_stress_aggregate_share(struct test_stress_share_task *into, struct test_stress_share_task *copy);

void test_stress_aggregate_report(struct test_stress_report_task *into, struct test_stress_report_task *copy);

extern const struct chi_container_ops test_stress_ops;

CHI_END_DECLS

#endif
