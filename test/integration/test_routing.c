/* SPDX-License-Identifier: BSD-3-Clause */
/* Which containers a query means, and monitors that decide. */
#include "integration/routing_fixture.h"

/* ---- which containers */

static void each_mode_names_its_containers(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        expect_containers(chi_pool_query_direct_id(i), i, 1);
        expect_containers(chi_pool_query_direct_hash(400 + i), i, 1);
        expect_containers(chi_pool_query_range(i, 1), i, 1);
        expect_containers(chi_pool_query_range(0, i + 1), 0, i + 1);
    }
    expect_containers(chi_pool_query_range(1, 2), 1, 2);
    expect_containers(chi_pool_query_range(2, 2), 2, 2);
    expect_containers(chi_pool_query_broadcast(), 0, 4);
}

static uint32_t container_of(chi_pool_query_t query)
{
    struct test_probe_gather_task *task = new_gather(four, query);
    assert_int_equal(submit_and_wait(&task->base), 0);
    assert_int_equal(chi_vector_count(&task->containers), 1);
    uint32_t container = chi_vector_items(&task->containers)[0];
    chi_task_del(&task->base);
    return container;
}

static void *container_of_local(void *container)
{
    *(uint32_t *)container = container_of(chi_pool_query_local());
    return NULL;
}

static void local_is_one_container_for_all_threads_of_a_process(void **state)
{
    uint32_t here = container_of(chi_pool_query_local());
    (void)state;
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        uint32_t there = UINT32_MAX;
        assert_int_equal(container_of(chi_pool_query_local()), here);
        assert_int_equal(container_of(chi_pool_query_physical(0)), here);
        assert_int_equal(pthread_create(&thread, NULL, container_of_local, &there), 0);
        pthread_join(thread, NULL);
        assert_int_equal(there, here);
    }
}

static int local_in_child(void *unused)
{
    (void)unused;
    if (chi_client_init() < 0)
        return 100;
    uint32_t container = container_of(chi_pool_query_local());
    bool same = container_of(chi_pool_query_local()) == container;
    chi_client_fini();
    return same ? (int)container : 101;
}

static void local_spreads_processes_over_the_containers(void **state)
{
    int processes[4] = {0};
    (void)state;
    for (int i = 0; i < 40; i++) {
        int container = chi_test_in_child(local_in_child, NULL);
        assert_true(container >= 0 && container < 4);
        processes[container]++;
    }
    for (int i = 0; i < 4; i++) /* which depends on process ids, so this is no close bound */
        assert_in_range(processes[i], 1, 30);
}

static void local_in_a_handler_of_the_pool_is_its_own_container(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct test_probe_keyed_task *task =
            CHI_TASK_NEW(test_probe_keyed, four, chi_pool_query_direct_id(i));
        task->levels = 3;
        assert_int_equal(submit_and_wait(&task->base), 0);
        assert_int_equal(task->container, i);
        assert_int_equal(task->deepest, i);
        chi_task_del(&task->base);
    }
}

/* ---- monitors that decide */

static struct test_probe_steer_task *steer(chi_pool_id_t pool, chi_pool_query_t query,
                                           chi_pool_query_t to, int *rc)
{
    struct test_probe_steer_task *task = CHI_TASK_NEW(test_probe_steer, pool, query);
    assert_non_null(task);
    task->to = to;
    *rc = submit_and_wait(&task->base);
    return task;
}

static void assert_steered(chi_pool_query_t query, chi_pool_query_t to, int code, uint32_t failed,
                           uint32_t calls)
{
    int rc;
    uint64_t before = count().global;
    struct test_probe_steer_task *task = steer(four, query, to, &rc);
    assert_int_equal(rc, code);
    assert_int_equal(chi_task_failed(&task->base), failed);
    if (code == 0)
        assert_int_equal(task->containers, 4);
    assert_int_equal(count().global - before, calls);
    assert_memory_equal(&task->base.pool_query, &query, sizeof(query)); /* the caller's stays */
    chi_task_del(&task->base);
}

static void a_monitor_turns_a_query_into_any_other(void **state)
{
    const chi_pool_query_t dynamic = chi_pool_query_dynamic();
    const chi_pool_query_t all = chi_pool_query_broadcast();
    int rc;
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        struct test_probe_steer_task *task = steer(four, dynamic, chi_pool_query_direct_id(i), &rc);
        assert_int_equal(rc, 0);
        assert_int_equal(task->container, i);
        chi_task_del(&task->base);
    }
    assert_steered(dynamic, all, 0, 0, 1);
    assert_steered(all, chi_pool_query_range(2, 2), 0, 0, 1);
    assert_steered(chi_pool_query_range(0, 3), chi_pool_query_local(), 0, 0, 1);
    assert_steered(dynamic, dynamic, 0, 0, 1); /* becomes local */
}

static void what_a_monitor_makes_of_a_query_is_checked(void **state)
{
    const chi_pool_query_t dynamic = chi_pool_query_dynamic();
    (void)state;
    assert_steered(dynamic, chi_pool_query_make(0, 0, 0), CHI_EQUERY_NULL, 1, 1);
    assert_steered(dynamic, chi_pool_query_make(99, 0, 0), CHI_EQUERY_MODE, 1, 1);
    assert_steered(dynamic, chi_pool_query_direct_id(4), CHI_EQUERY_CONTAINER, 1, 1);
    assert_steered(dynamic, chi_pool_query_range(3, 2), CHI_EQUERY_RANGE, 1, 1);
    assert_steered(dynamic, chi_pool_query_physical(1), CHI_EQUERY_NODE, 1, 1);
}

static void queries_for_one_container_are_no_matter_of_the_monitors(void **state)
{
    const chi_pool_query_t wrong = chi_pool_query_direct_id(99);
    int rc;
    (void)state;
    assert_steered(chi_pool_query_local(), wrong, 0, 0, 0);
    assert_steered(chi_pool_query_direct_id(3), wrong, 0, 0, 0);
    assert_steered(chi_pool_query_direct_hash(3), wrong, 0, 0, 0);
    assert_steered(chi_pool_query_range(3, 1), wrong, 0, 0, 0);
    assert_steered(chi_pool_query_physical(0), wrong, 0, 0, 0);
    assert_steered(chi_pool_query_range(3, 2), chi_pool_query_local(), CHI_EQUERY_RANGE, 1, 0);
    struct test_probe_steer_task *task = steer(one, chi_pool_query_broadcast(), wrong, &rc);
    assert_int_equal(rc, 0); /* that names one container here */
    chi_task_del(&task->base);
}

static void a_key_leads_to_the_container_that_its_hash_leads_to(void **state)
{
    bool used[4] = {false};
    (void)state;
    for (int i = 0; i < 64; i++) {
        char key[16];
        int size = snprintf(key, sizeof(key), "key %d", i);
        struct test_probe_keyed_task *task =
            CHI_TASK_NEW(test_probe_keyed, four, chi_pool_query_dynamic());
        assert_int_equal(chi_string_set(&task->key, key), 0);
        assert_int_equal(submit_and_wait(&task->base), 0);
        assert_int_equal(task->container, chi_hash_bytes(key, (size_t)size) % 4);
        used[task->container] = true;
        chi_task_del(&task->base);
    }
    assert_true(used[0] && used[1] && used[2] && used[3]);
}

/* ---- making such pools */

static void who_names_no_number_gets_the_pool_with_as_many_as_it_has(void **state)
{
    const struct test_probe_create_params params = {.lanes = 2};
    struct chimaera_admin_pool_spec spec = {.mod_name = TEST_PROBE_LIBRARY,
                                            .pool_name = "four",
                                            .params_schema = &test_probe_create_params_schema,
                                            .params = &params};
    chi_pool_id_t id;
    (void)state;
    struct chimaera_admin_get_or_create_pool_task *task =
        chimaera_admin_get_or_create_pool_async(chi_pool_query_local(), &spec);
    assert_non_null(task);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->container_count, 4);
    assert_int_equal(task->created, 0);
    assert_true(chi_pool_id_equal(task->new_pool_id, four));
    chi_task_del(&task->base);
    spec.containers = 4;
    assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id), 0);
    spec.containers = 5;
    assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id),
                     CHI_EPOOL_EXISTS);
    assert_non_null(strstr(chi_last_error(), "4 containers, not 5"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_mode_names_its_containers),
        TEST(local_is_one_container_for_all_threads_of_a_process),
        TEST(local_spreads_processes_over_the_containers),
        TEST(local_in_a_handler_of_the_pool_is_its_own_container),
        TEST(a_monitor_turns_a_query_into_any_other),
        TEST(what_a_monitor_makes_of_a_query_is_checked),
        TEST(queries_for_one_container_are_no_matter_of_the_monitors),
        TEST(a_key_leads_to_the_container_that_its_hash_leads_to),
        TEST(who_names_no_number_gets_the_pool_with_as_many_as_it_has),
    };
    return cmocka_run_group_tests_name("routing", tests, NULL, NULL);
}
