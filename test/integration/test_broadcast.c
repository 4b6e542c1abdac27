/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks for several containers: merging, many copies at a time, and what ends them. */
#include "integration/routing_fixture.h"

/* ---- merging */

static struct test_probe_share_task *new_share(const char *text)
{
    static const uint32_t numbers[] = {1, 20, 300};
    struct test_probe_share_task *task =
        CHI_TASK_NEW(test_probe_share, four, chi_pool_query_broadcast());
    assert_non_null(task);
    assert_int_equal(chi_string_set(&task->text, text), 0);
    assert_int_equal(chi_string_set(&task->trail, text), 0);
    assert_int_equal(chi_vector_assign(&task->numbers, numbers, 3), 0);
    task->total = 10;
    return task;
}

static void assert_shared(const struct test_probe_share_task *task, const char *text, uint32_t id)
{
    char with_id[6000];
    snprintf(with_id, sizeof(with_id), "%s/%u", text, id);
    assert_int_equal(task->container, id);
    assert_int_equal(task->text_size, strlen(text));
    assert_int_equal(task->sum, 321);
    assert_int_equal(task->total, 10 + id);
    assert_true(chi_string_equal(&task->trail, with_id));
    assert_true(chi_string_equal(&task->answer, with_id));
    assert_true(chi_string_equal(&task->text, text));
}

static void every_container_gets_the_inputs_and_the_first_gives_the_outputs(void **state)
{
    char text[5000];
    CHI_SCOPED_BUFFER(marks);
    (void)state;
    assert_int_equal(chi_buffer_alloc(4, &marks), 0);
    for (size_t size = 3; size < sizeof(text); size *= 12) { /* inside the task, and outside */
        memset(text, 't', size);
        text[size] = '\0';
        memset(chi_buffer_data(&marks), 0, 4);
        struct test_probe_share_task *task = new_share(text);
        task->marks = marks;
        assert_int_equal(submit_and_wait(&task->base), 0);
        assert_shared(task, text, 0);
        assert_memory_equal(chi_buffer_data(&marks), "\1\1\1\1", 4);
        assert_int_equal(chi_task_failed(&task->base), 0);
        chi_task_del(&task->base);
    }
}

static void the_first_error_counts_and_the_first_success_gives_the_outputs(void **state)
{
    static const struct {
        uint32_t fail_first, fail_count;
        int code;
        uint32_t container;
    } cases[] = {{0, 1, -1000, 1}, {0, 3, -1000, 3}, {1, 1, -1001, 0}, {2, 2, -1002, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct test_probe_share_task *task = new_share("a text of more than thirty bytes");
        task->fail_first = cases[i].fail_first;
        task->fail_count = cases[i].fail_count;
        assert_int_equal(submit_and_wait(&task->base), cases[i].code);
        assert_int_equal(chi_task_failed(&task->base), cases[i].fail_count);
        assert_shared(task, "a text of more than thirty bytes", cases[i].container);
        chi_task_del(&task->base);
    }
}

static void where_all_fail_the_outputs_are_empty_and_the_rest_as_it_was(void **state)
{
    (void)state;
    struct test_probe_share_task *task = new_share("text");
    task->fail_count = 4;
    assert_int_equal(submit_and_wait(&task->base), -1000);
    assert_int_equal(chi_task_failed(&task->base), 4);
    assert_int_equal(task->total, 10);
    assert_int_equal(task->sum, 0);
    assert_int_equal(chi_string_size(&task->answer), 0);
    assert_true(chi_string_equal(&task->trail, "text"));
    chi_task_del(&task->base);
}

static void with_one_container_the_failed_are_none_or_one(void **state)
{
    (void)state;
    for (int32_t code = -1; code <= 0; code++) {
        struct test_probe_fail_task *task =
            CHI_TASK_NEW(test_probe_fail, four, chi_pool_query_local());
        task->code = code;
        assert_int_equal(submit_and_wait(&task->base), code);
        assert_int_equal(chi_task_failed(&task->base), code < 0 ? 1 : 0);
        chi_task_del(&task->base);
    }
}

static void copies_are_merged_in_order_whatever_ends_first(void **state)
{
    enum { CONTAINERS = 100 };
    chi_pool_id_t pool = make_pool("hundred", CONTAINERS);
    (void)state;
    struct test_probe_gather_task *task = new_gather(pool, chi_pool_query_broadcast());
    task->yields = 1000;
    task->fail_first = 17;
    task->fail_count = 3;
    assert_int_equal(submit_and_wait(&task->base), -1017);
    assert_gathered(task, 0, CONTAINERS);
    assert_int_equal(chi_task_failed(&task->base), 3);
    assert_int_equal(task->merged, CONTAINERS - 3);
    assert_int_equal(task->sum, CONTAINERS * (CONTAINERS - 1) / 2 - 17 - 18 - 19);
    const int32_t *codes = chi_vector_items(&task->codes);
    assert_int_equal(chi_vector_count(&task->codes), CONTAINERS);
    for (int i = 0; i < CONTAINERS; i++)
        assert_int_equal(codes[i], i >= 17 && i < 20 ? -1000 - i : 0);
    chi_task_del(&task->base);
}

/* ---- many */

static void open_gates(chi_pool_id_t pool, uint32_t gate)
{
    struct test_probe_open_task *open =
        CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_broadcast());
    open->gate = gate;
    assert_int_equal(submit_and_wait(&open->base), 0);
    chi_task_del(&open->base);
}

static void a_window_of_copies_exists_at_a_time(void **state)
{
    enum { CONTAINERS = 400 };
    chi_pool_id_t pool = make_pool("many", CONTAINERS);
    (void)state;
    struct test_probe_gather_task *task = new_gather(pool, chi_pool_query_broadcast());
    task->gate = 1; /* the first waits, so nothing can be merged */
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (count().gathers < WINDOW)
        ;
    for (int i = 0; i < 200; i++) /* any more would have begun meanwhile */
        assert_int_equal(count().gathers, WINDOW);
    open_gates(pool, 1);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(count().gathers, CONTAINERS);
    assert_gathered(task, 0, CONTAINERS);
    chi_task_del(&task->base);
}

static void a_pool_may_have_16384_containers(void **state)
{
    chi_pool_id_t pool = make_pool("most", CHI_CONTAINERS_MAX);
    (void)state;
    struct test_probe_gather_task *task = new_gather(pool, chi_pool_query_broadcast());
    assert_int_equal(submit_and_wait(&task->base), 0);
    assert_gathered(task, 0, CHI_CONTAINERS_MAX);
    chi_task_del(&task->base);

    task = new_gather(pool, chi_pool_query_range(6000, 10000));
    task->fail_first = 6000;
    task->fail_count = 10000;
    assert_int_equal(submit_and_wait(&task->base), -7000);
    assert_int_equal(chi_task_failed(&task->base), 10000);
    assert_gathered(task, 6000, 10000);
    chi_task_del(&task->base);
}

/* Such copies end before the call that routes them returns. */
static void copies_without_a_route_end_the_task_all_the_same(void **state)
{
    chi_pool_id_t pool = make_pool("most", CHI_CONTAINERS_MAX);
    (void)state;
    struct chi_task *task =
        chi_task_new(&test_probe_no_route_schema, pool, chi_pool_query_broadcast());
    assert_int_equal(submit_and_wait(task), CHI_ENOROUTE);
    assert_int_equal(chi_task_failed(task), CHI_CONTAINERS_MAX);
    chi_task_del(task);
}

static void many_broadcasts_at_a_time_all_end(void **state)
{
    enum { TASKS = 500 };
    static struct test_probe_gather_task *tasks[TASKS];
    chi_pool_id_t pool = make_pool("sixteen", 16);
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        tasks[i] = new_gather(pool, chi_pool_query_broadcast());
        tasks[i]->yields = (uint32_t)i % 40;
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    }
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        assert_gathered(tasks[i], 0, 16);
        chi_task_del(&tasks[i]->base);
    }
}

/* More than a client's long strings may take in the daemon: then one copy at a time. */
static void copies_of_a_huge_string_do_not_pile_up(void **state)
{
    enum { SIZE = 30 << 20 }; /* of 64 MiB */
    (void)state;
    struct test_probe_gather_task *task = new_gather(four, chi_pool_query_broadcast());
    assert_int_equal(chi_bytes_assign(&task->ballast.bytes, NULL, SIZE), 0);
    task->gate = 4;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (count().gathers < 1)
        ;
    for (int i = 0; i < 200; i++) /* any more would have begun meanwhile */
        assert_int_equal(count().gathers, 1);
    open_gates(four, 4);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_gathered(task, 0, 4);
    chi_task_del(&task->base);
}

/* ---- handlers */

static void handlers_broadcast_and_so_do_theirs(void **state)
{
    (void)state;
    struct test_probe_nest_task *task =
        CHI_TASK_NEW(test_probe_nest, four, chi_pool_query_broadcast());
    task->levels = 4;
    assert_int_equal(submit_and_wait(&task->base), 0);
    assert_int_equal(task->leaves, 1024);
    assert_int_equal(task->failed, 0);
    chi_task_del(&task->base);
}

static void a_handler_in_each_of_many_containers_broadcasts_to_all(void **state)
{
    enum { CONTAINERS = 200 }; /* so that the bounds on copies hold back most of them */
    chi_pool_id_t pool = make_pool("many", CONTAINERS);
    (void)state;
    struct test_probe_nest_task *task =
        CHI_TASK_NEW(test_probe_nest, pool, chi_pool_query_broadcast());
    task->levels = 1;
    assert_int_equal(submit_and_wait(&task->base), 0);
    assert_int_equal(task->leaves, CONTAINERS * CONTAINERS);
    chi_task_del(&task->base);
}

/* ---- ends */

static void a_broadcast_that_is_given_up_ends_by_itself(void **state)
{
    (void)state;
    struct test_probe_gather_task *task = new_gather(four, chi_pool_query_broadcast());
    task->gate = 2;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait_for(&task->base, 1000000), -ETIMEDOUT);
    chi_task_del(&task->base);
    open_gates(four, 2);
    task = new_gather(four, chi_pool_query_broadcast());
    assert_int_equal(chi_task_fire_and_forget(&task->base), 0);
    while (count().gathers < 8)
        ;
}

static int client_with_fan_out(void *pool)
{
    if (chi_client_init() < 0)
        return 1;
    struct test_probe_gather_task *task =
        CHI_TASK_NEW(test_probe_gather, *(chi_pool_id_t *)pool, chi_pool_query_broadcast());
    if (task == NULL)
        return 1;
    task->gate = 3;
    if (chi_task_enqueue(&task->base) < 0)
        return 1;
    for (;;)
        pause();
}

static void a_client_that_dies_leaves_no_copy_behind_and_the_rest_is_not_begun(void **state)
{
    enum { CONTAINERS = 400 };
    chi_pool_id_t pool = make_pool("many", CONTAINERS);
    struct chi_test_status status;
    (void)state;
    pid_t child = chi_test_fork(client_with_fan_out, &pool);
    while (count().gathers < WINDOW)
        ;
    kill(child, SIGKILL);
    assert_int_equal(chi_test_join(child), -SIGKILL);
    do { /* its tasks are to be dropped from here on */
        char *text = chi_test_status_text();
        bool gone = text != NULL && chi_test_json_count(text, "clients[state=gone]") > 0;
        free(text);
        if (gone)
            break;
    } while (true);
    open_gates(pool, 3);
    do
        assert_int_equal(chi_test_status_get(&status), 0);
    while (status.clients > 1);
    assert_int_equal(count().gathers, WINDOW);
}

struct destroyer {
    pthread_t thread;
    chi_pool_id_t pool;
    int rc;
};

static void *destroy_pool(void *argument)
{
    struct destroyer *destroyer = argument;
    destroyer->rc = chimaera_admin_destroy_pool(chi_pool_query_local(), destroyer->pool);
    return NULL;
}

static void a_pool_is_destroyed_when_its_broadcast_has_been_everywhere(void **state)
{
    enum { CONTAINERS = 400 };
    struct destroyer destroyer = {.pool = make_pool("many", CONTAINERS)};
    uint64_t destroyed = count().destroyed;
    (void)state;
    struct test_probe_sleep_task *task =
        CHI_TASK_NEW(test_probe_sleep, destroyer.pool, chi_pool_query_broadcast());
    task->duration_ns = 50000000;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    while (count().running == 0)
        ;
    assert_int_equal(pthread_create(&destroyer.thread, NULL, destroy_pool, &destroyer), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(chi_task_failed(&task->base), 0);
    chi_task_del(&task->base);
    pthread_join(destroyer.thread, NULL);
    assert_int_equal(destroyer.rc, 0);
    assert_int_equal(count().destroyed - destroyed, CONTAINERS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_container_gets_the_inputs_and_the_first_gives_the_outputs),
        TEST(the_first_error_counts_and_the_first_success_gives_the_outputs),
        TEST(where_all_fail_the_outputs_are_empty_and_the_rest_as_it_was),
        TEST(with_one_container_the_failed_are_none_or_one),
        TEST(copies_are_merged_in_order_whatever_ends_first),
        TEST(a_window_of_copies_exists_at_a_time),
        TEST(a_pool_may_have_16384_containers),
        TEST(copies_without_a_route_end_the_task_all_the_same),
        TEST(many_broadcasts_at_a_time_all_end),
        TEST(copies_of_a_huge_string_do_not_pile_up),
        TEST(handlers_broadcast_and_so_do_theirs),
        TEST(a_handler_in_each_of_many_containers_broadcasts_to_all),
        TEST(a_broadcast_that_is_given_up_ends_by_itself),
        TEST(a_client_that_dies_leaves_no_copy_behind_and_the_rest_is_not_begun),
        TEST(a_pool_is_destroyed_when_its_broadcast_has_been_everywhere),
    };
    return cmocka_run_group_tests_name("broadcast", tests, NULL, NULL);
}
