/* SPDX-License-Identifier: BSD-3-Clause */
/* Stepping a runtime without threads. The thread that started it. See stepper.h. */
#include "runtime/host/stepper.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/last_error.h"
#include "client/stepping.h"
#include "runtime/control/control.h"
#include "runtime/core/current.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/worker.h"

/* Real time to wait for a descriptor that this program does not make ready itself. */
#define DESCRIPTOR_PATIENCE_NS (30 * CHI_NS_PER_S)
/* Timers of one wait after which the tasks are assumed to poll for something that does not come. */
#define TIMERS_MAX 200000u
/* Steps after which the tasks are assumed only to yield to each other. The clock then moves all the
 * same, and that counts as BUSY_TIMERS timers. */
#define BUSY_STEPS_MAX 50000u
#define BUSY_TIMERS    (TIMERS_MAX / 20)

/* Thread-local state of a worker between its rounds. */
struct worker_thread {
    struct chi_last_error error;
    int errno_value;
};

struct chi_stepper {
    uint64_t now_ns;
    uint64_t random; /* state of the generator; 0: steps in turn */
    uint32_t next;
    struct worker_thread workers[CHI_MAX_WORKERS];
};

/* The runtime that this thread steps. */
static _Thread_local struct chi_runtime *stepped;

static int wait_here(bool (*done)(void *), void *argument, uint64_t timeout_ns)
{
    return chi_stepper_wait(stepped, done, argument, timeout_ns);
}

static const struct chi_stepping stepping = {.wait = wait_here};

/* A forked child has only a copy of private memory, and no runtime. */
static void forget_in_child(void)
{
    if (stepped == NULL)
        return;
    stepped = NULL;
    chi_clock_virtual = NULL;
    chi_stepping = NULL;
    chi_task_backend = NULL;
    chi_allocator = NULL;
}

static void set_up_once(void)
{
    pthread_atfork(NULL, NULL, forget_in_child);
}

int chi_stepper_create(struct chi_runtime *runtime)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_up_once);
    if (chi_task_backend != NULL || stepped != NULL)
        return chi_error(-EPERM, "this thread runs a task or steps another runtime");
    struct chi_stepper *stepper = calloc(1, sizeof(*stepper));
    if (stepper == NULL)
        return -ENOMEM;
    stepper->now_ns = CHI_STEPPER_BEGIN_NS;
    stepper->random = runtime->mode.seed;
    runtime->stepper = stepper;
    runtime->started_ns = stepper->now_ns;
    stepped = runtime;
    chi_clock_virtual = &stepper->now_ns;
    chi_stepping = &stepping;
    return 0;
}

void chi_stepper_destroy(struct chi_runtime *runtime)
{
    if (runtime->stepper == NULL)
        return;
    stepped = NULL;
    chi_clock_virtual = NULL;
    chi_stepping = NULL;
    free(runtime->stepper);
    runtime->stepper = NULL;
}

uint64_t chi_stepper_now_ns(const struct chi_runtime *runtime)
{
    return runtime->stepper->now_ns;
}

bool chi_stepper_may_step(const struct chi_runtime *runtime)
{
    return stepped == runtime && chi_worker_self == NULL;
}

/* ---- one step */

bool chi_stepper_step(struct chi_runtime *runtime, uint32_t number)
{
    struct chi_stepper *stepper = runtime->stepper;
    const struct chi_allocator *allocator = chi_allocator; /* of direct.c, or NULL */
    const struct chi_task_backend *backend = chi_task_backend;
    int error = errno;

    struct worker_thread *thread = &stepper->workers[number];
    chi_last_error_swap(&thread->error);
    chi_stepping = NULL;
    errno = thread->errno_value;
    bool did = chi_worker_step(runtime->workers[number]);
    thread->errno_value = errno;
    chi_stepping = &stepping;
    chi_task_backend = backend;
    chi_allocator = allocator;
    chi_last_error_swap(&thread->error);
    errno = error;
    return did;
}

/* Steps a worker, or control, that has not been idle since the last step that did anything. */
static bool step_any(struct chi_runtime *runtime, uint64_t idle[2], uint32_t idle_count)
{
    struct chi_stepper *stepper = runtime->stepper;
    uint32_t count = runtime->worker_count + 1;
    uint32_t skip = 0;

    if (stepper->random != 0) { /* xorshift64* */
        stepper->random ^= stepper->random >> 12;
        stepper->random ^= stepper->random << 25;
        stepper->random ^= stepper->random >> 27;
        skip = (uint32_t)((stepper->random * UINT64_C(0x2545F4914F6CDD1D)) >> 32) %
               (count - idle_count);
    }
    uint32_t turn = stepper->next;
    for (;; turn++) {
        turn %= count;
        if ((idle[turn / 64] >> turn % 64 & 1) == 0 && skip-- == 0)
            break;
    }
    stepper->next = turn + 1;
    bool did = turn == runtime->worker_count ? chi_control_step(runtime->control)
                                             : chi_stepper_step(runtime, turn);
    idle[turn / 64] |= UINT64_C(1) << turn % 64;
    return did;
}

enum outcome { DONE, IDLE, BUSY };

/* Steps until nothing is left to do, or `done` returns true, or BUSY_STEPS_MAX is reached. */
static enum outcome run_until(struct chi_runtime *runtime, bool (*done)(void *), void *argument)
{
    uint64_t idle[2] = {0};
    uint32_t idle_count = 0;

    for (uint32_t steps = 0; idle_count <= runtime->worker_count; steps++) {
        if (done != NULL && done(argument))
            return DONE;
        if (steps == BUSY_STEPS_MAX)
            return BUSY;
        if (step_any(runtime, idle, idle_count)) {
            idle[0] = idle[1] = 0;
            idle_count = 0;
        } else {
            idle_count++;
        }
    }
    return done != NULL && done(argument) ? DONE : IDLE;
}

bool chi_stepper_run(struct chi_runtime *runtime)
{
    return run_until(runtime, NULL, NULL) != BUSY;
}

/* ---- time */

static uint64_t next_timer(const struct chi_runtime *runtime)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        uint64_t due = chi_timers_next(&runtime->workers[w]->waits.timers);
        next = due < next ? due : next;
    }
    return next;
}

static void set_time(struct chi_stepper *stepper, uint64_t now_ns)
{
    if (now_ns > stepper->now_ns)
        stepper->now_ns = now_ns;
}

void chi_stepper_advance(struct chi_runtime *runtime, uint64_t duration_ns)
{
    uint64_t end = chi_clock_deadline_ns(runtime->stepper->now_ns, duration_ns);
    for (;;) {
        chi_stepper_run(runtime);
        uint64_t next = next_timer(runtime);
        if (next > end)
            break;
        set_time(runtime->stepper, next);
    }
    if (end > runtime->stepper->now_ns) {
        set_time(runtime->stepper, end);
        chi_stepper_run(runtime);
    }
}

static uint32_t waits_for_outside(const struct chi_runtime *runtime)
{
    uint32_t count = 0;
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        count += runtime->workers[w]->waits.descriptors + runtime->workers[w]->waits.outside;
    return count;
}

/* Sleeps until a descriptor is ready for which a task or poller waits, or another thread has sent a
 * message, but at most for `longest_ns`. Returns whether that happened. */
static bool await_descriptor(struct chi_runtime *runtime, uint64_t longest_ns)
{
    struct pollfd fds[CHI_MAX_WORKERS];
    struct timespec timeout = {.tv_sec = (time_t)(longest_ns / CHI_NS_PER_S),
                               .tv_nsec = (long)(longest_ns % CHI_NS_PER_S)};
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        fds[w] = (struct pollfd){.fd = runtime->workers[w]->wake.epoll, .events = POLLIN};
    return ppoll(fds, runtime->worker_count, &timeout, NULL) > 0;
}

static int stuck(const struct chi_runtime *runtime)
{
    uint64_t parked = 0;
    uint64_t unstarted = 0;
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        const struct chi_worker_stats *stats = &runtime->workers[w]->stats;
        parked += atomic_load_explicit(&stats->parked, memory_order_relaxed);
        unstarted += atomic_load_explicit(&stats->unstarted, memory_order_relaxed);
    }
    return chi_error(-EDEADLK,
                     "nothing can happen any more: %llu tasks wait for each other or for something "
                     "outside, %llu have not begun",
                     (unsigned long long)parked, (unsigned long long)unstarted);
}

int chi_stepper_wait(struct chi_runtime *runtime, bool (*done)(void *argument), void *argument,
                     uint64_t timeout_ns)
{
    struct chi_stepper *stepper = runtime->stepper;
    uint64_t deadline = chi_clock_deadline_ns(stepper->now_ns, timeout_ns);
    uint64_t patience = DESCRIPTOR_PATIENCE_NS;

    for (uint32_t timers = 0;; timers++) {
        enum outcome outcome = run_until(runtime, done, argument);
        if (outcome == DONE)
            return 0;
        if (stepper->now_ns >= deadline)
            return -ETIMEDOUT;
        timers += outcome == BUSY ? BUSY_TIMERS : 0;
        if (timers >= TIMERS_MAX)
            return stuck(runtime);
        uint64_t next = next_timer(runtime);
        next = next < deadline ? next : deadline;
        if (waits_for_outside(runtime) > 0) {
            uint64_t wait_ns =
                next - stepper->now_ns < patience ? next - stepper->now_ns : patience;
            if (await_descriptor(runtime, wait_ns)) {
                patience = DESCRIPTOR_PATIENCE_NS;
                continue;
            }
            patience -= wait_ns;
            if (patience == 0)
                return stuck(runtime);
        } else if (next == UINT64_MAX && outcome == IDLE) {
            return stuck(runtime);
        }
        if (next != UINT64_MAX)
            set_time(stepper, next);
    }
}
