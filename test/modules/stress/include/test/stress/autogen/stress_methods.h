/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and stress_tasks.h; do not edit. */
/* clang-format off */
#ifndef TEST_STRESS_METHODS_H
#define TEST_STRESS_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define TEST_STRESS_LIBRARY "test_stress"

enum test_stress_method {
    TEST_STRESS_METHOD_CREATE = 0,
    TEST_STRESS_METHOD_DESTROY = 1,
    TEST_STRESS_METHOD_WORK = 10,
    TEST_STRESS_METHOD_SECTION = 11,
    TEST_STRESS_METHOD_SHARE = 12,
    TEST_STRESS_METHOD_TREE = 13,
    TEST_STRESS_METHOD_TICK = 14,
    TEST_STRESS_METHOD_LEDGER = 15,
    TEST_STRESS_METHOD_REPORT = 16,
};

struct test_stress_work_task;
struct test_stress_section_task;
struct test_stress_share_task;
struct test_stress_tree_task;
struct test_stress_tick_task;
struct test_stress_ledger_task;
struct test_stress_report_task;

CHI_BEGIN_DECLS

extern struct chi_task_schema test_stress_work_schema;
extern struct chi_task_schema test_stress_section_schema;
extern struct chi_task_schema test_stress_share_schema;
extern struct chi_task_schema test_stress_tree_schema;
extern struct chi_task_schema test_stress_tick_schema;
extern struct chi_task_schema test_stress_ledger_schema;
extern struct chi_task_schema test_stress_report_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas test_stress_schemas;

CHI_END_DECLS

#endif
