/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools with several containers: which of them a query means, and tasks that run in several. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/chimaera.h>
#include <chimaera/container.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"

#define WINDOW 128u /* copies of one task at a time */

static chi_pool_id_t four; /* a pool with four containers */
static chi_pool_id_t one;  /* a pool with one, for questions */

static chi_pool_id_t make_pool(const char *name, uint32_t containers)
{
    const struct test_probe_create_params params = {.lanes = 2, .no_gates = containers > 512};
    chi_pool_id_t id;
    assert_int_equal(test_probe_create_with(name, &params, chi_pool_id(0, 0), containers, &id), 0);
    return id;
}

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    one = make_pool("one", 1);
    four = make_pool("four", 4);
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static int submit_and_wait(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    return rc == 0 ? chi_task_wait(task) : rc;
}

static struct test_probe_counters_task count(void)
{
    struct test_probe_counters_task *task =
        CHI_TASK_NEW(test_probe_counters, one, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(submit_and_wait(&task->base), 0);
    struct test_probe_counters_task copy;
    memcpy((void *)&copy, (void *)task, sizeof(copy));
    chi_task_del(&task->base);
    return copy;
}

static struct test_probe_gather_task *new_gather(chi_pool_id_t pool, chi_pool_query_t query)
{
    struct test_probe_gather_task *task = CHI_TASK_NEW(test_probe_gather, pool, query);
    assert_non_null(task);
    return task;
}

/* The containers first, first + 1, ... and no others, in this order. */
static void assert_gathered(const struct test_probe_gather_task *task, uint32_t first, uint32_t n)
{
    const uint32_t *containers = chi_vector_items(&task->containers);
    assert_int_equal(chi_vector_count(&task->containers), n);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(containers[i], first + i);
}

static void expect_containers(chi_pool_query_t query, uint32_t first, uint32_t n)
{
    struct test_probe_gather_task *task = new_gather(four, query);
    assert_int_equal(submit_and_wait(&task->base), 0);
    assert_gathered(task, first, n);
    assert_int_equal(chi_task_failed(&task->base), 0);
    chi_task_del(&task->base);
}

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

/* ---- handlers that destroy the pool they are in */

static int drop(chi_pool_id_t from, chi_pool_query_t query, chi_pool_id_t via, uint32_t hops,
                bool broadcast)
{
    struct test_probe_drop_pool_task *task = CHI_TASK_NEW(test_probe_drop_pool, from, query);
    assert_non_null(task);
    task->pool_id = from;
    task->via = via;
    task->hops = hops;
    task->broadcast = broadcast;
    int rc = submit_and_wait(&task->base);
    chi_task_del(&task->base);
    return rc;
}

static void a_handler_that_waits_for_the_end_of_its_own_pool_is_edeadlk(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(drop(four, chi_pool_query_direct_id(i), four, 0, false), -EDEADLK);
    assert_int_equal(drop(four, chi_pool_query_broadcast(), four, 0, false), -EDEADLK);
    expect_containers(chi_pool_query_broadcast(), 0, 4); /* the pool is as before */
}

static void so_is_one_that_waits_for_a_handler_that_waits_for_it(void **state)
{
    (void)state;
    assert_int_equal(drop(four, chi_pool_query_local(), one, 1, false), -EDEADLK);
    assert_int_equal(drop(four, chi_pool_query_local(), one, 3, false), -EDEADLK);
    assert_int_equal(drop(one, chi_pool_query_local(), four, 2, true), -EDEADLK);
    assert_int_equal(drop(four, chi_pool_query_direct_id(2), four, 2, true), -EDEADLK);
    expect_containers(chi_pool_query_broadcast(), 0, 4);
}

/* The pool has stopped taking tasks by then, and takes them again. */
static void it_is_edeadlk_also_where_the_handler_waits_only_later(void **state)
{
    (void)state;
    struct test_probe_drop_pool_task *task =
        CHI_TASK_NEW(test_probe_drop_pool, four, chi_pool_query_direct_id(3));
    task->pool_id = four;
    task->delay_ns = 30000000;
    assert_int_equal(submit_and_wait(&task->base), -EDEADLK);
    chi_task_del(&task->base);
    expect_containers(chi_pool_query_broadcast(), 0, 4);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), four), 0);
}

static void a_handler_may_destroy_other_pools_and_its_own_without_waiting(void **state)
{
    chi_pool_id_t other = make_pool("other", 3);
    (void)state;
    struct test_probe_drop_pool_task *task =
        CHI_TASK_NEW(test_probe_drop_pool, one, chi_pool_query_local());
    task->pool_id = other;
    assert_int_equal(submit_and_wait(&task->base), 0);
    chi_task_del(&task->base);

    task = CHI_TASK_NEW(test_probe_drop_pool, four, chi_pool_query_local());
    task->pool_id = four;
    task->forget = 1;
    assert_int_equal(submit_and_wait(&task->base), 0);
    chi_task_del(&task->base);
    int rc;
    do {
        struct test_probe_gather_task *gather = new_gather(four, chi_pool_query_local());
        rc = submit_and_wait(&gather->base);
        chi_task_del(&gather->base);
    } while (rc == 0);
    assert_int_equal(rc, CHI_ENOPOOL);
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
        TEST(a_handler_that_waits_for_the_end_of_its_own_pool_is_edeadlk),
        TEST(so_is_one_that_waits_for_a_handler_that_waits_for_it),
        TEST(it_is_edeadlk_also_where_the_handler_waits_only_later),
        TEST(a_handler_may_destroy_other_pools_and_its_own_without_waiting),
        TEST(who_names_no_number_gets_the_pool_with_as_many_as_it_has),
    };
    return cmocka_run_group_tests_name("routing", tests, NULL, NULL);
}
