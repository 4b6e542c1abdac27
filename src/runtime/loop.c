/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scheduling loop: resume, messages, lanes, ingress; poll for a while when there is nothing to
 * do, then arm the lanes, look once more and sleep. A worker's own thread, on whichever fiber is
 * the scheduler; all state is in the worker, because a task that parks leaves this loop's frame
 * behind.
 */
#include "runtime/loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "lane/bell.h"
#include "runtime/worker.h"

#define LANE_BUDGET 32u
/* Rounds without a pause: a caller that got its answer comes back at once. */
#define TIGHT_POLLS    128u
#define PAUSE_POLLS    64u
#define SPIN_MIN_NS    2000u
#define CROWDED_NS     (500 * CHI_NS_PER_US) /* so long do yields take where others want the core */
#define CROWDED_FOR_NS (100 * CHI_NS_PER_MS)
#define HOT_POLLS      4096u /* empty polls after which a lane among others is armed */
#define EVENTS_MAX     32
#define ROUNDS_A_TIMER 16u
#define ROUNDS_A_EPOLL 64u
#define BURST          2u /* tasks in one take after which the poll may be late */
#define BURST_PAUSES   4u
#define GUEST_SLEEP_NS 200000u

/* Two loops have these, and each is one function: a call between a switch and its caller costs more
 * than the copy. */
#define INLINED static inline __attribute__((always_inline))

/* ---- ingress */

/* Returns whether there was room to run any of it. */
INLINED bool run_batch(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_batch *batch = &owner->batch;
    bool ran = false;
    while (chi_worker_serves(worker, owner) && batch->next < batch->count &&
           chi_worker_has_spare(worker)) {
        uint64_t item = batch->items[batch->next++];
        struct chi_ingress *ingress = batch->ingress;
        chi_worker_ingest(worker, ingress, item,
                          chi_share_may_start(worker, worker, ingress->origin));
        ran = true; /* others may have gone on with the batch while it was parked or stalled */
    }
    return ran;
}

INLINED uint32_t fill_batch(struct chi_worker *worker, struct chi_worker *owner,
                            struct chi_ingress *ingress)
{
    struct chi_batch *batch = &owner->batch;
    const char *base = worker->host.segment_base[CHI_SEGMENT_MAIN];
    uint64_t size = worker->host.segment_size[CHI_SEGMENT_MAIN];

    batch->next = 0;
    batch->ingress = ingress;
    batch->count = chi_lane_take(&ingress->reader, batch->items, CHI_BATCH_MAX);
    for (uint32_t i = 0; i < batch->count; i++) {
        uint64_t offset = batch->items[i] * CHI_CACHE_LINE;
        if (offset < size)
            chi_cpu_prefetch_write(base + offset);
    }
    return batch->count;
}

static void cool(struct chi_worker *owner, struct chi_ingress **link)
{
    struct chi_ingress *ingress = *link;
    *link = ingress->next;
    ingress->hot = false;
    ingress->idle_polls = 0;
    chi_bell_arm(ingress->reader.lane);
    if (chi_lane_ready(&ingress->reader))
        chi_worker_heat(owner, ingress);
}

/* Takes from the first hot lane that has something, and moves it to the end of the list. Tasks of
 * clients that have no room for another that waits stay in their lanes. */
INLINED bool poll_lanes(struct chi_worker *worker, struct chi_worker *owner)
{
    if (owner->batch.next < owner->batch.count)
        return run_batch(worker, owner);
    if (owner->hot == NULL || !chi_worker_has_spare(worker))
        return false;
    struct chi_ingress **link = &owner->hot;
    while (*link != NULL) {
        struct chi_ingress *ingress = *link;
        if (CHI_UNLIKELY(!chi_share_has_room(worker, ingress->origin))) {
            link = &ingress->next;
            continue;
        }
        uint32_t count = fill_batch(worker, owner, ingress);
        if (count > 0) {
            ingress->idle_polls = 0;
            if (ingress->next != NULL) { /* others had to wait: they are first now */
                *link = ingress->next;
                struct chi_ingress **end = link;
                while (*end != NULL)
                    end = &(*end)->next;
                ingress->next = NULL;
                *end = ingress;
            }
            run_batch(worker, owner);
            /* Polling takes the line that a busy producer writes next: give it a moment. */
            if (count >= BURST)
                for (uint32_t i = 0; i < BURST_PAUSES; i++)
                    chi_cpu_pause();
            return true;
        }
        if (++ingress->idle_polls > HOT_POLLS && ingress->next != NULL)
            cool(owner, link);
        else
            link = &ingress->next;
    }
    return false;
}

void chi_worker_heat(struct chi_worker *worker, struct chi_ingress *ingress)
{
    if (ingress->hot)
        return;
    ingress->hot = true;
    ingress->idle_polls = 0;
    ingress->next = worker->hot;
    worker->hot = ingress;
}

void chi_worker_forget(struct chi_worker *worker, struct chi_ingress *ingress)
{
    for (struct chi_ingress **link = &worker->hot; *link != NULL; link = &(*link)->next) {
        if (*link == ingress) {
            *link = ingress->next;
            break;
        }
    }
    ingress->hot = false;
    worker->by_number[ingress->number] = NULL;
    if (worker->batch.ingress == ingress)
        worker->batch.count = worker->batch.next = 0;
}

static void take_bell(struct chi_worker *worker)
{
    struct chi_shm_bell *bell = worker->bell;
    /* The summary first: a bit set in `rung` after its exchange has its summary bit still to come.
     */
    uint64_t words = atomic_exchange_explicit(&bell->summary, 0, memory_order_seq_cst);
    while (words != 0) {
        uint32_t w = (uint32_t)__builtin_ctzll(words);
        words &= words - 1;
        uint64_t bits = atomic_exchange_explicit(&bell->rung[w], 0, memory_order_seq_cst);
        while (bits != 0) {
            struct chi_ingress *ingress =
                worker->by_number[w * 64 + (uint32_t)__builtin_ctzll(bits)];
            bits &= bits - 1;
            if (ingress != NULL)
                chi_worker_heat(worker, ingress);
        }
    }
}

/* ---- messages, timers, descriptors */

/* seq_cst on both sides: see bell.h; `asleep` is the private twin of `sleeping`. */
static void wake(struct chi_worker *worker)
{
    if (atomic_load_explicit(&worker->asleep, memory_order_seq_cst))
        chi_eventfd_wake(worker->private_fd);
}

void chi_worker_send(struct chi_worker *worker, struct chi_message *message)
{
    chi_inbox_push(&worker->inbox, message);
    wake(worker);
}

void chi_worker_send_lanes(struct chi_worker *worker, struct chi_message *message)
{
    chi_inbox_push(&worker->lane_inbox, message);
    wake(worker); /* a guest's server never sleeps for long */
}

static bool take_messages(struct chi_worker *worker, struct chi_inbox *inbox)
{
    struct chi_message *message = chi_inbox_take(inbox);
    bool any = message != NULL;
    while (message != NULL) {
        struct chi_message *next = message->next;
        message->handle(worker, message);
        message = next;
    }
    return any;
}

static bool fire_timers(struct chi_worker *worker)
{
    uint64_t now = chi_clock_now_ns();
    struct chi_timer *timer;
    bool any = false;
    while ((timer = chi_timers_take_due(&worker->timers, now)) != NULL) {
        timer->fire(worker, timer);
        any = true;
    }
    return any;
}

static int wait_events(struct chi_worker *worker, struct epoll_event *events, uint64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / CHI_NS_PER_S),
                               .tv_nsec = (long)(timeout_ns % CHI_NS_PER_S)};
    int count = epoll_pwait2(worker->epoll, events, EVENTS_MAX, &timeout, NULL);
    if (count < 0 && errno == ENOSYS) /* before Linux 5.11: late by up to a millisecond */
        count = epoll_wait(worker->epoll, events, EVENTS_MAX,
                           (int)((timeout_ns + CHI_NS_PER_MS - 1) / CHI_NS_PER_MS));
    return count;
}

/* Never waits, whatever a client has done to the descriptor's flags, which it shares. */
static void clear_eventfd(int fd)
{
    uint64_t count;
    struct iovec to = {.iov_base = &count, .iov_len = sizeof(count)};
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    if (preadv2(fd, &to, 1, -1, RWF_NOWAIT) < 0 && errno == EOPNOTSUPP &&
        poll(&poll_fd, 1, 0) == 1 && read(fd, &count, sizeof(count)) < 0)
        return; /* somebody else read it; being awake is what counts */
}

static bool take_events(struct chi_worker *worker, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS_MAX];
    int count = wait_events(worker, events, timeout_ns);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == &worker->eventfd || events[i].data.ptr == &worker->private_fd) {
            clear_eventfd(*(int *)events[i].data.ptr);
        } else if (((uintptr_t)events[i].data.ptr & 1) == 0) { /* a poller's is for being awake */
            chi_worker_unpark(worker, events[i].data.ptr, (int)events[i].events);
        }
    }
    return count > 0;
}

/* ---- sleep */

/*
 * Arms every hot lane and looks at each once more. False: there is something to do after all.
 * Where nothing can start anyway, lanes stay hot: a task that goes on wakes us.
 */
static bool arm_all(struct chi_worker *worker)
{
    if (!chi_worker_has_spare(worker))
        return true;
    for (struct chi_ingress *i = worker->hot; i != NULL; i = i->next)
        if (chi_share_has_room(worker, i->origin))
            chi_bell_arm(i->reader.lane);
    for (struct chi_ingress *i = worker->hot; i != NULL; i = i->next)
        if (chi_share_has_room(worker, i->origin) && chi_lane_ready(&i->reader))
            return false;
    for (struct chi_ingress **link = &worker->hot; *link != NULL;) {
        struct chi_ingress *ingress = *link;
        if (!chi_share_has_room(worker, ingress->origin)) {
            link = &ingress->next;
            continue;
        }
        *link = ingress->next;
        ingress->hot = false;
    }
    return true;
}

static uint64_t sleep_timeout(struct chi_worker *worker, uint64_t now)
{
    uint64_t longest = worker->runtime->config.max_sleep_ns;
    uint64_t next = chi_timers_next(&worker->timers);
    if (worker->guests != NULL && longest > GUEST_SLEEP_NS)
        longest = GUEST_SLEEP_NS; /* what comes for them does not wake this worker */
    if (next <= now)
        return 0;
    return next - now < longest ? next - now : longest;
}

static bool has_new_tasks(struct chi_worker *worker)
{
    return chi_bell_rung(worker->bell) || !chi_inbox_is_empty(&worker->lane_inbox);
}

static bool has_messages(struct chi_worker *worker)
{
    return !chi_inbox_is_empty(&worker->inbox);
}

static bool waits_outside(const struct chi_worker *worker)
{
    return worker->fd_waits + worker->outside_waits > 0;
}

/* What is waited for outside has a time of its own, such as a disk's: a worker that polls for it
 * has it no sooner, and is in the way of its interrupts. */
static uint64_t *spin_budget(struct chi_worker *worker)
{
    return waits_outside(worker) ? &worker->spin_outside_ns : &worker->spin_ns;
}

static void adapt_spin(struct chi_worker *worker, uint64_t slept_ns)
{
    uint64_t *spin_ns = spin_budget(worker);
    uint64_t most = worker->runtime->config.first_busy_wait_ns;
    /* What is outside may call by a message, too. */
    bool called = has_new_tasks(worker) || (has_messages(worker) && !waits_outside(worker));
    if (slept_ns <= most && called) /* polling a little longer would have done */
        *spin_ns = *spin_ns * 2 + SPIN_MIN_NS;
    else
        *spin_ns /= 2;
    if (*spin_ns > most)
        *spin_ns = most;
}

static void go_to_sleep(struct chi_worker *worker)
{
    if (!arm_all(worker))
        return;
    atomic_store_explicit(&worker->bell->sleeping, 1, memory_order_seq_cst);
    atomic_store_explicit(&worker->asleep, true, memory_order_seq_cst);
    if (!has_new_tasks(worker) && !has_messages(worker) &&
        !atomic_load_explicit(&worker->stop, memory_order_seq_cst)) {
        uint64_t before = chi_clock_now_ns();
        atomic_fetch_add_explicit(&worker->stats.sleeps, 1, memory_order_relaxed);
        take_events(worker, sleep_timeout(worker, before));
        adapt_spin(worker, chi_clock_now_ns() - before);
    }
    atomic_store_explicit(&worker->asleep, false, memory_order_relaxed);
    atomic_store_explicit(&worker->bell->sleeping, 0, memory_order_relaxed);
}

/* ---- idle and busy: no clock is read while one task follows the other */

static void begin_idle(struct chi_worker *worker, uint64_t now)
{
    if (worker->idle)
        return;
    worker->idle = true;
    /* Release: who sees it sees the sum that goes with it. */
    atomic_store_explicit(&worker->stats.idle_since, now, memory_order_release);
}

void chi_worker_end_idle(struct chi_worker *worker)
{
    uint64_t since = atomic_load_explicit(&worker->stats.idle_since, memory_order_relaxed);
    worker->idle = false;
    chi_orchestrator_end_idle(worker); /* sets idle_since */
    ADD_OWN(worker->stats.idle_ns, chi_clock_now_ns() - since);
}

/* ---- the loop */

INLINED bool serve(struct chi_worker *worker, struct chi_worker *owner)
{
    bool did = take_messages(owner, &owner->lane_inbox);

    if (owner->lanes_first != NULL || owner->aside != NULL)
        did |= chi_worker_run_lanes(worker, owner, LANE_BUDGET) > 0;
    if (!chi_worker_serves(worker, owner))
        return did;
    did |= poll_lanes(worker, owner);
    if (chi_worker_serves(worker, owner) &&
        atomic_load_explicit(&owner->bell->summary, memory_order_relaxed) != 0) {
        take_bell(owner);
        did = true;
    }
    return did;
}

bool chi_worker_serve(struct chi_worker *worker, struct chi_worker *owner)
{
    return serve(worker, owner);
}

/* One round, without waiting: whether there was anything to do. Comes back much later if a task
 * parks in it and other rounds go on meanwhile. */
INLINED bool run_round(struct chi_worker *worker)
{
    bool did = false;
    uint32_t round = atomic_load_explicit(&worker->round, memory_order_relaxed) + 1;

    atomic_store_explicit(&worker->round, round, memory_order_relaxed);
    if (worker->ready_first != NULL) {
        chi_worker_resume_one(worker);
        did = true;
    }
    did |= take_messages(worker, &worker->inbox);
    did |= serve(worker, worker);
    if (CHI_UNLIKELY(worker->guests != NULL))
        did |= chi_worker_serve_guests(worker);
    if (worker->timers.count > 0 && (!did || round % ROUNDS_A_TIMER == 0))
        did |= fire_timers(worker);
    if (worker->fd_waits > 0 && round % ROUNDS_A_EPOLL == 0)
        did |= take_events(worker, 0);
    if (worker->pollers != NULL) /* last: what the round's tasks have queued goes out at once */
        did |= chi_worker_poll(worker);
    return did;
}

void chi_worker_step_loop(struct chi_worker *worker)
{
    while (!atomic_load_explicit(&worker->stop, memory_order_relaxed)) {
        worker->did = run_round(worker);
        /* Where one with a thread would go to sleep. */
        if (!worker->did && worker->fd_waits + worker->outside_waits > 0)
            worker->did = take_events(worker, 0);
        chi_fiber_switch(worker->running, worker->thread_fiber);
    }
}

/* Somebody else who wants the core has it for a whole slice at each yield, but a worker that sleeps
 * has it back as soon as it is called: who sees one does without yields for a while. */
static uint64_t yield_core(struct chi_worker *worker)
{
    uint64_t before = chi_clock_now_ns();
    chi_cpu_yield();
    uint64_t now = chi_clock_now_ns();
    if (CHI_UNLIKELY(now - before > CROWDED_NS))
        worker->crowded_until_ns = now + CROWDED_FOR_NS;
    return now;
}

void chi_worker_loop(struct chi_worker *worker)
{
    uint32_t idle = 0;
    uint64_t now = 0, sleep_at = 0;

    while (!atomic_load_explicit(&worker->stop, memory_order_relaxed)) {
        if (run_round(worker)) {
            idle = 0;
            continue;
        }
        idle++;
        if (idle <= TIGHT_POLLS)
            continue;
        if (idle <= TIGHT_POLLS + PAUSE_POLLS) {
            chi_cpu_pause();
            continue;
        }
        if (idle == TIGHT_POLLS + PAUSE_POLLS + 1) {
            now = chi_clock_now_ns();
            begin_idle(worker, now);
            sleep_at = now + *spin_budget(worker);
        }
        if (now >= sleep_at || now < worker->crowded_until_ns) {
            go_to_sleep(worker);
            idle = 0;
            continue;
        }
        now = yield_core(worker);
    }
}
