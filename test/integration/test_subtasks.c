/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens inside the daemon: subtasks, waiting handlers, fibers, lanes, stacks. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <float.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <test/probe/probe_client.h>

#include "support/daemon.h"

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

static int setup_few_fibers(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS "  max_fibers: 8\n");
}

static int setup_least_loaded(void **state)
{
    return setup_with(state,
                      CHI_TEST_MEMORY "runtime:\n  sched_threads: 2\n  slow_threads: 1\n"
                                      "  lane_map_policy: least_loaded\n  first_busy_wait: 0\n");
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static struct test_probe_spawn_task *spawn_async(uint32_t kind, uint32_t count)
{
    struct test_probe_spawn_task *task =
        CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_local());
    assert_non_null(task);
    task->kind = kind;
    task->count = count;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return task;
}

static struct test_probe_spawn_task *spawn(uint32_t kind, uint32_t count)
{
    struct test_probe_spawn_task *task = spawn_async(kind, count);
    assert_int_equal(chi_task_wait(&task->base), 0);
    return task;
}

static void assert_codes(const struct test_probe_spawn_task *task, const int32_t *codes,
                         size_t count)
{
    assert_int_equal(chi_vector_count(&task->codes), count);
    for (size_t i = 0; i < count; i++)
        if (chi_vector_items(&task->codes)[i] != codes[i])
            fail_msg("code %zu is %s, expected %s", i,
                     chi_status_name(chi_vector_items(&task->codes)[i]), chi_status_name(codes[i]));
}

/* ---- subtasks */

static void a_handler_waits_for_subtasks_on_all_lanes(void **state)
{
    (void)state;
    struct test_probe_spawn_task *task = spawn(TEST_PROBE_SPAWN_ALL, 200);
    assert_int_equal(task->done, 200);
    chi_task_del(&task->base);
}

static void a_handler_waits_for_any_of_its_subtasks(void **state)
{
    static const int32_t codes[] = {-ETIMEDOUT};
    (void)state;
    struct test_probe_spawn_task *task = spawn(TEST_PROBE_SPAWN_ANY, 0);
    assert_codes(task, codes, 1);
    assert_int_equal(task->done, TEST_PROBE_GATES);
    chi_task_del(&task->base);
}

static void a_subtask_can_be_waited_for_again_after_a_timeout(void **state)
{
    static const int32_t codes[] = {-ETIMEDOUT, -ETIMEDOUT, 0, 0, 0, 0};
    (void)state;
    struct test_probe_spawn_task *task = spawn(TEST_PROBE_SPAWN_TIMEOUT, 0);
    assert_codes(task, codes, 6);
    chi_task_del(&task->base);
}

static void subtasks_given_up_in_flight_go_on_and_are_freed(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct test_probe_spawn_task *task = spawn(TEST_PROBE_SPAWN_DETACH, 100);
        assert_int_equal(task->done, 100);
        chi_task_del(&task->base);
    }
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
}

static void subtasks_can_be_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct test_probe_spawn_task *task = spawn(TEST_PROBE_SPAWN_FORGET, 100);
        assert_int_equal(task->done, 100);
        chi_task_del(&task->base);
    }
}

static void misuse_inside_a_handler_has_the_codes_of_a_client(void **state)
{
    static const int32_t codes[] = {-EINVAL,   -EINVAL, 0,           -EALREADY, -ENOTSUP,    0,
                                    -EALREADY, 0,       CHI_ENOPOOL, 0,         CHI_ENOROUTE};
    (void)state;
    struct test_probe_spawn_task *task = spawn(TEST_PROBE_SPAWN_MISUSE, 0);
    assert_codes(task, codes, sizeof(codes) / sizeof(codes[0]));
    chi_task_del(&task->base);
}

static void recursion_goes_hundreds_deep_across_workers(void **state)
{
    (void)state;
    struct test_probe_depth_task *task =
        CHI_TASK_NEW(test_probe_depth, pool, chi_pool_query_local());
    task->levels = 500;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->reached, 501);
    assert_int_equal(task->minor, 500);
    assert_int_equal(task->same_group, 1);
    chi_task_del(&task->base);
}

/* Many clients' tasks with subtasks at once: load is no reason for a subtask to fail. */
static void many_tasks_with_subtasks_at_once_all_succeed(void **state)
{
    enum { TASKS = 3000 };
    static struct test_probe_spawn_task *tasks[TASKS];
    int failed = 0, code = 0;
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        struct test_probe_spawn_task *task =
            CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_local());
        int rc;
        assert_non_null(task);
        task->kind = TEST_PROBE_SPAWN_ALL;
        task->lane = 1; /* of the other worker than this thread's ingress lane, or of its own */
        task->count = 3;
        while ((rc = chi_task_enqueue(&task->base)) == -EAGAIN)
            sched_yield();
        assert_int_equal(rc, 0);
        tasks[i] = task;
    }
    for (int i = 0; i < TASKS; i++) {
        int rc = chi_task_wait(&tasks[i]->base);
        failed += rc != 0;
        code = rc != 0 ? rc : code;
        chi_task_del(&tasks[i]->base);
    }
    if (failed > 0)
        fail_msg("%d of %d tasks failed, such as with %s", failed, TASKS, chi_status_name(code));
}

/* ---- waiting handlers */

static void thousands_of_waiting_tasks_all_complete(void **state)
{
    enum { TASKS = 6000 };
    static struct test_probe_sleep_task *tasks[TASKS];
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        int rc;
        tasks[i] = CHI_TASK_NEW(test_probe_sleep, pool, chi_pool_query_local());
        assert_non_null(tasks[i]);
        tasks[i]->lane = (uint32_t)i;
        tasks[i]->duration_ns = MS / 4;
        while ((rc = chi_task_enqueue(&tasks[i]->base)) == -EAGAIN)
            sched_yield();
        assert_int_equal(rc, 0);
    }
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        assert_int_equal(tasks[i]->slept, 1);
        chi_task_del(&tasks[i]->base);
    }
}

struct flusher {
    pthread_t thread;
    int rc;
};

static void *flush(void *argument)
{
    struct flusher *flusher = argument;
    flusher->rc = chimaera_admin_flush(chi_pool_query_local());
    return NULL;
}

static void more_flushes_than_fibers_all_return(void **state)
{
    enum { THREADS = 200 };
    static struct flusher flushers[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&flushers[i].thread, NULL, flush, &flushers[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(flushers[i].thread, NULL);
        assert_int_equal(flushers[i].rc, 0);
    }
}

static void a_handler_waits_for_a_descriptor(void **state)
{
    enum { TASKS = 100 };
    static struct test_probe_wait_fd_task *tasks[TASKS];
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        tasks[i] = CHI_TASK_NEW(test_probe_wait_fd, pool, chi_pool_query_local());
        tasks[i]->lane = (uint32_t)i;
        tasks[i]->delay_ns = MS * (uint64_t)(1 + i % 5);
        assert_int_equal(chi_task_enqueue(&tasks[i]->base), 0);
    }
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        assert_int_equal(tasks[i]->events, EPOLLIN);
        chi_task_del(&tasks[i]->base);
    }
}

static void a_task_that_yields_lets_others_run(void **state)
{
    (void)state;
    struct test_probe_yield_task *task =
        CHI_TASK_NEW(test_probe_yield, pool, chi_pool_query_local());
    task->times = 1000;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    struct chi_task *other = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(other), 0);
    assert_int_equal(chi_task_wait(other), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(other);
    chi_task_del(&task->base);
}

static void tasks_of_one_lane_begin_in_the_order_of_submission(void **state)
{
    enum { TASKS = 2000, LANES = 4 };
    static struct test_probe_record_task *tasks[TASKS];
    uint64_t expected[LANES] = {0};
    (void)state;
    for (int i = 0; i < TASKS; i++) {
        int rc;
        tasks[i] = CHI_TASK_NEW(test_probe_record, pool, chi_pool_query_local());
        assert_non_null(tasks[i]);
        tasks[i]->lane = (uint32_t)i % LANES;
        tasks[i]->yields = (uint32_t)i % 3;
        while ((rc = chi_task_enqueue(&tasks[i]->base)) == -EAGAIN)
            sched_yield();
        assert_int_equal(rc, 0);
    }
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(&tasks[i]->base), 0);
        assert_int_equal(tasks[i]->place, expected[i % LANES]++);
        chi_task_del(&tasks[i]->base);
    }
}

/* ---- members of every kind */

static void every_kind_of_member_goes_there_and_back(void **state)
{
    static const size_t sizes[] = {0, 1, 23, 24, 25, 100, 5000, 1u << 20};
    (void)state;
    for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
        size_t size = sizes[n];
        CHI_SCOPED_BUFFER(buffer);
        struct test_probe_echo_task *task =
            CHI_TASK_NEW(test_probe_echo, pool, chi_pool_query_local());
        assert_non_null(task);
        task->lane = (uint32_t)n;
        task->in_u8 = UINT8_MAX;
        task->in_u16 = UINT16_MAX;
        task->in_u32 = UINT32_MAX;
        task->in_u64 = UINT64_MAX;
        task->in_i8 = INT8_MIN;
        task->in_i16 = INT16_MIN;
        task->in_i32 = INT32_MIN;
        task->in_i64 = INT64_MIN;
        task->in_f32 = FLT_MIN;
        task->in_f64 = DBL_MAX;
        for (uint32_t i = 0; i < 5; i++)
            task->in_array[i] = i * 1000;
        task->in_point = (struct test_probe_point){.x = -5, .y = {1, 2, UINT16_MAX}};
        task->in_pool = chi_pool_id(3, 4);
        task->in_query = chi_pool_query_range(5, 6);
        char *bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(i * 31);
        assert_int_equal(chi_string_assign(&task->in_string, bytes, size), 0);
        assert_int_equal(chi_string_assign(&task->text, bytes, size), 0);
        assert_int_equal(chi_vector_assign(&task->in_vector, (uint64_t *)NULL, size / 8), 0);
        for (size_t i = 0; i < size / 8; i++)
            chi_vector_data(&task->in_vector)[i] = i * i;
        if (size > 0) {
            assert_int_equal(chi_buffer_alloc(size, &buffer), 0);
            memcpy(chi_buffer_data(&buffer), bytes, size);
            task->bytes = buffer;
        }
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(task->out_u8, UINT8_MAX);
        assert_int_equal(task->out_u16, UINT16_MAX);
        assert_int_equal(task->out_u32, UINT32_MAX);
        assert_true(task->out_u64 == UINT64_MAX);
        assert_int_equal(task->out_i8, INT8_MIN);
        assert_int_equal(task->out_i16, INT16_MIN);
        assert_int_equal(task->out_i32, INT32_MIN);
        assert_true(task->out_i64 == INT64_MIN);
        assert_true(task->out_f32 == FLT_MIN);
        assert_true(task->out_f64 == DBL_MAX);
        assert_memory_equal(task->out_array, task->in_array, sizeof(task->in_array));
        assert_memory_equal(&task->out_point, &task->in_point, sizeof(task->in_point));
        assert_true(chi_pool_id_equal(task->out_pool, task->in_pool));
        assert_memory_equal(&task->out_query, &task->in_query, sizeof(task->in_query));
        assert_int_equal(chi_string_size(&task->out_string), size);
        assert_memory_equal(chi_string_view(&task->out_string).data, bytes, size);
        assert_int_equal(chi_string_view(&task->out_string).data[size], 0);
        assert_int_equal(chi_string_size(&task->text), size);
        for (size_t i = 0; i < size; i++) {
            assert_true(chi_string_view(&task->text).data[i] == bytes[size - 1 - i]);
            assert_true(((char *)chi_buffer_data(&buffer))[i] == (char)~bytes[i]);
        }
        assert_int_equal(chi_vector_count(&task->out_vector), size / 8);
        for (size_t i = 0; i < size / 8; i++)
            assert_true(chi_vector_items(&task->out_vector)[i] == i * i);
        chi_task_del(&task->base);
        free(bytes);
    }
}

static void a_task_of_nearly_4096_bytes_arrives_whole(void **state)
{
    (void)state;
    struct test_probe_wide_task *task = CHI_TASK_NEW(test_probe_wide, pool, chi_pool_query_local());
    assert_true(sizeof(*task) > 4000);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < TEST_PROBE_WIDE; i++)
        sum += task->words[i] = i * i * 77;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_true(task->sum == sum);
    chi_task_del(&task->base);
}

/* ---- stacks */

static int use_stack(uint64_t bytes)
{
    struct test_probe_deep_stack_task *task =
        CHI_TASK_NEW(test_probe_deep_stack, pool, chi_pool_query_local());
    task->bytes = bytes;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    int rc = chi_task_wait(&task->base);
    chi_task_del(&task->base);
    return rc;
}

static void a_handler_may_use_most_of_its_stack(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(use_stack(90u << 10), 0); /* of 128 KiB */
}

static void a_handler_that_overflows_its_stack_ends_the_daemon_at_the_guard(void **state)
{
    struct chi_test_daemon *daemon = *state;
    assert_int_equal(use_stack(16u << 20), CHI_ERUNTIME_DOWN);
    assert_int_not_equal(chi_test_daemon_join(daemon), 0); /* SIGSEGV; sanitizers see to it first */
    /* The next start takes over what this one left. */
    chi_test_daemon_start(daemon, CHI_TEST_ONE_WORKER);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_handler_waits_for_subtasks_on_all_lanes, setup_two),
        TEST(a_handler_waits_for_subtasks_on_all_lanes, setup_least_loaded),
        TEST(a_handler_waits_for_any_of_its_subtasks, setup_one),
        TEST(a_handler_waits_for_any_of_its_subtasks, setup_two),
        TEST(a_subtask_can_be_waited_for_again_after_a_timeout, setup_one),
        TEST(a_subtask_can_be_waited_for_again_after_a_timeout, setup_two),
        TEST(subtasks_given_up_in_flight_go_on_and_are_freed, setup_two),
        TEST(subtasks_can_be_forgotten, setup_two),
        TEST(misuse_inside_a_handler_has_the_codes_of_a_client, setup_two),
        TEST(recursion_goes_hundreds_deep_across_workers, setup_one),
        TEST(recursion_goes_hundreds_deep_across_workers, setup_two),
        TEST(many_tasks_with_subtasks_at_once_all_succeed, setup_one),
        TEST(many_tasks_with_subtasks_at_once_all_succeed, setup_two),
        TEST(many_tasks_with_subtasks_at_once_all_succeed, setup_few_fibers),
        TEST(thousands_of_waiting_tasks_all_complete, setup_two),
        TEST(thousands_of_waiting_tasks_all_complete, setup_few_fibers),
        TEST(more_flushes_than_fibers_all_return, setup_few_fibers),
        TEST(a_handler_waits_for_a_descriptor, setup_two),
        TEST(a_task_that_yields_lets_others_run, setup_one),
        TEST(tasks_of_one_lane_begin_in_the_order_of_submission, setup_two),
        TEST(every_kind_of_member_goes_there_and_back, setup_two),
        TEST(a_task_of_nearly_4096_bytes_arrives_whole, setup_one),
        TEST(a_handler_may_use_most_of_its_stack, setup_one),
        TEST(a_handler_that_overflows_its_stack_ends_the_daemon_at_the_guard, setup_one),
    };
    return cmocka_run_group_tests_name("subtasks", tests, NULL, NULL);
}
