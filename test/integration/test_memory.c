/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers, strings and outputs: every size, many threads, nothing left, and what happens at the end
 * of the room. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "support/process.h"

#define MIB ((size_t)1 << 20)

static chi_pool_id_t pool;

static int setup_with(void **state, const char *yaml)
{
    chi_test_daemon_setup(state, yaml);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 4, &pool), 0);
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, CHI_TEST_TWO_WORKERS);
}

static int setup_large(void **state)
{
    return setup_with(state, "memory:\n  client_data_segment_size: 1GB\n"
                             "runtime:\n  sched_threads: 2\n  slow_threads: 0\n");
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

/* Has the daemon invert a buffer and checks some of its bytes. */
static int invert(const struct chi_buffer *buffer)
{
    struct test_probe_echo_task *task = CHI_TASK_NEW(test_probe_echo, pool, chi_pool_query_local());
    if (task == NULL)
        return chi_last_error_code();
    task->bytes = *buffer;
    int rc = chi_task_enqueue(&task->base);
    if (rc == 0)
        rc = chi_task_wait(&task->base);
    chi_task_del(&task->base);
    return rc;
}

static void buffers_of_every_size_reach_the_daemon(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 400 * MIB; size = size < 100000 ? size * 3 : size * 5 + 1) {
        struct chi_buffer buffer;
        assert_int_equal(chi_buffer_alloc(size, &buffer), 0);
        assert_true(buffer.size == size);
        unsigned char *bytes = chi_buffer_data(&buffer);
        bytes[0] = 5;
        bytes[size - 1] = 9;
        assert_int_equal(invert(&buffer), 0);
        assert_int_equal(bytes[size - 1], (unsigned char)~9);
        if (size > 1)
            assert_int_equal(bytes[0], (unsigned char)~5);
        chi_buffer_free(&buffer);
        assert_int_equal(buffer.data, 0);
        assert_int_equal(buffer.size, 0);
    }
}

static void a_slice_is_a_buffer_of_its_own_to_the_daemon(void **state)
{
    CHI_SCOPED_BUFFER(buffer);
    (void)state;
    assert_int_equal(chi_buffer_alloc(1000, &buffer), 0);
    unsigned char *bytes = chi_buffer_data(&buffer);
    memset(bytes, 0, 1000);
    struct chi_buffer slice = chi_buffer_slice(&buffer, 100, 10);
    assert_int_equal(invert(&slice), 0);
    assert_int_equal(bytes[99], 0);
    assert_int_equal(bytes[100], 0xFF);
    assert_int_equal(bytes[109], 0xFF);
    assert_int_equal(bytes[110], 0);
    assert_int_equal(chi_buffer_slice(&buffer, 990, 11).size, 0);
    assert_int_equal(chi_buffer_slice(&buffer, UINT64_MAX, 2).data, 0);
}

struct worker {
    pthread_t thread;
    unsigned seed;
    int rc;
};

/* Allocates, uses and frees buffers of all sizes in no order. */
static void *churn(void *argument)
{
    enum { HELD = 32 };
    struct worker *worker = argument;
    struct chi_buffer held[HELD] = {{0, 0}};

    for (int i = 0; i < 1500 && worker->rc == 0; i++) {
        struct chi_buffer *buffer = &held[rand_r(&worker->seed) % HELD];
        chi_buffer_free(buffer);
        size_t size = (size_t)1 << rand_r(&worker->seed) % 20;
        size += (size_t)rand_r(&worker->seed) % size;
        worker->rc = chi_buffer_alloc(size, buffer);
        if (worker->rc == 0) {
            unsigned char *bytes = chi_buffer_data(buffer);
            memset(bytes, i, size);
            if (size <= 4096)
                worker->rc = invert(buffer);
            if (bytes[size / 2] != (unsigned char)(size <= 4096 ? ~i : i))
                worker->rc = -EBADMSG;
        }
    }
    for (int i = 0; i < HELD; i++)
        chi_buffer_free(&held[i]);
    return NULL;
}

static void many_threads_allocate_and_free_without_a_leak(void **state)
{
    enum { THREADS = 6 };
    (void)state;
    for (int round = 0; round < 3; round++) { /* threads come and go */
        struct worker workers[THREADS];
        for (int i = 0; i < THREADS; i++) {
            workers[i] = (struct worker){.seed = (unsigned)(round * 100 + i)};
            assert_int_equal(pthread_create(&workers[i].thread, NULL, churn, &workers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(workers[i].thread, NULL);
            assert_int_equal(workers[i].rc, 0);
        }
    }
    /* Nothing is held: what the process keeps for next time is a fraction of the segment. */
    CHI_SCOPED_BUFFER(most);
    assert_int_equal(chi_buffer_alloc(900 * MIB, &most), 0);
}

static void *free_buffer(void *buffer)
{
    chi_buffer_free(buffer);
    return NULL;
}

static void a_buffer_may_be_freed_by_another_thread(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct chi_buffer buffer;
        pthread_t thread;
        assert_int_equal(chi_buffer_alloc(1 * MIB, &buffer), 0); /* 200 MiB of 64 in all */
        assert_int_equal(pthread_create(&thread, NULL, free_buffer, &buffer), 0);
        pthread_join(thread, NULL);
    }
}

/* ---- the end of the room */

static void wrong_sizes_are_refused(void **state)
{
    struct chi_buffer buffer = {1, 1};
    (void)state;
    assert_int_equal(chi_buffer_alloc(0, &buffer), -EINVAL);
    assert_int_equal(buffer.data, 0);
    assert_int_equal(chi_buffer_alloc(65 * MIB, &buffer), -ENOMEM);
    assert_int_equal(chi_buffer_alloc(SIZE_MAX, &buffer), -ENOMEM);
    assert_int_equal(chi_buffer_alloc(SIZE_MAX / 2, &buffer), -ENOMEM);
    assert_int_equal(buffer.data, 0);
}

static int other_client_works(void *argument)
{
    struct chi_buffer buffer;
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    int rc = chi_buffer_alloc(1000, &buffer);
    if (rc != 0 && rc != -ENOMEM)
        return 2;
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    if (task == NULL)
        return 3;
    if (chi_task_enqueue(task) != 0 || chi_task_wait(task) != 0)
        return 4;
    chi_task_del(task);
    chi_client_fini();
    return 0;
}

static void exhausted_client_data_is_enomem_and_comes_back(void **state)
{
    enum { MOST = 64 };
    struct chi_buffer buffers[MOST];
    (void)state;
    for (int round = 0; round < 3; round++) {
        int count = 0, rc = 0;
        while (count < MOST && (rc = chi_buffer_alloc(2 * MIB, &buffers[count])) == 0)
            count++;
        assert_int_equal(rc, -ENOMEM);
        if (count < 28) /* 32 less what is rounded up */
            fail_msg("round %d: room for %d buffers of 2 MiB in 64 MiB", round, count);
        assert_int_equal(chi_test_in_child(other_client_works, NULL), 0);
        assert_int_equal(invert(&buffers[0]), 0);
        while (count > 0)
            chi_buffer_free(&buffers[--count]);
    }
}

/* A task of long duration elsewhere in the process is no reason for memory to stay away. */
static void freed_memory_can_be_had_again_while_a_task_runs(void **state)
{
    struct test_probe_gate_task *task = CHI_TASK_NEW(test_probe_gate, pool, chi_pool_query_local());
    (void)state;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    for (int i = 0; i < 10; i++) {
        struct chi_buffer buffer;
        if (chi_buffer_alloc(40 * MIB, &buffer) != 0)
            fail_msg("the buffer of round %d: %s", i, chi_last_error());
        chi_buffer_free(&buffer);
    }
    struct test_probe_open_task *open = CHI_TASK_NEW(test_probe_open, pool, chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(&open->base), 0);
    assert_int_equal(chi_task_wait(&open->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    chi_task_del(&open->base);
    chi_task_del(&task->base);
}

static void exhausted_main_is_enomem_and_comes_back(void **state)
{
    enum { MOST = 10000 };
    static struct chi_task *tasks[MOST];
    (void)state;
    for (int round = 0; round < 2; round++) {
        int count = 0;
        while (count < MOST && (tasks[count] = chi_task_new(&test_probe_wide_schema, pool,
                                                            chi_pool_query_local())) != NULL)
            count++;
        assert_true(count < MOST);
        assert_int_equal(chi_last_error_code(), -ENOMEM);
        assert_int_equal(chi_task_enqueue(tasks[0]), 0);
        assert_int_equal(chi_task_wait(tasks[0]), 0);
        while (count > 0)
            chi_task_del(tasks[--count]);
    }
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local());
    assert_non_null(task);
    chi_task_del(task);
}

static void a_string_without_room_is_enomem_and_unchanged(void **state)
{
    (void)state;
    struct test_probe_echo_task *task = CHI_TASK_NEW(test_probe_echo, pool, chi_pool_query_local());
    assert_int_equal(chi_string_set(&task->text, "before"), 0);
    assert_int_equal(chi_bytes_resize(&task->text.bytes, 64 * MIB), -ENOMEM);
    assert_int_equal(chi_bytes_append(&task->text.bytes, NULL, 64 * MIB), -ENOMEM);
    assert_true(chi_string_equal(&task->text, "before"));
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_true(chi_string_equal(&task->text, "erofeb"));
    chi_task_del(&task->base);
}

/* ---- outputs */

static struct test_probe_big_output_task *output(uint64_t size, int expected)
{
    struct test_probe_big_output_task *task =
        CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
    assert_non_null(task);
    task->size = size;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), expected);
    return task;
}

static struct chi_test_status status_after_flush(void)
{
    struct chi_test_status status;
    assert_int_equal(chimaera_admin_flush(chi_pool_query_local()), 0);
    assert_int_equal(chi_test_status_get(&status), 0);
    return status;
}

static void outputs_are_lent_and_given_back_exactly(void **state)
{
    static const uint64_t sizes[] = {24, 63, 64, 100, 4095, 4096, 65535, 65536, 100000, 3 * MIB};
    enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };
    struct test_probe_big_output_task *tasks[SIZES];
    uint64_t total = 0;
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        tasks[i] = output(sizes[i], 0);
        total += sizes[i] + 1;
        assert_int_equal(chi_string_size(&tasks[i]->bytes), sizes[i]);
        assert_null(chi_bytes_data(&tasks[i]->bytes.bytes)); /* read-only */
        const char *data = chi_string_view(&tasks[i]->bytes).data;
        for (uint64_t k = 0; k < sizes[i]; k++)
            assert_true((unsigned char)data[k] == (unsigned char)(k * 7));
        assert_int_equal(data[sizes[i]], 0);
    }
    struct chi_test_status status = status_after_flush();
    assert_true(status.client_lent >= total && status.client_lent < total + total / 2);
    for (size_t i = 0; i < SIZES; i++)
        chi_task_del(&tasks[i]->base);
    status = status_after_flush();
    assert_int_equal(status.client_lent, 0);
    assert_int_equal(status.lent, 0);
    assert_int_equal(status.refused, 0);
}

static void short_outputs_are_not_lent(void **state)
{
    (void)state;
    struct test_probe_big_output_task *task = output(23, 0);
    assert_int_equal(task->bytes.bytes.lent, 0);
    assert_int_equal(status_after_flush().client_lent, 0);
    chi_task_del(&task->base);
}

static void outputs_beyond_a_clients_share_are_refused_and_come_back(void **state)
{
    enum { MOST = 40 };
    struct test_probe_big_output_task *tasks[MOST];
    int count = 0;
    (void)state;
    chi_task_del(&output(33 * MIB, -ENOMEM)->base);
    for (int rc = 0; rc == 0; count++) {
        assert_true(count < MOST);
        tasks[count] = CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        tasks[count]->size = 1 * MIB;
        assert_int_equal(chi_task_enqueue(&tasks[count]->base), 0);
        rc = chi_task_wait(&tasks[count]->base);
        assert_true(rc == 0 || (rc == CHI_EQUOTA && count >= 24));
    }
    chi_task_del(&output(10, 0)->base);
    while (count > 0)
        chi_task_del(&tasks[--count]->base);
    assert_int_equal(status_after_flush().client_lent, 0);
    chi_task_del(&output(20 * MIB, 0)->base);
}

static void an_output_goes_into_the_room_its_string_has(void **state)
{
    (void)state;
    struct test_probe_big_output_task *task =
        CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
    task->size = 3000;
    assert_int_equal(chi_bytes_resize(&task->bytes.bytes, 4000), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(chi_string_size(&task->bytes), 3000);
    assert_int_equal(task->bytes.bytes.lent, 0);
    assert_non_null(chi_bytes_data(&task->bytes.bytes));
    assert_int_equal((unsigned char)chi_string_view(&task->bytes).data[2999],
                     (unsigned char)(2999 * 7));
    chi_task_del(&task->base);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(buffers_of_every_size_reach_the_daemon, setup_large),
        TEST(a_slice_is_a_buffer_of_its_own_to_the_daemon, setup),
        TEST(many_threads_allocate_and_free_without_a_leak, setup_large),
        TEST(a_buffer_may_be_freed_by_another_thread, setup),
        TEST(wrong_sizes_are_refused, setup),
        TEST(exhausted_client_data_is_enomem_and_comes_back, setup),
        TEST(freed_memory_can_be_had_again_while_a_task_runs, setup),
        TEST(exhausted_main_is_enomem_and_comes_back, setup),
        TEST(a_string_without_room_is_enomem_and_unchanged, setup),
        TEST(outputs_are_lent_and_given_back_exactly, setup),
        TEST(short_outputs_are_not_lent, setup),
        TEST(outputs_beyond_a_clients_share_are_refused_and_come_back, setup),
        TEST(an_output_goes_into_the_room_its_string_has, setup),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
