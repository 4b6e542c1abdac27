/* SPDX-License-Identifier: BSD-3-Clause */
/* Exclusion between groups, by writers of a lock: what a comutex does. Workers are stepped. */
#include "lock_fixture.h"

#include "base/assert.h"

static void groups_never_overlap(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "W.w");
    assert_string_equal(journal, "AW");
    go_on(&a);
    assert_string_equal(journal, "AW Aw AE BW");
    go_on(&b);
    assert_string_equal(journal, "AW Aw AE BW Bw BE");
}

static void groups_on_other_workers_never_overlap(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 1, 2, "W.w");
    assert_string_equal(journal, "AW");
    go_on(&a);
    assert_string_equal(journal, "AW Aw AE BW");
    go_on(&b);
    assert_string_equal(journal, "AW Aw AE BW Bw BE");
}

static void members_of_a_group_overlap(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 1, "W.w");
    start(&c, 'C', 1, 1, "W.w");
    assert_string_equal(journal, "AW BW CW");
    go_on(&a);
    go_on(&c);
    go_on(&b);
    assert_string_equal(journal, "AW BW CW Aw AE Cw CE Bw BE");
}

static void a_group_holds_until_its_last_member_has_unlocked(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 1, 1, "W.w");
    start(&c, 'C', 0, 2, "Ww");
    go_on(&a);
    assert_string_equal(journal, "AW BW Aw AE");
    go_on(&b);
    assert_string_equal(journal, "AW BW Aw AE Bw BE CW Cw CE");
}

static void a_task_unlocks_as_often_as_it_has_locked(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "WWT.w.w.w");
    start(&b, 'B', 1, 2, "Ww");
    go_on(&a);
    go_on(&a);
    assert_string_equal(journal, "AW AW AT Aw Aw");
    go_on(&a);
    assert_string_equal(journal, "AW AW AT Aw Aw Aw AE BW Bw BE");
}

static void equal_nodes_of_other_clients_are_other_groups(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    struct chi_record *record = cast(&b, 'B', 0, 1, "Ww");
    record->origin = &origins[1];
    chi_worker_append(b.worker, record->lane, record);
    step_all();
    assert_string_equal(journal, "AW");
    go_on(&a);
    assert_string_equal(journal, "AW Aw AE BW Bw BE");
}

static void three_groups_are_served_in_order_of_arrival(void **state)
{
    struct actor a, b, c, d;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 1, 2, "Ww");
    start(&c, 'C', 0, 3, "Ww");
    start(&d, 'D', 1, 4, "Ww");
    go_on(&a);
    assert_string_equal(journal, "AW Aw AE BW Bw BE CW Cw CE DW Dw DE");
}

/* The lock is B's from the unlock on, though B's worker has not heard of it yet. */
static void no_group_enters_between_unlock_and_hand_over(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.wWw");
    start(&b, 'B', 1, 2, "W.w");
    open_gate(&a);
    for (int i = 0; i < 5; i++)
        step(runtime.workers[0]);
    assert_string_equal(journal, "AW Aw");
    struct chi_record *record = cast(&c, 'C', 0, 3, "T");
    chi_worker_append(c.worker, record->lane, record);
    for (int i = 0; i < 5; i++)
        step(runtime.workers[0]);
    assert_string_equal(journal, "AW Aw CT!EBUSY CE");
    step_all();
    go_on(&b);
    assert_string_equal(journal, "AW Aw CT!EBUSY CE BW Bw BE AW Aw AE");
}

/* The holder may wait for a member that has queued before. */
static void members_that_wait_behind_others_enter_with_their_group(void **state)
{
    struct actor a, b, c, d;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "W.w");
    start(&c, 'C', 0, 3, "Ww");
    start(&d, 'D', 1, 2, "Ww");
    go_on(&a);
    assert_string_equal(journal, "AW Aw AE BW DW Dw DE");
    go_on(&b);
    assert_string_equal(journal, "AW Aw AE BW DW Dw DE Bw BE CW Cw CE");
}

static void a_try_never_waits(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "T.w");
    start(&b, 'B', 0, 2, "T");
    start(&c, 'C', 1, 1, "Tw");
    assert_string_equal(journal, "AT BT!EBUSY BE CT Cw CE");
    go_on(&a);
}

/* ---- waits that end with a code */

static void a_waiter_that_leaves_is_passed_over(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 1, 2, "Ww");
    start(&c, 'C', 0, 3, "Ww");
    chi_worker_unpark(b.worker, waiter_at(&lock, 0), -ECANCELED);
    step_all();
    assert_string_equal(journal, "AW BW!ECANCELED BE");
    go_on(&a);
    assert_string_equal(journal, "AW BW!ECANCELED BE Aw AE CW Cw CE");
}

static void the_last_waiter_may_leave(void **state)
{
    struct actor a, b, c, d;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "Ww");
    start(&c, 'C', 0, 3, "Ww");
    chi_worker_unpark(c.worker, waiter_at(&lock, 1), -ETIMEDOUT);
    step_all();
    start(&d, 'D', 0, 4, "Ww");
    go_on(&a);
    assert_string_equal(journal, "AW CW!ETIMEDOUT CE Aw AE BW Bw BE DW Dw DE");
}

/* The code came first, then the lock, then the task ran: it passes the lock on. */
static void a_waiter_that_leaves_while_it_is_handed_the_lock_passes_it_on(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 1, 2, "Ww"); /* on another worker: the message is on its way when B runs */
    start(&c, 'C', 1, 3, "Ww");
    chi_worker_unpark(b.worker, waiter_at(&lock, 0), -ECANCELED);
    open_gate(&a);
    for (int i = 0; i < 5; i++)
        step(runtime.workers[0]);
    assert_string_equal(journal, "AW Aw AE");
    step_all();
    assert_string_equal(journal, "AW Aw AE BW!ECANCELED BE CW Cw CE");
}

static void the_same_on_one_worker(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "Ww");
    start(&c, 'C', 0, 3, "Ww");
    open_gate(&a); /* runs before B, which is told next */
    chi_worker_unpark(b.worker, waiter_at(&lock, 0), -ECANCELED);
    step_all();
    assert_string_equal(journal, "AW Aw AE BW!ECANCELED BE CW Cw CE");
}

/* ---- scopes */

static struct chi_comutex mutex;
static int scoped_rc;

static int lock_in_a_scope(void)
{
    CHI_SCOPED_COMUTEX(&mutex);
    {
        CHI_SCOPED_COREAD(&lock);
        CHI_SCOPED_COWRITE(&other_lock);
        if (mutex.lock.writing != 1 || lock.lock.holds == NULL || other_lock.lock.writing != 1)
            return -EIO;
    }
    if (lock.lock.holds != NULL || other_lock.lock.writing != 0)
        return -EIO;
    return 1;
}

static int call_scoped(void *argument)
{
    struct actor *actor = argument;
    scoped_rc = lock_in_a_scope();
    note(actor, 'E', 0);
    return 0;
}

static void start_scoped(struct actor *actor, char name, uint32_t group)
{
    struct chi_record *record = cast(actor, name, 1, group, "");
    record->call = call_scoped;
    chi_worker_append(actor->worker, record->lane, record);
    step_all();
}

static void scoped_locks_end_with_their_scope(void **state)
{
    struct actor a;
    (void)state;
    scoped_rc = 0;
    start_scoped(&a, 'A', 1);
    assert_int_equal(scoped_rc, 1);
    assert_null(mutex.lock.holds);
}

static void a_scope_that_does_not_get_its_lock_returns_the_code(void **state)
{
    struct actor a, b;
    (void)state;
    scoped_rc = 0;
    start(&a, 'A', 0, 1, "X.x"); /* the third of the scope's locks */
    start_scoped(&b, 'B', 2);
    assert_non_null(mutex.lock.holds);
    chi_worker_unpark(b.worker, waiter_at(&other_lock, 0), -ECANCELED);
    step_all();
    assert_int_equal(scoped_rc, -ECANCELED);
    assert_null(mutex.lock.holds); /* the other two are unlocked */
    assert_null(lock.lock.holds);
    go_on(&a);
    assert_string_equal(journal, "AX BE Ax AE");
}

static int try_twice(void *argument)
{
    scoped_rc = chi_comutex_try_lock(&mutex);
    if (scoped_rc == 0)
        scoped_rc = chi_comutex_lock(&mutex);
    chi_comutex_unlock(&mutex);
    chi_comutex_unlock(&mutex);
    note(argument, 'E', 0);
    return 0;
}

static void a_comutex_is_tried_locked_again_and_unlocked(void **state)
{
    struct actor a;
    (void)state;
    struct chi_record *record = cast(&a, 'A', 0, 1, "");
    record->call = try_twice;
    chi_worker_append(a.worker, record->lane, record);
    step_all();
    assert_string_equal(journal, "AE");
    assert_int_equal(scoped_rc, 0);
    assert_null(mutex.lock.holds);
}

/* ---- ends */

static void a_task_that_ends_lets_go_of_what_it_holds(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "WWX.$");
    start(&b, 'B', 1, 2, "Ww");
    start(&c, 'C', 0, 3, "Xx");
    go_on(&a);
    assert_string_equal(journal, "AW AW AX AE CX Cx CE BW Bw BE");
}

#ifndef NDEBUG /* a release has no assertions */
static unsigned complaints;
static char complaint[512];

static void note_complaint(const char *file, int line, const char *message)
{
    (void)file, (void)line;
    complaints++;
    snprintf(complaint, sizeof(complaint), "%s", message);
}

static void a_strangers_unlock_is_caught_and_changes_nothing(void **state)
{
    chi_assert_hook_fn *before = chi_assert_hook;
    struct actor a, b, c;
    (void)state;
    complaints = 0;
    chi_assert_hook = note_complaint;
    start(&a, 'A', 0, 1, "W.w");
    start(&b, 'B', 0, 2, "w"); /* of another group */
    assert_int_equal(complaints, 1);
    assert_non_null(strstr(complaint, "B of pool stage unlocks"));
    start(&c, 'C', 1, 1, "w"); /* of the group, but it has not locked */
    assert_int_equal(complaints, 2);
    chi_assert_hook = before;
    assert_non_null(lock.lock.holds);
    go_on(&a);
}

static void a_lock_outside_a_handler_is_caught(void **state)
{
    chi_assert_hook_fn *before = chi_assert_hook;
    (void)state;
    complaints = 0;
    chi_assert_hook = note_complaint;
    assert_int_equal(chi_corwlock_write_lock(&lock), -EPERM);
    assert_int_equal(chi_corwlock_try_read_lock(&lock), -EPERM);
    chi_corwlock_write_unlock(&lock);
    chi_assert_hook = before;
    assert_int_equal(complaints, 3);
}
#endif

int main(void)
{
#define LOCK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        LOCK_TEST(groups_never_overlap),
        LOCK_TEST(groups_on_other_workers_never_overlap),
        LOCK_TEST(members_of_a_group_overlap),
        LOCK_TEST(a_group_holds_until_its_last_member_has_unlocked),
        LOCK_TEST(a_task_unlocks_as_often_as_it_has_locked),
        LOCK_TEST(equal_nodes_of_other_clients_are_other_groups),
        LOCK_TEST(three_groups_are_served_in_order_of_arrival),
        LOCK_TEST(no_group_enters_between_unlock_and_hand_over),
        LOCK_TEST(members_that_wait_behind_others_enter_with_their_group),
        LOCK_TEST(a_try_never_waits),
        LOCK_TEST(a_waiter_that_leaves_is_passed_over),
        LOCK_TEST(the_last_waiter_may_leave),
        LOCK_TEST(a_waiter_that_leaves_while_it_is_handed_the_lock_passes_it_on),
        LOCK_TEST(the_same_on_one_worker),
        LOCK_TEST(scoped_locks_end_with_their_scope),
        LOCK_TEST(a_scope_that_does_not_get_its_lock_returns_the_code),
        LOCK_TEST(a_comutex_is_tried_locked_again_and_unlocked),
        LOCK_TEST(a_task_that_ends_lets_go_of_what_it_holds),
#ifndef NDEBUG
        LOCK_TEST(a_strangers_unlock_is_caught_and_changes_nothing),
        LOCK_TEST(a_lock_outside_a_handler_is_caught),
#endif
    };
    return cmocka_run_group_tests_name("comutex", tests, NULL, NULL);
}
