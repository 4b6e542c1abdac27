/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the test library share. Included once by each. */
#ifndef CHI_TEST_KIT_KIT_H
#define CHI_TEST_KIT_KIT_H

#include "support/cmocka_all.h"
#include "test_paths.h"

#include <chimaera/test.h>
#include <test/probe/autogen/probe_methods.h>
#include <test/probe/probe_client.h>

#define MS 1000000ull
#define S  1000000000ull

static chi_pool_id_t pool;

/* A runtime in that mode, and a pool of the probe module with four lanes. */
static inline int kit_begin(struct chi_test_options options)
{
    const struct test_probe_create_params params = {.lanes = 4};

    options.modules = CHI_TEST_MODULE_DIR;
    if (chi_test_begin(&options) < 0)
        fail_msg("%s", chi_last_error());
    assert_int_equal(chi_test_create_pool(TEST_PROBE_LIBRARY, "probe",
                                          &test_probe_create_params_schema, &params, &pool),
                     0);
    return 0;
}

/* For cmocka: what is left behind fails the test. */
static inline int kit_end(void **state)
{
    (void)state;
    return chi_test_end();
}

static inline struct chi_task *kit_sleep(uint64_t duration_ns)
{
    struct test_probe_sleep_task *task =
        CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
    assert_non_null(task);
    task->duration_ns = duration_ns;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static inline struct chi_task *kit_nop(void)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_non_null(task);
    return task;
}

#endif
