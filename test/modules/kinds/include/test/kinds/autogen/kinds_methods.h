/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and kinds_tasks.h; do not edit. */
/* clang-format off */
#ifndef TEST_KINDS_METHODS_H
#define TEST_KINDS_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define TEST_KINDS_LIBRARY "test_kinds"

enum test_kinds_method {
    TEST_KINDS_METHOD_CREATE = 0,
    TEST_KINDS_METHOD_DESTROY = 1,
    TEST_KINDS_METHOD_WAIT = 10,
    TEST_KINDS_METHOD_NOTE = 11,
    TEST_KINDS_METHOD_TRACE = 12,
    TEST_KINDS_METHOD_OPEN = 13,
    TEST_KINDS_METHOD_TICK = 14,
    TEST_KINDS_METHOD_SPAWN = 15,
    TEST_KINDS_METHOD_CLASS = 16,
    TEST_KINDS_METHOD_FAIL = 17,
};

struct test_kinds_wait_task;
struct test_kinds_note_task;
struct test_kinds_trace_task;
struct test_kinds_open_task;
struct test_kinds_tick_task;
struct test_kinds_spawn_task;
struct test_kinds_class_task;
struct test_kinds_fail_task;

CHI_BEGIN_DECLS

extern struct chi_task_schema test_kinds_wait_schema;
extern struct chi_task_schema test_kinds_note_schema;
extern struct chi_task_schema test_kinds_trace_schema;
extern struct chi_task_schema test_kinds_open_schema;
extern struct chi_task_schema test_kinds_tick_schema;
extern struct chi_task_schema test_kinds_spawn_schema;
extern struct chi_task_schema test_kinds_class_schema;
extern struct chi_task_schema test_kinds_fail_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas test_kinds_schemas;

CHI_END_DECLS

#endif
