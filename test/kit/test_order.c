/* SPDX-License-Identifier: BSD-3-Clause */
/* What has to wait for what, in many orders of the workers' steps: pools that come and go, flush.
 */
#include "kit/kit.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <errno.h>
#include <test/probe/probe_runtime.h>

#ifdef __SANITIZE_THREAD__ /* for which one thread is not the place to look */
#define SEEDS 5
#else
#define SEEDS 40
#endif

static void begin(uint64_t seed)
{
    kit_begin((struct chi_test_options){.sched_threads = 3, .seed = seed});
}

static void end(uint64_t seed)
{
    if (chi_test_end() != 0)
        fail_msg("with seed %lu", seed);
}

static struct chi_task *submit(struct chi_task *task)
{
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(task), 0);
    return task;
}

static struct chi_task *destroy_async(chi_pool_id_t id)
{
    struct chimaera_admin_destroy_pool_task *task =
        CHI_TASK_NEW(chimaera_admin_destroy_pool, CHI_ADMIN_POOL_ID, chi_pool_query_local());
    task->pool_id = id;
    return submit(&task->base);
}

static struct chi_task *flush_async(void)
{
    return submit(
        chi_task_new(&chimaera_admin_flush_schema, CHI_ADMIN_POOL_ID, chi_pool_query_local()));
}

static int finish(struct chi_task *task)
{
    int rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

static void destroy_waits_for_tasks_that_run(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        begin(seed);
        struct chi_task *task = kit_sleep(100 * MS);
        chi_test_run_until_idle();
        struct chi_task *destroy = destroy_async(pool);
        chi_test_advance(100 * MS - 1);
        assert_false(chi_task_done(task));
        assert_false(chi_task_done(destroy));
        assert_int_equal(finish(submit(kit_nop())), CHI_ENOPOOL); /* not found any more */
        chi_test_advance(1);
        assert_true(chi_task_done(task));
        assert_int_equal(finish(task), 0);
        assert_int_equal(finish(destroy), 0);
        end(seed);
    }
}

static void a_pool_destroyed_under_load_ends_every_task(void **state)
{
    enum { TASKS = 60 };
    int ran = 0, refused = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct chi_task *tasks[TASKS], *destroy = NULL;
        begin(seed);
        for (uint32_t i = 0; i < TASKS; i++) {
            struct test_probe_record_task *task =
                CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
            task->lane = i;
            task->yields = i % 4;
            if (i == TASKS / 2)
                destroy = destroy_async(pool);
            tasks[i] = submit(&task->base);
            chi_test_step((uint32_t)(seed + i) % 3);
        }
        assert_int_equal(finish(destroy), 0);
        for (int i = 0; i < TASKS; i++) {
            int rc = finish(tasks[i]);
            assert_true(rc == 0 || rc == CHI_ENOPOOL);
            ran += rc == 0;
            refused += rc == CHI_ENOPOOL;
        }
        end(seed);
    }
    assert_true(ran > 0 && refused > 0);
}

static void two_that_ask_for_one_name_get_one_pool(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct chimaera_admin_get_or_create_pool_task *tasks[2];
        begin(seed);
        for (int i = 0; i < 2; i++) {
            tasks[i] = CHI_TASK_NEW(chimaera_admin_get_or_create_pool, CHI_ADMIN_POOL_ID,
                                    chi_pool_query_local());
            assert_int_equal(chi_string_set(&tasks[i]->mod_name, TEST_PROBE_LIBRARY), 0);
            assert_int_equal(chi_string_set(&tasks[i]->pool_name, "shared"), 0);
            submit(&tasks[i]->base);
        }
        for (int i = 0; i < 2; i++)
            assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        assert_true(chi_pool_id_equal(tasks[0]->new_pool_id, tasks[1]->new_pool_id));
        assert_int_equal(tasks[0]->created + tasks[1]->created, 1);
        chi_task_del(&tasks[0]->base);
        chi_task_del(&tasks[1]->base);
        end(seed);
    }
}

static void flush_waits_for_what_was_submitted_before_and_nothing_else_does(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        begin(seed);
        struct chi_task *earlier = kit_sleep(50 * MS);
        struct chi_task *flush = flush_async();
        chi_test_run_until_idle();
        struct chi_task *later = kit_sleep(500 * MS);
        assert_int_equal(finish(submit(kit_nop())), 0); /* other work goes on meanwhile */
        chi_test_advance(40 * MS);
        assert_false(chi_task_done(flush));
        assert_false(chi_task_done(earlier));
        chi_test_advance(20 * MS);
        assert_true(chi_task_done(earlier));
        assert_true(chi_task_done(flush));
        assert_false(chi_task_done(later));
        assert_int_equal(finish(flush), 0);
        assert_int_equal(finish(earlier), 0);
        assert_int_equal(finish(later), 0);
        end(seed);
    }
}

/* Whether the worker looks for it before or after it is full. */
static void a_cancelled_task_ends_although_its_worker_is_full(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct chi_task *others[40]; /* more than a worker takes from a lane at a time */
        kit_begin((struct chi_test_options){
            .seed = seed, .config = "runtime:\n  sched_threads: 1\n  max_fibers: 4\n"});
        for (int i = 0; i < 40; i++)
            others[i] = kit_sleep(3600 * S);
        struct chi_task *task = kit_sleep(3600 * S);
        assert_int_equal(chi_task_cancel(task), 0);
        chi_test_run_until_idle();
        if (!chi_task_done(task))
            fail_msg("with seed %lu", seed);
        assert_int_equal(finish(task), -ECANCELED);
        for (int i = 0; i < 40; i++) {
            assert_int_equal(chi_task_cancel(others[i]), 0);
            assert_int_equal(finish(others[i]), -ECANCELED);
        }
        end(seed);
    }
}

static void a_destroy_after_the_grace_period_still_has_its_subtasks(void **state)
{
    const struct test_probe_create_params params = {.lanes = 1};
    chi_pool_id_t later; /* destroyed after the other */
    int code = -1;
    (void)state;
    begin(0);
    assert_int_equal(chi_test_create_pool(TEST_PROBE_LIBRARY, "later",
                                          &test_probe_create_params_schema, &params, &later),
                     0);
    struct test_probe *probe = (void *)chi_test_container(pool, 0);
    probe->farewell_to = later;
    probe->farewell_code = &code;
    chi_task_del(kit_sleep(3600 * S)); /* is cancelled with all others when the period is over */
    chi_test_run_until_idle();
    assert_int_not_equal(chi_test_end(), 0); /* which says that it was there */
    assert_int_equal(code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(destroy_waits_for_tasks_that_run),
        cmocka_unit_test(a_pool_destroyed_under_load_ends_every_task),
        cmocka_unit_test(two_that_ask_for_one_name_get_one_pool),
        cmocka_unit_test(flush_waits_for_what_was_submitted_before_and_nothing_else_does),
        cmocka_unit_test(a_cancelled_task_ends_although_its_worker_is_full),
        cmocka_unit_test(a_destroy_after_the_grace_period_still_has_its_subtasks),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
