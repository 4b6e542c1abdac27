/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting for tasks: poll with pauses, then poll with sched_yield(), then sleep on a futex, in
 * slices in which the runtime's life is checked. Polling is tried for as long as it has paid
 * lately.
 *
 * Sleep: this thread sets a waiter bit in the task's state and sleeps while the state is unchanged.
 * The runtime exchanges the state for DONE and wakes if the bit was set. The kernel compares under
 * its lock, so no wake-up is lost. If the runtime dies before or after the exchange, the slice
 * ends.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "client/failure.h"
#include "client/stepping.h"
#include "client/task_backend.h"
#include "client/thread.h"

#define TIGHT_POLLS  64u /* without a pause: the answer to a short task comes within these */
#define PAUSE_POLLS  200u
#define YIELD_MIN_NS 2000u
#define YIELD_MAX_NS 100000u /* a disk is waited for so; longer costs more than it spares */
#define SLICE_NS     (100 * CHI_NS_PER_MS) /* a dead runtime is noticed this late */

/* What is waited for: one task, or any of several. */
struct waited {
    struct chi_task *const *tasks;
    size_t count;
    size_t index; /* of the first that is done */
};

/* This thread's state, for waiting on a task of its attachment; NULL with `*rc` set else. */
static struct chi_client_thread *waiter_of(const struct chi_task *task, int *rc)
{
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL) {
        *rc = chi_last_error_code();
        return NULL;
    }
    if (CHI_UNLIKELY(!chi_client_owns(self, task))) {
        *rc =
            chi_error(CHI_ERUNTIME_DOWN, "the runtime to which the task was submitted has stopped");
        return NULL;
    }
    return self;
}

static bool is_submitted(const struct chi_task *task)
{
    return (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_STATE_MASK) !=
           CHI_TASK_UNSUBMITTED;
}

static bool poll_once(struct waited *waited)
{
    for (size_t i = 0; i < waited->count; i++) {
        if (waited->tasks[i] != NULL && chi_task_done(waited->tasks[i])) {
            waited->index = i;
            return true;
        }
    }
    return false;
}

static bool poll_with_pauses(struct waited *waited)
{
    for (uint32_t i = 0; i < TIGHT_POLLS + PAUSE_POLLS; i++) {
        if (poll_once(waited))
            return true;
        if (i >= TIGHT_POLLS)
            chi_cpu_pause();
    }
    return false;
}

/* Polls with yields until this thread's budget is spent or `deadline` has passed. */
static bool poll_with_yields(const struct chi_client_thread *self, struct waited *waited,
                             uint64_t now, uint64_t deadline)
{
    uint64_t end = chi_clock_deadline_ns(now, self->yield_ns);
    if (deadline < end)
        end = deadline;
    for (; now < end; now = chi_clock_now_ns()) {
        chi_cpu_yield();
        if (poll_once(waited))
            return true;
    }
    return false;
}

static void sleep_on(_Atomic(uint32_t) *word, uint32_t value, uint64_t duration_ns)
{
    struct timespec duration = {.tv_sec = (time_t)(duration_ns / CHI_NS_PER_S),
                                .tv_nsec = (long)(duration_ns % CHI_NS_PER_S)};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &duration, NULL, 0);
}

/* Announces the wait. `word` and `value` are then what to sleep on. */
static void announce(struct waited *waited, struct chi_client *client, _Atomic(uint32_t) **word,
                     uint32_t *value)
{
    if (waited->count == 1) {
        *word = &waited->tasks[0]->state;
        *value = atomic_fetch_or_explicit(*word, CHI_TASK_WAITER, memory_order_acquire) |
                 CHI_TASK_WAITER;
        return;
    }
    /* Read the count first: a completion after the bits are set changes it. */
    *word = &client->slot->events;
    *value = atomic_load_explicit(*word, memory_order_seq_cst);
    for (size_t i = 0; i < waited->count; i++)
        if (waited->tasks[i] != NULL && is_submitted(waited->tasks[i]))
            atomic_fetch_or_explicit(&waited->tasks[i]->state, CHI_TASK_ANY, memory_order_seq_cst);
}

static int sleep_until_done(struct waited *waited, struct chi_client *client, uint64_t deadline)
{
    for (;;) {
        _Atomic(uint32_t) *word;
        uint32_t value;
        announce(waited, client, &word, &value);
        if (poll_once(waited))
            return 0;
        if (atomic_load_explicit(&client->connection.down, memory_order_relaxed))
            return poll_once(waited) ? 0 : CHI_ERUNTIME_DOWN;
        uint64_t now = chi_clock_now_ns();
        if (now >= deadline)
            return -ETIMEDOUT;
        uint64_t slice = deadline - now < SLICE_NS ? deadline - now : SLICE_NS;
        sleep_on(word, value, slice);
        if (poll_once(waited))
            return 0;
        if (!chi_connection_check(&client->connection))
            return poll_once(waited) ? 0 : CHI_ERUNTIME_DOWN;
    }
}

/* Polls longer next time if that would have spared the sleep that a wait of `waited_ns` ended in,
 * less if it would not. */
static void adapt(struct chi_client_thread *self, uint64_t waited_ns)
{
    if (waited_ns <= YIELD_MAX_NS)
        self->yield_ns = self->yield_ns * 2 < YIELD_MAX_NS ? self->yield_ns * 2 : YIELD_MAX_NS;
    else
        self->yield_ns = self->yield_ns / 2 > YIELD_MIN_NS ? self->yield_ns / 2 : YIELD_MIN_NS;
}

static bool poll_stepped(void *waited)
{
    return poll_once(waited);
}

/* Waits too short to come to a slice's end see a dead runtime here, as late as others. */
static int timed_out(struct chi_client_thread *self)
{
    uint64_t now = chi_clock_now_ns();
    if (now - self->checked_ns < SLICE_NS)
        return -ETIMEDOUT;
    self->checked_ns = now;
    return chi_connection_check(&self->client->connection) ? -ETIMEDOUT : CHI_ERUNTIME_DOWN;
}

static int wait_for(struct chi_client_thread *self, struct waited *waited, uint64_t timeout_ns)
{
    if (CHI_LIKELY(poll_once(waited)))
        return 0;
    if (CHI_UNLIKELY(atomic_load_explicit(&self->client->connection.down, memory_order_relaxed)))
        return poll_once(waited) ? 0 : CHI_ERUNTIME_DOWN;
    if (timeout_ns == 0)
        return timed_out(self);
    uint64_t deadline = UINT64_MAX;
    if (timeout_ns != UINT64_MAX)
        deadline = chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns);
    if (poll_with_pauses(waited))
        return 0;
    if (CHI_UNLIKELY(chi_stepping != NULL))
        return chi_stepping->wait(poll_stepped, waited, timeout_ns);
    uint64_t before = chi_clock_now_ns();
    if (poll_with_yields(self, waited, before, deadline))
        return 0;
    int rc = sleep_until_done(waited, self->client, deadline);
    adapt(self, chi_clock_now_ns() - before);
    return rc == -ETIMEDOUT ? timed_out(self) : rc;
}

int chi_task_wait_for(struct chi_task *task, uint64_t timeout_ns)
{
    if (chi_task_backend != NULL)
        return chi_task_backend->task_wait(task, timeout_ns);
    int rc;
    struct chi_client_thread *self = waiter_of(task, &rc);
    if (self == NULL)
        return rc;
    if (CHI_UNLIKELY(!is_submitted(task)))
        return chi_error(-EINVAL, "the task was never submitted; nothing to wait for");
    struct waited waited = {.tasks = &task, .count = 1};
    rc = wait_for(self, &waited, timeout_ns);
    if (CHI_UNLIKELY(rc < 0))
        return rc;
    int code = task->return_code;
    return CHI_LIKELY(code >= 0) ? code : chi_client_task_failed(self, task, code);
}

int chi_task_wait(struct chi_task *task)
{
    return chi_task_wait_for(task, UINT64_MAX);
}

int chi_task_wait_any(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                      size_t *index)
{
    if (chi_task_backend != NULL)
        return chi_task_backend->task_wait_any(tasks, count, timeout_ns, index);
    struct chi_client_thread *self = NULL;
    bool any = false;
    int rc;
    for (size_t i = 0; i < count; i++) {
        if (tasks[i] == NULL)
            continue;
        self = waiter_of(tasks[i], &rc);
        if (self == NULL)
            return rc;
        any |= is_submitted(tasks[i]);
    }
    if (!any)
        return chi_error(-EINVAL, "none of %zu tasks was submitted; nothing to wait for", count);
    struct waited waited = {.tasks = tasks, .count = count};
    rc = wait_for(self, &waited, timeout_ns);
    if (rc == 0)
        *index = waited.index;
    return rc;
}

int chi_task_notify(struct chi_task *task)
{
    if (chi_task_backend != NULL)
        return -ENOTSUP;
    int rc;
    if (waiter_of(task, &rc) == NULL)
        return rc;
    if (!is_submitted(task))
        return chi_error(-EINVAL, "the task was never submitted; no completion to report");
    atomic_fetch_or_explicit(&task->state, CHI_TASK_NOTIFY, memory_order_acq_rel);
    return chi_task_done(task) ? 1 : 0;
}
