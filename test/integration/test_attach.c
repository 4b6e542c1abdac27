/* SPDX-License-Identifier: BSD-3-Clause */
/* Attaching and detaching: one process, threads, several processes. */
#include "integration/attach_fixture.h"

/* ---- one process */

static void nothing_works_before_attaching(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    assert_int_equal(chi_client_init(), CHI_ERUNTIME_DOWN);
    assert_null(chi_task_new(&test_probe_nop_schema, pool, chi_pool_query_local()));
    assert_int_equal(chi_last_error_code(), CHI_ENOTATTACHED);
    assert_int_equal(chi_buffer_alloc(1, &buffer), CHI_ENOTATTACHED);
    assert_false(chi_client_alive());
    assert_int_equal(chi_client_event_fd(), -1);
    assert_null(chi_shm_at(chi_shm_ptr(CHI_SEGMENT_MAIN, 64)));
    assert_int_equal(chi_shm_ptr_of(&buffer), 0);
    chi_client_fini(); /* allowed, does nothing */
}

static void attaching_nests(void **state)
{
    (void)state;
    assert_int_equal(chi_client_init(), 0);
    chi_client_fini();
    assert_int_equal(run_nop(), 0);
    chi_client_fini();
    assert_int_equal(run_nop(), CHI_ENOTATTACHED);
}

static void attaching_many_times_leaves_nothing(void **state)
{
    (void)state;
    chi_client_fini();
    int descriptors = chi_test_descriptors();
    for (int i = 0; i < 300; i++) {
        CHI_SCOPED_BUFFER(buffer);
        assert_int_equal(chi_client_init(), 0);
        assert_int_equal(chi_buffer_alloc(100000, &buffer), 0);
        assert_int_equal(run_nop(), 0);
        chi_client_fini();
    }
    assert_int_equal(chi_test_descriptors(), descriptors);
}

static void memory_of_an_attachment_goes_with_it(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    assert_int_equal(chi_buffer_alloc(30u << 20, &buffer), 0);
    for (int i = 0; i < 1000; i++)
        assert_non_null(chi_task_new(&test_probe_wide_schema, pool, chi_pool_query_local()));
} /* teardown detaches and sees it come back */

static void addresses_and_positions_turn_into_each_other(void **state)
{
    CHI_SCOPED_BUFFER(buffer);
    (void)state;
    assert_int_equal(chi_buffer_alloc(100, &buffer), 0);
    char *bytes = chi_buffer_data(&buffer);
    assert_true(chi_shm_ptr_of(bytes) == buffer.data);
    assert_true(chi_shm_ptr_of(bytes + 99) == buffer.data + 99);
    assert_ptr_equal(chi_shm_at(buffer.data + 5), bytes + 5);
    assert_int_equal(chi_shm_segment(buffer.data), CHI_SEGMENT_CLIENT_DATA);
    assert_null(chi_shm_at(0));
    assert_null(chi_shm_at(chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, 64u << 20)));
    assert_null(chi_shm_at(chi_shm_ptr(CHI_SEGMENT_COUNT, 0)));
    assert_int_equal(chi_shm_ptr_of(NULL), 0);
    assert_int_equal(chi_shm_ptr_of(&buffer), 0);
}

/* ---- threads */

static void threads_come_and_go(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct thread threads[8] = {{0}};
        for (int i = 0; i < 8; i++) {
            threads[i].tasks = i * 3;
            assert_int_equal(pthread_create(&threads[i].thread, NULL, run_tasks, &threads[i]), 0);
        }
        for (int i = 0; i < 8; i++) {
            pthread_join(threads[i].thread, NULL);
            assert_int_equal(threads[i].rc, 0);
        }
    }
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_true(status.granted[CHI_SEGMENT_MAIN] < 4u << 20); /* 400 threads share what they left */
}

static void *attach_and_detach(void *argument)
{
    struct thread *thread = argument;
    for (int i = 0; i < 20 && thread->rc == 0; i++) {
        thread->rc = chi_client_init();
        if (thread->rc == 0)
            thread->rc = run_nop();
        if (thread->rc == 0)
            chi_client_fini();
    }
    return NULL;
}

static void threads_attach_and_detach_at_once(void **state)
{
    struct thread threads[6] = {{0}};
    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i].thread, NULL, attach_and_detach, &threads[i]),
                         0);
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i].thread, NULL);
        assert_int_equal(threads[i].rc, 0);
    }
}

/* ---- several processes */

static void the_limit_of_clients_is_eusers_and_a_slot_comes_back(void **state)
{
    struct pipe_pair pipes;
    pid_t children[3];
    char bytes[3];
    (void)state;
    assert_int_equal(pipe(pipes.attached), 0);
    assert_int_equal(pipe(pipes.go), 0);
    for (int i = 0; i < 3; i++) { /* this process has one of three slots */
        children[i] = chi_test_fork(attach_and_stay, &pipes);
        assert_int_equal(read(pipes.attached[0], &bytes[i], 1), 1);
    }
    assert_memory_equal(bytes, "aau", 3);
    assert_int_equal(run_nop(), 0);
    close(pipes.go[0]);
    close(pipes.go[1]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(chi_test_join(children[i]), 0);
    struct chi_test_status status;
    do {
        assert_int_equal(chi_test_status_get(&status), 0);
    } while (status.clients > 1); /* the watchdog ends it */
    assert_int_equal(pipe(pipes.go), 0);
    pid_t child = chi_test_fork(attach_and_stay, &pipes);
    assert_int_equal(read(pipes.attached[0], bytes, 1), 1);
    assert_int_equal(bytes[0], 'a');
    close(pipes.go[0]);
    close(pipes.go[1]);
    assert_int_equal(chi_test_join(child), 0);
    close(pipes.attached[0]);
    close(pipes.attached[1]);
}

/* Its own child keeps copies of its descriptors, the connection among them. */
static int attach_and_leave_a_holder(void *argument)
{
    struct pipe_pair *pipes = argument;
    char byte;
    if (chi_client_init() < 0)
        return 1;
    if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) { /* fork() would close the connection */
        close(pipes->go[1]);
        _exit(read(pipes->go[0], &byte, 1) == 0 ? 0 : 1);
    }
    raise(SIGKILL);
    return 2;
}

static void a_death_is_seen_behind_a_held_connection_in_a_place_used_before(void **state)
{
    struct chi_test_status status;
    struct pipe_pair pipes;
    (void)state;
    assert_int_equal(pipe(pipes.go), 0);
    for (int i = 0; i < 5; i++) { /* the first is in a place that nobody had */
        assert_int_equal(chi_test_in_child(attach_and_leave_a_holder, &pipes), -SIGKILL);
        do {
            assert_int_equal(chi_test_status_get(&status), 0);
        } while (status.clients > 1); /* the watchdog ends it */
    }
    close(pipes.go[0]);
    close(pipes.go[1]);
}

static int die_with_tasks_in_flight(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    for (int i = 0; i < 500; i++) {
        struct test_probe_big_output_task *task =
            CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        if (task == NULL)
            return 2;
        task->size = 3000;
        chi_task_enqueue(&task->base);
    }
    struct chi_buffer buffer;
    if (chi_buffer_alloc(1u << 20, &buffer) < 0)
        return 3;
    raise(SIGKILL);
    return 4;
}

static void a_killed_client_is_cleared_away(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_equal(chi_test_in_child(die_with_tasks_in_flight, NULL), -SIGKILL);
    assert_int_equal(run_nop(), 0);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(nothing_works_before_attaching, prepare),
        TEST(attaching_nests, setup),
        TEST(attaching_many_times_leaves_nothing, setup),
        TEST(memory_of_an_attachment_goes_with_it, setup),
        TEST(addresses_and_positions_turn_into_each_other, setup),
        TEST(threads_come_and_go, setup),
        TEST(threads_attach_and_detach_at_once, setup),
        TEST(the_limit_of_clients_is_eusers_and_a_slot_comes_back, setup_three_clients),
        TEST(a_death_is_seen_behind_a_held_connection_in_a_place_used_before, setup),
        TEST(a_killed_client_is_cleared_away, setup),
    };
    return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
