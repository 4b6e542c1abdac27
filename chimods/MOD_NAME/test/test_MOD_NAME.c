/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the MOD_NAME module; docs/module_test_guide.md describes chimaera/test.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <chimaera/MOD_NAME/autogen/MOD_NAME_methods.h>
#include <chimaera/MOD_NAME/MOD_NAME_client.h>
#include <chimaera/test.h>
#include <errno.h>

static struct chimaera_MOD_NAME_client client;

static int begin(enum chi_test_mode mode)
{
    const struct chi_test_options options = {.mode = mode, .sched_threads = 2};
    if (chi_test_begin(&options) < 0)
        fail_msg("%s", chi_last_error());
    assert_int_equal(chimaera_MOD_NAME_create(&client, chi_pool_query_local(), "pool", NULL), 0);
    return 0;
}

static int begin_direct(void **state)
{
    (void)state;
    return begin(CHI_TEST_DIRECT);
}

static int begin_stepped(void **state)
{
    (void)state;
    return begin(CHI_TEST_STEPPED);
}

/* Fails the test if anything was leaked; chi_test_end() prints the leaks. */
static int end(void **state)
{
    (void)state;
    return chi_test_end();
}

/* ---- single handlers */

static void custom_appends_the_suffix_of_its_pool(void **state)
{
    (void)state;
    struct chimaera_MOD_NAME_custom_task *task =
        CHI_TASK_NEW(chimaera_MOD_NAME_custom, client.base.pool_id, chi_pool_query_local());
    assert_non_null(task);
    task->operation_id = 41;
    assert_int_equal(chi_string_set(&task->data, "some text that does not fit into the task"), 0);
    assert_int_equal(chi_test_run_handler(&task->base, 0), 0);
    assert_int_equal(task->result, 42);
    assert_true(
        chi_string_equal(&task->data, "some text that does not fit into the task_processed"));
    chi_task_del(&task->base);
}

static void custom_fails_cleanly_where_memory_is_out(void **state)
{
    int failures = 0;
    (void)state;
    CHI_TEST_FAIL_EACH(n)
    {
        struct chimaera_MOD_NAME_custom_task *task =
            CHI_TASK_NEW(chimaera_MOD_NAME_custom, client.base.pool_id, chi_pool_query_local());
        assert_non_null(task);
        assert_int_equal(chi_string_set(&task->data, "text of twenty bytes"), 0);
        int rc = chi_test_run_handler(&task->base, 0);
        assert_int_equal(rc, chi_test_failed() ? -ENOMEM : 0);
        failures += rc < 0;
        chi_task_del(&task->base);
    }
    assert_true(failures > 0);
}

static void create_fails_cleanly_where_memory_is_out(void **state)
{
    struct chimaera_MOD_NAME_client other;
    int failures = 0;
    (void)state;
    CHI_TEST_FAIL_EACH(n)
    {
        int rc = chimaera_MOD_NAME_create(&other, chi_pool_query_local(), "other", NULL);
        assert_int_equal(rc, chi_test_failed() ? -ENOMEM : 0);
        failures += rc < 0;
    }
    assert_true(failures > 0);
}

static void create_refuses_too_many_lanes(void **state)
{
    const struct chimaera_MOD_NAME_create_params params = {.worker_count = 1025};
    struct chimaera_MOD_NAME_client other;
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_create(&other, chi_pool_query_local(), "other", &params),
                     -ERANGE);
}

/* ---- the complete path, from a client */

static void a_client_gets_its_text_back(void **state)
{
    char out[64];
    uint32_t result = 0;
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_custom(&client, chi_pool_query_local(), "text", 6, out,
                                              sizeof(out), &result),
                     0);
    assert_string_equal(out, "text_processed");
    assert_int_equal(result, 7);
}

static void a_result_larger_than_the_buffer_returns_enobufs(void **state)
{
    char out[4];
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_custom(&client, chi_pool_query_local(), "text", 0, out,
                                              sizeof(out), NULL),
                     -ENOBUFS);
}

static void a_pool_that_was_destroyed_takes_no_more(void **state)
{
    const struct chimaera_MOD_NAME_client before = client;
    char out[64];
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_destroy(&client, chi_pool_query_local()), 0);
    assert_int_equal(chimaera_MOD_NAME_custom(&before, chi_pool_query_local(), "text", 0, out,
                                              sizeof(out), NULL),
                     CHI_ENOPOOL);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, end)
    const struct CMUnitTest tests[] = {
        TEST(custom_appends_the_suffix_of_its_pool, begin_direct),
        TEST(custom_fails_cleanly_where_memory_is_out, begin_direct),
        TEST(create_fails_cleanly_where_memory_is_out, begin_direct),
        TEST(create_refuses_too_many_lanes, begin_direct),
        TEST(a_client_gets_its_text_back, begin_stepped),
        TEST(a_result_larger_than_the_buffer_returns_enobufs, begin_stepped),
        TEST(a_pool_that_was_destroyed_takes_no_more, begin_stepped),
    };
    return cmocka_run_group_tests_name("MOD_NAME", tests, NULL, NULL);
}
