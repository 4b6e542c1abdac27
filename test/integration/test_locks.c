/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks in a daemon: across workers, pools and subtasks; ends of tasks and pools; deadlocks. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>

#include "support/daemon.h"
#include "test/json.h"

#define MS 1000000ull

static chi_pool_id_t pool;

static int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static int setup_one(void **state)
{
    return setup_with(state, CHI_TEST_ONE_WORKER);
}

static int setup_two(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* ---- scripts, see struct test_probe_locks_task */

static struct chi_task *play_in(chi_pool_id_t where, uint32_t lane, const char *script,
                                const struct chi_task_node *group)
{
    struct test_probe_locks_task *task =
        CHI_TASK_NEW(test_probe_locks, where, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    if (group != NULL)
        task->base.node = *group;
    assert_int_equal(chi_string_set(&task->script, script), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static struct chi_task *play(uint32_t lane, const char *script)
{
    return play_in(pool, lane, script, NULL);
}

static void finish(struct chi_task *task)
{
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
}

static char *journal(void)
{
    struct chi_task *task = play(0, "?");
    assert_int_equal(chi_task_wait(task), 0);
    char *text = chi_string_dup(&((struct test_probe_locks_task *)(void *)task)->journal);
    assert_non_null(text);
    chi_task_del(task);
    return text;
}

static void assert_journal(const char *expected)
{
    char *text = journal();
    assert_string_equal(text, expected);
    free(text);
}

static void await_journal(const char *expected)
{
    for (;;) {
        char *text = journal();
        bool there = strcmp(text, expected) == 0;
        free(text);
        if (there)
            return;
        sched_yield();
    }
}

/* The daemon's number of parked tasks. */
static void await_parked(uint64_t count)
{
    struct chi_test_status status;
    do
        assert_int_equal(chi_test_status_get(&status), 0);
    while (status.parked != count);
}

static void a_static_lock_is_one_for_all_pools_and_workers(void **state)
{
    chi_pool_id_t second;
    (void)state;
    assert_int_equal(test_probe_create("second", 4, &second), 0);
    struct chi_task *a = play(0, "AW0w");
    await_journal("AW");
    struct chi_task *b = play_in(second, 1, "BWw", NULL);
    await_parked(2);
    struct chi_task *c = play(2, "CTRr");
    await_journal("AW CT!");
    await_parked(3);
    finish(play(3, "D=0"));
    finish(a);
    finish(b);
    finish(c);
    assert_journal("AW CT! Aw BW Bw CR Cr");
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), second), 0);
}

static void a_containers_lock_is_its_own(void **state)
{
    chi_pool_id_t second;
    (void)state;
    assert_int_equal(test_probe_create("second", 4, &second), 0);
    struct chi_task *a = play(0, "AM0m");
    await_journal("AM");
    finish(play_in(second, 1, "BMm", NULL));
    assert_journal("AM BM Bm");
    finish(play(3, "D=0"));
    finish(a);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), second), 0);
}

static void a_parent_that_holds_a_lock_can_wait_for_a_subtask_that_takes_it(void **state)
{
    (void)state;
    struct chi_task *a = play(0, "AW0(WRrw)w");
    await_journal("AW");
    struct chi_task *b = play(1, "BWw");
    await_parked(2);
    finish(play(3, "D=0"));
    finish(a);
    finish(b);
    assert_journal("AW AW AR Ar Aw Aw BW Bw");
}

static void tasks_of_one_client_may_share_a_group(void **state)
{
    struct chi_task_node group = chi_task_node_create();
    (void)state;
    struct chi_task *a = play_in(pool, 0, "AW0w", &group);
    await_journal("AW");
    finish(play_in(pool, 1, "BWw", &group));
    finish(play(2, "D=0"));
    finish(a);
    assert_journal("AW BW Bw Aw");
}

/* ---- ends of pools */

struct destroyer {
    pthread_t thread;
    chi_pool_id_t pool;
    int rc;
};

static void *destroy(void *argument)
{
    struct destroyer *destroyer = argument;
    destroyer->rc = chimaera_admin_destroy_pool(chi_pool_query_local(), destroyer->pool);
    return NULL;
}

static void begin_destroy(struct destroyer *destroyer, chi_pool_id_t doomed)
{
    destroyer->pool = doomed;
    assert_int_equal(pthread_create(&destroyer->thread, NULL, destroy, destroyer), 0);
    for (bool dying = false; !dying;) {
        char *status = chi_test_status_text();
        assert_non_null(status);
        dying = chi_test_json_count(status, "pools[state=dying]") > 0;
        free(status);
    }
}

static void await_destroy(struct destroyer *destroyer)
{
    pthread_join(destroyer->thread, NULL);
    assert_int_equal(destroyer->rc, 0);
}

static unsigned count_in_log(const struct chi_test_daemon *daemon, const char *text)
{
    unsigned count = 0;
    char *log = chi_test_daemon_log(daemon);
    for (const char *at = log; (at = strstr(at, text)) != NULL; at++)
        count++;
    free(log);
    return count;
}

static void a_task_that_ends_with_its_pool_leaves_no_lock_held(void **state)
{
    struct destroyer destroyer;
    chi_pool_id_t doomed;
    assert_int_equal(test_probe_create("doomed", 4, &doomed), 0);
    struct chi_task *a = play_in(doomed, 0, "AW0$", NULL);
    await_journal("AW");
    struct chi_task *b = play(1, "BWw");
    await_parked(2);
    begin_destroy(&destroyer, doomed);
    finish(play(2, "D=0"));
    finish(a);
    finish(b);
    await_destroy(&destroyer);
    assert_journal("AW BW Bw");
    assert_int_equal(count_in_log(*state, "locks of pool doomed ended without unlocking &lock"), 1);
}

static void a_pools_destruction_waits_for_those_that_wait_for_its_locks(void **state)
{
    struct destroyer destroyer;
    chi_pool_id_t doomed;
    (void)state;
    assert_int_equal(test_probe_create("doomed", 4, &doomed), 0);
    struct chi_task *a = play_in(doomed, 0, "AM0m", NULL);
    await_journal("AM");
    struct chi_task *b = play_in(doomed, 1, "BMm", NULL);
    struct chi_task *c = play_in(doomed, 2, "CM", NULL);
    await_parked(3);
    begin_destroy(&destroyer, doomed);
    finish(play(2, "D=0"));
    finish(a);
    finish(b);
    finish(c);
    await_destroy(&destroyer);
    char *text = journal();
    assert_true(strcmp(text, "AM Am BM Bm CM") == 0 || strcmp(text, "AM Am CM BM Bm") == 0);
    free(text);
}

/* ---- deadlocks */

static void await_deadlocks(unsigned count)
{
    uint64_t there = 0;
    while (there != count) {
        char *status = chi_test_status_text();
        assert_non_null(status);
        there = chi_test_json_count(status, "deadlocks");
        free(status);
        sched_yield();
    }
}

/* Only the end of the daemon ends it: past the grace period one of the waits is cut short. */
static void abandon(struct chi_test_daemon *daemon, struct chi_task *a, struct chi_task *b)
{
    assert_int_equal(chimaera_admin_stop_runtime(chi_pool_query_local(), 10 * MS), 0);
    int rc[2] = {chi_task_wait(a), chi_task_wait(b)};
    for (int i = 0; i < 2; i++) /* the last one may get the lock that the other one lets go */
        assert_true(rc[i] == -ECANCELED || rc[i] == CHI_ERUNTIME_DOWN || rc[i] == 0);
    chi_task_del(a);
    chi_task_del(b);
    assert_int_equal(chi_test_daemon_join(daemon), 0);
    assert_int_equal(count_in_log(daemon, "deadlock of"), 1);
}

static void a_deadlock_is_told_once_with_both_names(void **state)
{
    chi_pool_id_t second;
    assert_int_equal(test_probe_create("second", 4, &second), 0);
    struct chi_task *a = play(0, "AW0Xxw");
    await_journal("AW");
    struct chi_task *b = play_in(second, 1, "BX1Wwx", NULL);
    await_journal("AW BX");
    finish(play(2, "D=0=1"));
    await_deadlocks(1);
    await_deadlocks(1);
    abandon(*state, a, b);
    assert_int_equal(count_in_log(*state, "locks of pool probe waits for &other_lock"), 1);
    assert_int_equal(count_in_log(*state, "locks of pool second waits for &lock"), 1);
}

static void a_deadlock_through_subtasks_is_told(void **state)
{
    struct chi_task *a = play(0, "AW0(Xx)w");
    await_journal("AW");
    struct chi_task *b = play(1, "BX1(Ww)x");
    await_journal("AW BX");
    finish(play(2, "D=0=1"));
    await_deadlocks(1);
    abandon(*state, a, b);
    assert_int_equal(count_in_log(*state, "deadlock of 4 tasks"), 1);
    assert_int_equal(count_in_log(*state, "waits for its subtask"), 2);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_static_lock_is_one_for_all_pools_and_workers, setup_one),
        TEST(a_static_lock_is_one_for_all_pools_and_workers, setup_two),
        TEST(a_containers_lock_is_its_own, setup_two),
        TEST(a_parent_that_holds_a_lock_can_wait_for_a_subtask_that_takes_it, setup_one),
        TEST(a_parent_that_holds_a_lock_can_wait_for_a_subtask_that_takes_it, setup_two),
        TEST(tasks_of_one_client_may_share_a_group, setup_two),
        TEST(a_task_that_ends_with_its_pool_leaves_no_lock_held, setup_two),
        TEST(a_pools_destruction_waits_for_those_that_wait_for_its_locks, setup_two),
        TEST(a_deadlock_is_told_once_with_both_names, setup_one),
        TEST(a_deadlock_is_told_once_with_both_names, setup_two),
        TEST(a_deadlock_through_subtasks_is_told, setup_two),
    };
    return cmocka_run_group_tests_name("locks", tests, NULL, NULL);
}
