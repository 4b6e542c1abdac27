/* SPDX-License-Identifier: BSD-3-Clause */
/* Readers and writers of a lock. Workers are stepped. */
#include "lock_fixture.h"

static void groups_read_together(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.r");
    start(&b, 'B', 0, 2, "R.r");
    start(&c, 'C', 1, 3, "S.r");
    assert_string_equal(journal, "AR BR CS");
    go_on(&b);
    go_on(&a);
    go_on(&c);
    assert_string_equal(journal, "AR BR CS Br BE Ar AE Cr CE");
}

static void a_writer_excludes_readers_and_writers(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "SR.r");
    start(&c, 'C', 1, 3, "TWw");
    assert_string_equal(journal, "AW BS!EBUSY CT!EBUSY");
    go_on(&a);
    assert_string_equal(journal, "AW BS!EBUSY CT!EBUSY Aw AE BR");
    go_on(&b);
    assert_string_equal(journal, "AW BS!EBUSY CT!EBUSY Aw AE BR Br BE CW Cw CE");
}

static void a_writer_is_not_starved_by_readers(void **state)
{
    struct actor a, b, c, d;
    (void)state;
    start(&a, 'A', 0, 1, "R.r");
    start(&b, 'B', 1, 2, "Ww");
    start(&c, 'C', 0, 3, "S");   /* neither does a try pass the writer */
    start(&d, 'D', 0, 4, "R.r"); /* nor a reader */
    assert_string_equal(journal, "AR CS!EBUSY CE");
    go_on(&a);
    assert_string_equal(journal, "AR CS!EBUSY CE Ar AE BW Bw BE DR");
    go_on(&d);
}

static void readers_behind_a_writer_enter_together(void **state)
{
    struct actor a, b, c, d;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "R.r");
    start(&c, 'C', 1, 3, "R.r");
    start(&d, 'D', 0, 4, "Ww");
    go_on(&a);
    assert_string_equal(journal, "AW Aw AE BR CR");
    go_on(&b);
    go_on(&c);
    assert_string_equal(journal, "AW Aw AE BR CR Br BE Cr CE DW Dw DE");
}

static void a_group_that_reads_may_read_again_past_a_waiting_writer(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.r");
    start(&b, 'B', 0, 2, "Ww");
    start(&c, 'C', 1, 1, "RSrr");
    assert_string_equal(journal, "AR CR CS Cr Cr CE");
    go_on(&a);
    assert_string_equal(journal, "AR CR CS Cr Cr CE Ar AE BW Bw BE");
}

static void a_group_reads_under_its_own_write(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "WR.rw");
    start(&b, 'B', 1, 1, "Rr");
    assert_string_equal(journal, "AW AR BR Br BE");
    go_on(&a);
}

static void giving_up_the_write_first_lets_other_readers_in(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "WR.w.r");
    start(&b, 'B', 1, 2, "Rr");
    go_on(&a);
    assert_string_equal(journal, "AW AR Aw BR Br BE");
    go_on(&a);
    assert_string_equal(journal, "AW AR Aw BR Br BE Ar AE");
}

static void the_only_group_of_readers_may_write_at_once(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.r");
    start(&b, 'B', 0, 2, "W.w"); /* waits already, but it waits for A's group itself */
    start(&c, 'C', 1, 1, "Ww");
    assert_string_equal(journal, "AR CW Cw CE");
    go_on(&a);
    go_on(&b);
    assert_string_equal(journal, "AR CW Cw CE Ar AE BW Bw BE");
}

static void a_reader_that_wants_to_write_waits_for_the_other_readers_alone(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.Wwr");
    start(&b, 'B', 1, 2, "R.r");
    start(&c, 'C', 0, 3, "Ww");
    go_on(&a);
    assert_string_equal(journal, "AR BR");
    go_on(&b);
    assert_string_equal(journal, "AR BR Br BE AW Aw Ar AE CW Cw CE");
}

static void the_second_reader_that_wants_to_write_is_refused(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "R.Wwr");
    start(&b, 'B', 1, 2, "R.TWr");
    go_on(&a);
    go_on(&b);
    assert_string_equal(journal, "AR BR BT!EBUSY BW!EDEADLK Br BE AW Aw Ar AE");
}

static void a_writer_that_leaves_lets_the_readers_behind_it_in(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.r");
    start(&b, 'B', 0, 2, "Ww");
    start(&c, 'C', 1, 3, "Rr");
    chi_worker_unpark(b.worker, waiter_at(&lock, 0), -ECANCELED);
    step_all();
    assert_string_equal(journal, "AR BW!ECANCELED BE CR Cr CE");
    go_on(&a);
}

static void a_reader_keeps_its_read_when_its_wait_to_write_ends(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.W$");
    start(&b, 'B', 1, 2, "R.r");
    start(&c, 'C', 0, 3, "Ww");
    go_on(&a);
    chi_worker_unpark(a.worker, waiter_at(&lock, 0), -ECANCELED);
    step_all(); /* A ends with that, which unlocks its read */
    assert_string_equal(journal, "AR BR AW!ECANCELED AE");
    go_on(&b);
    assert_string_equal(journal, "AR BR AW!ECANCELED AE Br BE CW Cw CE");
}

/* ---- real threads */

#define TASKS  40
#define ROUNDS 50

static uint64_t guarded, seen_torn;
static uint64_t twin;
static atomic_uint ended;

static int write_and_read(void *argument)
{
    uint32_t number = (uint32_t)(uintptr_t)argument;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if ((number + i) % 4 == 0) {
            if (chi_corwlock_read_lock(&lock) < 0)
                abort();
            uint64_t before = guarded;
            chi_task_yield();
            if (before != guarded || guarded != twin)
                __atomic_fetch_add(&seen_torn, 1, __ATOMIC_RELAXED);
            chi_corwlock_read_unlock(&lock);
        } else {
            if (chi_corwlock_write_lock(&lock) < 0)
                abort();
            guarded++;
            if (i % 2 == 0)
                chi_task_yield();
            twin++;
            chi_corwlock_write_unlock(&lock);
        }
    }
    atomic_fetch_add(&ended, 1);
    return 0;
}

static void append(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_record *record = chi_record_of_message(message);
    chi_worker_append(worker, record->lane, record);
}

/* As chi_worker_stop(), but ThreadSanitizer does not know the join with a clock. */
static void join(struct chi_worker *worker)
{
    atomic_store(&worker->wake.stop, true);
    chi_eventfd_wake(worker->wake.private_fd);
    assert_int_equal(pthread_join(worker->thread.handle, NULL), 0);
    worker->thread.started = false;
}

static void two_threads_keep_writers_and_readers_apart(void **state)
{
    static struct actor actors[TASKS];
    (void)state;
    make_runtime();
    guarded = twin = seen_torn = 0;
    atomic_store(&ended, 0);
    for (uint32_t i = 0; i < TASKS; i++) {
        struct chi_record *record = cast(&actors[i], 'A', i % WORKERS, i + 1, "");
        record->call = write_and_read;
        record->call_argument = (void *)(uintptr_t)i;
        record->message.handle = append;
        chi_worker_send(actors[i].worker, &record->message);
    }
    for (uint32_t w = 0; w < WORKERS; w++)
        assert_int_equal(chi_worker_start(runtime.workers[w]), 0);
    while (atomic_load(&ended) < TASKS)
        sched_yield();
    for (uint32_t w = 0; w < WORKERS; w++)
        join(runtime.workers[w]);
    assert_int_equal(guarded, twin);
    assert_int_equal(guarded, TASKS * ROUNDS * 3 / 4);
    assert_int_equal(seen_torn, 0);
    assert_free(&lock);
    unmake_runtime();
}

int main(void)
{
#define LOCK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        LOCK_TEST(groups_read_together),
        LOCK_TEST(a_writer_excludes_readers_and_writers),
        LOCK_TEST(a_writer_is_not_starved_by_readers),
        LOCK_TEST(readers_behind_a_writer_enter_together),
        LOCK_TEST(a_group_that_reads_may_read_again_past_a_waiting_writer),
        LOCK_TEST(a_group_reads_under_its_own_write),
        LOCK_TEST(giving_up_the_write_first_lets_other_readers_in),
        LOCK_TEST(the_only_group_of_readers_may_write_at_once),
        LOCK_TEST(a_reader_that_wants_to_write_waits_for_the_other_readers_alone),
        LOCK_TEST(the_second_reader_that_wants_to_write_is_refused),
        LOCK_TEST(a_writer_that_leaves_lets_the_readers_behind_it_in),
        LOCK_TEST(a_reader_keeps_its_read_when_its_wait_to_write_ends),
        cmocka_unit_test(two_threads_keep_writers_and_readers_apart),
    };
    return cmocka_run_group_tests_name("corwlock", tests, NULL, NULL);
}
