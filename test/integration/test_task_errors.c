/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks that cannot run: each way gives its own code, the task completes once, and the next task
 * runs. Damage is done to the shared task between making and submitting it, as a broken client
 * would.
 */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <chimaera/chimaera.h>
#include <chimaera/container.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <test/probe/probe_client.h>

#include "support/daemon.h"

static chi_pool_id_t pool; /* "probe", three containers */

static int setup(void **state)
{
    const struct test_probe_create_params params = {.lanes = 2};
    chi_test_daemon_setup(state, CHI_TEST_ONE_WORKER);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create_with("probe", &params, chi_pool_id(0, 0), 3, &pool), 0);
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static int run(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    if (rc == 0)
        rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

static int run_nop(chi_pool_id_t id, chi_pool_query_t query)
{
    return run(chi_task_new(&test_probe_nop_schema, id, query));
}

/* The daemon goes on as if nothing had been. */
static void assert_works(void)
{
    assert_int_equal(run_nop(pool, chi_pool_query_local()), 0);
}

static void an_unknown_pool_is_enopool(void **state)
{
    (void)state;
    assert_int_equal(run_nop(chi_pool_id(4711, 0), chi_pool_query_local()), CHI_ENOPOOL);
    assert_int_equal(run_nop(chi_pool_id(0, 0), chi_pool_query_local()), CHI_ENOPOOL);
    assert_int_equal(run_nop(chi_pool_id(pool.major, 1), chi_pool_query_local()), CHI_ENOPOOL);
    assert_int_equal(run_nop(chi_pool_id(UINT32_MAX, UINT32_MAX), chi_pool_query_local()),
                     CHI_ENOPOOL);
    assert_int_equal(run_nop(chi_pool_id(pool.major + 4096, 0), chi_pool_query_local()),
                     CHI_ENOPOOL);
    assert_works();
}

static int run_method(uint32_t method)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    task->method = method;
    return run(task);
}

static void an_unknown_or_disabled_method_is_enomethod(void **state)
{
    (void)state;
    assert_int_equal(run_method(9999), CHI_ENOMETHOD);
    assert_int_equal(run_method(UINT32_MAX), CHI_ENOMETHOD);
    assert_int_equal(run_method(CHI_METHOD_NODE_FAILURE), CHI_ENOMETHOD); /* disabled */
    assert_int_equal(run_method(7), CHI_ENOMETHOD);                       /* reserved */
    assert_works();
}

static void a_client_cannot_call_create_or_destroy(void **state)
{
    (void)state;
    assert_int_equal(run(chi_task_new(&chi_create_schema, pool, chi_pool_query_local())), -EPERM);
    assert_int_equal(run(chi_task_new(&chi_destroy_schema, pool, chi_pool_query_local())), -EPERM);
    assert_works();
}

static void a_task_of_another_layout_is_eschema(void **state)
{
    (void)state;
    struct chi_task *task = chi_task_new(&test_probe_wide_schema, pool, chi_pool_query_local());
    task->method = TEST_PROBE_METHOD_NOP;
    assert_int_equal(run(task), CHI_ESCHEMA);
    assert_works();
}

static void a_method_without_a_route_is_enoroute(void **state)
{
    (void)state;
    assert_int_equal(run(chi_task_new(&test_probe_no_route_schema, pool, chi_pool_query_local())),
                     CHI_ENOROUTE);
    assert_works();
}

static void a_lane_of_another_container_is_enoroute(void **state)
{
    struct chi_task_schema *schema = &test_probe_foreign_lane_schema;
    (void)state;
    assert_int_equal(run(chi_task_new(schema, pool, chi_pool_query_direct_id(0))), 0);
    assert_int_equal(run(chi_task_new(schema, pool, chi_pool_query_direct_id(1))), CHI_ENOROUTE);
    assert_works();
}

static void each_wrong_query_has_its_code(void **state)
{
    const chi_pool_query_t null_query = {0, 0, 0};
    (void)state;
    assert_int_equal(run_nop(pool, null_query), CHI_EQUERY_NULL);
    assert_int_equal(run_nop(pool, chi_pool_query_make(CHI_ROUTE_COUNT, 0, 0)), CHI_EQUERY_MODE);
    assert_int_equal(run_nop(pool, chi_pool_query_make(UINT32_MAX, 0, 0)), CHI_EQUERY_MODE);
    assert_int_equal(run_nop(pool, chi_pool_query_direct_id(3)), CHI_EQUERY_CONTAINER);
    assert_int_equal(run_nop(pool, chi_pool_query_direct_id(UINT32_MAX)), CHI_EQUERY_CONTAINER);
    assert_int_equal(run_nop(pool, chi_pool_query_range(0, 0)), CHI_EQUERY_RANGE);
    assert_int_equal(run_nop(pool, chi_pool_query_range(3, 1)), CHI_EQUERY_RANGE);
    assert_int_equal(run_nop(pool, chi_pool_query_range(1, 3)), CHI_EQUERY_RANGE);
    assert_int_equal(run_nop(pool, chi_pool_query_range(UINT32_MAX, 2)), CHI_EQUERY_RANGE);
    assert_int_equal(run_nop(pool, chi_pool_query_physical(1)), CHI_EQUERY_NODE);
    assert_works();
}

static void each_good_query_finds_a_container(void **state)
{
    (void)state;
    assert_int_equal(run_nop(pool, chi_pool_query_local()), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_dynamic()), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_direct_id(2)), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_direct_hash(UINT32_MAX)), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_range(2, 1)), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_range(1, 2)), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_broadcast()), 0);
    assert_int_equal(run_nop(pool, chi_pool_query_physical(0)), 0);
}

static void a_handlers_code_and_outputs_reach_the_client(void **state)
{
    (void)state;
    static const int32_t codes[] = {0, -EIO, CHI_ENOPOOL, INT32_MIN, -1};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct test_probe_fail_task *task =
            CHI_TASK_NEW(test_probe_fail, pool, chi_pool_query_local());
        task->code = codes[i];
        assert_int_equal(chi_task_enqueue(&task->base), 0);
        assert_int_equal(chi_task_wait(&task->base), codes[i]);
        assert_int_equal(task->left, 7);
        chi_task_del(&task->base);
    }
}

/* ---- damaged fixed part */

static struct chi_task *new_fail(chi_pool_query_t query, int code)
{
    struct test_probe_fail_task *task = CHI_TASK_NEW(test_probe_fail, pool, query);
    task->code = code;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static struct chi_task *new_spawn(uint32_t mode, uint32_t count)
{
    struct test_probe_spawn_task *task =
        CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_direct_id(0));
    task->kind = mode;
    task->count = count;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

/* Waits for the task and deletes it. */
static void assert_says(struct chi_task *task, int code, const char *text)
{
    assert_int_equal(chi_task_wait(task), code);
    assert_int_equal(chi_last_error_code(), code);
    assert_string_equal(chi_last_error(), text);
    chi_task_del(task);
}

static void what_a_handler_says_reaches_who_waits(void **state)
{
    (void)state;
    assert_says(new_fail(chi_pool_query_direct_id(2), -EIO), -EIO, "container 2 was told to fail");
    assert_says(new_fail(chi_pool_query_direct_id(1), -EDOM), -EDOM,
                "container 1 was told to fail");
    /* The first of several containers, and the subtask of a handler. */
    assert_says(new_fail(chi_pool_query_broadcast(), -EIO), -EIO, "container 0 was told to fail");
    assert_says(new_fail(chi_pool_query_range(1, 2), -EIO), -EIO, "container 1 was told to fail");
    assert_says(new_spawn(TEST_PROBE_SPAWN_FAIL, 2), -EIO, "container 2 was told to fail");
    /* Where nothing is said, the code's own text. */
    assert_int_equal(run_nop(chi_pool_id(4711, 0), chi_pool_query_local()), CHI_ENOPOOL);
    assert_string_equal(chi_last_error(), chi_strerror(CHI_ENOPOOL));
}

static void handlers_that_are_parked_keep_what_they_said(void **state)
{
    enum { TASKS = 12 };
    struct chi_task *tasks[TASKS];
    char text[64];
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = new_spawn(TEST_PROBE_SPAWN_SAY, TASKS - i);
    for (uint32_t i = 0; i < TASKS; i++) {
        snprintf(text, sizeof text, "this is number %u", TASKS - i);
        assert_says(tasks[i], -EDOM, text);
    }
}

static void texts_that_others_replaced_are_those_of_the_codes(void **state)
{
    enum { TASKS = 100 };
    struct chi_task *tasks[TASKS];
    (void)state;
    for (uint32_t i = 0; i < TASKS; i++)
        tasks[i] = new_fail(chi_pool_query_direct_id(0), -EIO);
    for (uint32_t i = 0; i + 1 < TASKS; i++)
        while (!chi_task_done(tasks[i]))
            sched_yield();
    assert_says(tasks[TASKS - 1], -EIO, "container 0 was told to fail");
    assert_says(tasks[0], -EIO, chi_strerror(-EIO));
    for (uint32_t i = 1; i + 1 < TASKS; i++) {
        chi_task_wait(tasks[i]);
        chi_task_del(tasks[i]);
    }
}

static void a_wrong_magic_is_ebadtask(void **state)
{
    (void)state;
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    task->magic ^= 1;
    assert_int_equal(run(task), CHI_EBADTASK);
    assert_works();
}

static void a_wrong_size_is_refused(void **state)
{
    static const uint16_t sizes[] = {0, 1, 63, 4097, UINT16_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
        task->size = sizes[i];
        assert_int_equal(run(task), CHI_EBADTASK);
    }
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    task->size = 128; /* possible, but not this method's */
    assert_int_equal(run(task), CHI_ESCHEMA);
    assert_works();
}

/* ---- damaged members */

static struct test_probe_echo_task *new_echo(void)
{
    struct test_probe_echo_task *task = CHI_TASK_NEW(test_probe_echo, pool, chi_pool_query_local());
    assert_non_null(task);
    return task;
}

static int run_echo(struct test_probe_echo_task *task)
{
    int rc = chi_task_enqueue(&task->base);
    return rc == 0 ? chi_task_wait(&task->base) : rc;
}

static void a_bad_position_of_a_buffer_is_ebadptr(void **state)
{
    CHI_SCOPED_BUFFER(good);
    (void)state;
    assert_int_equal(chi_buffer_alloc(4096, &good), 0);
    const struct chi_buffer bad[] = {
        {chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, 60u << 20), 16}, /* nobody's */
        {chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, 64u << 20), 1},  /* behind the end */
        {chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, CHI_SHM_OFFSET_MASK), 1},
        {good.data, UINT64_MAX},
        {good.data, 64u << 20},
        {chi_shm_ptr(CHI_SEGMENT_MAIN, 0), 16}, /* the header */
        {chi_shm_ptr(CHI_SEGMENT_MAIN, 64), 16},
        {chi_shm_ptr(CHI_SEGMENT_RUNTIME_DATA, 0), 16},
        {chi_shm_ptr(CHI_SEGMENT_COUNT, 64), 16},
        {chi_shm_ptr(CHI_SEGMENT_PRIVATE, (uintptr_t)&pool), 8},
        {(chi_shm_ptr_t)0xFF << CHI_SHM_OFFSET_BITS, 8},
        {0, 8},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct test_probe_echo_task *task = new_echo();
        task->bytes = bad[i];
        int rc = run_echo(task);
        if (rc != CHI_EBADPTR)
            fail_msg("buffer %zu gave %s", i, chi_status_name(rc));
        chi_task_del(&task->base);
    }
    assert_works();
}

static void a_bad_position_of_a_string_is_ebadptr(void **state)
{
    static const chi_shm_ptr_t bad[] = {
        0,
        64,
        (chi_shm_ptr_t)CHI_SEGMENT_CLIENT_DATA << CHI_SHM_OFFSET_BITS | 60u << 20,
        (chi_shm_ptr_t)CHI_SEGMENT_PRIVATE << CHI_SHM_OFFSET_BITS | 0x400000,
        (chi_shm_ptr_t)CHI_SEGMENT_RUNTIME_DATA << CHI_SHM_OFFSET_BITS | 64,
        UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct test_probe_echo_task *task = new_echo();
        struct chi_bytes *bytes = &task->in_string.bytes;
        assert_int_equal(chi_bytes_assign(bytes, NULL, 100), 0);
        chi_shm_ptr_t own = bytes->own;
        bytes->own = bad[i];
        assert_int_equal(run_echo(task), CHI_EBADPTR);
        bytes->own = own;
        chi_task_del(&task->base);
    }
    assert_works();
}

static void a_bad_length_of_a_string_is_ebadstring(void **state)
{
    (void)state;
    struct test_probe_echo_task *task = new_echo();
    task->in_string.bytes.size = CHI_BYTES_INLINE; /* no room for it inside the task */
    assert_int_equal(run_echo(task), CHI_EBADSTRING);
    task->in_string.bytes.size = 0;
    chi_task_del(&task->base);

    task = new_echo();
    assert_int_equal(chi_bytes_assign(&task->in_string.bytes, NULL, 100), 0);
    uint32_t capacity = task->in_string.bytes.capacity;
    task->in_string.bytes.size = capacity;
    assert_int_equal(run_echo(task), CHI_EBADSTRING);
    chi_task_del(&task->base);

    task = new_echo();
    assert_int_equal(chi_bytes_assign(&task->in_string.bytes, NULL, 100), 0);
    task->in_string.bytes.size = UINT32_MAX - 1;
    task->in_string.bytes.capacity = UINT32_MAX;
    assert_int_equal(run_echo(task), CHI_EBADPTR);
    task->in_string.bytes.capacity = capacity;
    task->in_string.bytes.size = 100;
    chi_task_del(&task->base);
    assert_works();
}

static void a_bad_length_of_a_vector_is_ebadstring(void **state)
{
    (void)state;
    struct test_probe_echo_task *task = new_echo();
    task->in_vector.bytes.size = 12; /* one and a half uint64_t */
    assert_int_equal(run_echo(task), CHI_EBADSTRING);
    task->in_vector.bytes.size = 0;
    chi_task_del(&task->base);
    assert_works();
}

static void an_input_that_claims_to_be_lent_is_ebadptr(void **state)
{
    (void)state;
    struct test_probe_echo_task *task = new_echo();
    task->in_string.bytes.lent = chi_shm_ptr(CHI_SEGMENT_RUNTIME_DATA, 64);
    task->in_string.bytes.size = 8;
    assert_int_equal(run_echo(task), CHI_EBADPTR);
    task->in_string.bytes.lent = 0;
    chi_task_del(&task->base);
    assert_works();
}

static void a_failed_copy_in_leaves_the_outputs_alone(void **state)
{
    (void)state;
    struct test_probe_echo_task *task = new_echo();
    assert_int_equal(chi_string_set(&task->text, "as it was"), 0);
    assert_int_equal(chi_bytes_assign(&task->in_string.bytes, NULL, 5000), 0);
    task->in_u32 = 5;
    task->in_vector.bytes.size = 3;
    assert_int_equal(run_echo(task), CHI_EBADSTRING);
    assert_true(chi_string_equal(&task->text, "as it was"));
    assert_int_equal(task->out_u32, 0);
    task->in_vector.bytes.size = 0;
    chi_task_del(&task->base);
}

/* ---- misuse of the API */

static void a_task_enqueued_twice_is_ealready(void **state)
{
    (void)state;
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_enqueue(task), -EALREADY);
    assert_int_equal(chi_task_wait(task), 0);
    assert_int_equal(chi_task_enqueue(task), -EALREADY);
    assert_int_equal(chi_task_wait(task), 0);
    chi_task_del(task);
}

static void waiting_for_a_task_never_submitted_is_einval(void **state)
{
    size_t index;
    (void)state;
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_task_wait(task), -EINVAL);
    assert_int_equal(chi_task_wait_for(task, 1), -EINVAL);
    assert_int_equal(chi_task_wait_any(&task, 1, 1, &index), -EINVAL);
    assert_int_equal(chi_task_notify(task), -EINVAL);
    assert_false(chi_task_done(task));
    assert_int_equal(run(task), 0);
}

static void a_task_that_is_not_the_librarys_is_einval(void **state)
{
    struct chi_task mine = {.magic = CHI_TASK_MAGIC, .size = sizeof(mine)};
    struct chi_task *tasks[2] = {&mine, &mine};
    (void)state;
    assert_int_equal(chi_task_enqueue(&mine), -EINVAL);
    assert_int_equal(chi_task_enqueue_many(tasks, 2), -EINVAL);
    chi_task_del(&mine);
    chi_task_del(NULL);
    assert_works();
}

static void a_full_lane_is_eagain_and_goes_on(void **state)
{
    enum { TASKS = 1500 }; /* more than runtime.queue_depth */
    static struct chi_task *tasks[TASKS];
    size_t submitted = 0;
    CHI_SCOPED_BUFFER(flag);

    (void)state;
    assert_int_equal(chi_buffer_alloc(2, &flag), 0);
    volatile uint8_t *let_go = chi_buffer_data(&flag);
    let_go[0] = let_go[1] = 0;
    struct test_probe_stuck_task *stuck =
        CHI_TASK_NEW(test_probe_stuck, pool, chi_pool_query_local());
    stuck->flag = flag;
    assert_int_equal(chi_task_enqueue(&stuck->base), 0);
    while (let_go[1] == 0) /* the only worker is busy from here on */
        ;
    for (size_t i = 0; i < TASKS; i++)
        tasks[i] = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    int rc = 0;
    while (submitted < TASKS && (rc = chi_task_enqueue(tasks[submitted])) == 0)
        submitted++;
    assert_int_equal(rc, -EAGAIN);
    assert_true(submitted >= 1024);
    assert_int_equal(chi_task_enqueue(tasks[submitted]), -EAGAIN); /* not -EALREADY */
    assert_int_equal(chi_task_enqueue_many(&tasks[submitted], TASKS - submitted), -EAGAIN);
    let_go[0] = 1;
    assert_int_equal(chi_task_wait(&stuck->base), 0);
    chi_task_del(&stuck->base);
    while (submitted < TASKS) {
        rc = chi_task_enqueue_many(&tasks[submitted], TASKS - submitted);
        assert_true(rc > 0 || rc == -EAGAIN);
        submitted += rc > 0 ? (size_t)rc : 0;
    }
    for (size_t i = 0; i < TASKS; i++) {
        assert_int_equal(chi_task_wait(tasks[i]), 0);
        chi_task_del(tasks[i]);
    }
}

static void enqueue_many_stops_at_what_cannot_be_submitted(void **state)
{
    struct chi_task *tasks[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        tasks[i] = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(tasks[2]), 0);
    assert_int_equal(chi_task_enqueue_many(tasks, 0), 0);
    assert_int_equal(chi_task_enqueue_many(tasks, 4), 2);
    assert_int_equal(chi_task_enqueue_many(&tasks[2], 2), -EALREADY);
    for (int i = 0; i < 3; i++)
        assert_int_equal(chi_task_wait(tasks[i]), 0);
    for (int i = 0; i < 4; i++)
        chi_task_del(tasks[i]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_unknown_pool_is_enopool),
        TEST(an_unknown_or_disabled_method_is_enomethod),
        TEST(a_client_cannot_call_create_or_destroy),
        TEST(a_task_of_another_layout_is_eschema),
        TEST(a_method_without_a_route_is_enoroute),
        TEST(a_lane_of_another_container_is_enoroute),
        TEST(each_wrong_query_has_its_code),
        TEST(each_good_query_finds_a_container),
        TEST(a_handlers_code_and_outputs_reach_the_client),
        TEST(what_a_handler_says_reaches_who_waits),
        TEST(handlers_that_are_parked_keep_what_they_said),
        TEST(texts_that_others_replaced_are_those_of_the_codes),
        TEST(a_wrong_magic_is_ebadtask),
        TEST(a_wrong_size_is_refused),
        TEST(a_bad_position_of_a_buffer_is_ebadptr),
        TEST(a_bad_position_of_a_string_is_ebadptr),
        TEST(a_bad_length_of_a_string_is_ebadstring),
        TEST(a_bad_length_of_a_vector_is_ebadstring),
        TEST(an_input_that_claims_to_be_lent_is_ebadptr),
        TEST(a_failed_copy_in_leaves_the_outputs_alone),
        TEST(a_task_enqueued_twice_is_ealready),
        TEST(waiting_for_a_task_never_submitted_is_einval),
        TEST(a_task_that_is_not_the_librarys_is_einval),
        TEST(a_full_lane_is_eagain_and_goes_on),
        TEST(enqueue_many_stops_at_what_cannot_be_submitted),
    };
    return cmocka_run_group_tests_name("task errors", tests, NULL, NULL);
}
