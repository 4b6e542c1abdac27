/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scheduling loop. A round resumes a fiber, handles messages, runs tasks in lanes and polls
 * ingress lanes. A worker without work polls for a while, then arms its ingress lanes, checks them
 * once more and sleeps. The worker's thread, on the fiber that is the scheduler. All state is in
 * the worker, because a task that parks keeps the frame of this loop.
 */
#include "runtime/sched/loop.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "lane/bell.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/timers.h"
#include "runtime/path/ingest.h"
#include "runtime/path/lane_queue.h"
#include "runtime/path/route.h"
#include "runtime/sched/orchestrator.h"
#include "runtime/sched/sleep.h"
#include "runtime/worker/idle.h"
#include "runtime/worker/ingress.h"
#include "runtime/worker/park.h"
#include "runtime/worker/poller.h"
#include "runtime/worker/send.h"
#include "runtime/worker/share.h"
#include "runtime/worker/worker.h"

#define LANE_BUDGET 32u /* tasks of lanes in a round */
/* Rounds without a pause: a client that got its result often submits the next task at once. */
#define TIGHT_POLLS    128u
#define PAUSE_POLLS    64u
#define HOT_POLLS      4096u /* empty polls after which a lane among others is armed */
#define ROUNDS_A_TIMER 16u
#define ROUNDS_A_EPOLL 64u
#define BURST          2u /* tasks in a batch after which the next poll is delayed */
#define BURST_PAUSES   4u

/* Inlined into both loops: a call between a switch and its caller costs more than a second copy. */
#define INLINED static inline __attribute__((always_inline))

/* ---- ingress */

/* Ingests the batch as far as possible. Returns whether it ingested anything. */
INLINED bool run_batch(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_batch *batch = &owner->lanes.batch;
    bool ran = false;
    while (chi_worker_serves(worker, owner) && batch->next < batch->count &&
           chi_worker_has_spare(worker)) {
        uint64_t item = batch->items[batch->next++];
        struct chi_ingress *ingress = batch->ingress;
        chi_worker_ingest(worker, ingress, item,
                          chi_share_may_start(worker, worker, ingress->origin));
        ran = true; /* meanwhile another fiber or worker may have continued the batch */
    }
    /* Where a task ran, another worker may serve the lanes now. */
    if (CHI_UNLIKELY(worker->forwarded) && chi_worker_serves(worker, owner) && batch->count > 0 &&
        batch->next == batch->count) {
        worker->forwarded = false;
        const struct chi_lane_reader *reader = &batch->ingress->reader;
        /* Release: the tasks that were sent, for the acquire in chi_route_take(). */
        atomic_store_explicit(&reader->lane->routed, reader->position, memory_order_release);
    }
    return ran;
}

INLINED uint32_t fill_batch(struct chi_worker *worker, struct chi_worker *owner,
                            struct chi_ingress *ingress)
{
    struct chi_batch *batch = &owner->lanes.batch;
    const char *base = worker->allocator.segment_base[CHI_SEGMENT_MAIN];
    uint64_t size = worker->allocator.segment_size[CHI_SEGMENT_MAIN];

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

static void cool(struct chi_worker *owner, struct chi_ingress *ingress)
{
    STAILQ_REMOVE(&owner->lanes.hot, ingress, chi_ingress, link);
    ingress->hot = false;
    ingress->idle_polls = 0;
    chi_bell_arm(ingress->reader.lane);
    if (chi_lane_ready(&ingress->reader))
        chi_worker_heat(owner, ingress);
}

/* Takes a batch from the first lane of the poll list that has items, and moves it to the end. Skips
 * lanes of clients that have no room for another parked task. */
INLINED bool poll_lanes(struct chi_worker *worker, struct chi_worker *owner)
{
    struct chi_ingress *ingress = STAILQ_FIRST(&owner->lanes.hot);

    if (owner->lanes.batch.next < owner->lanes.batch.count)
        return run_batch(worker, owner);
    if (ingress == NULL || !chi_worker_has_spare(worker))
        return false;
    for (struct chi_ingress *next; ingress != NULL; ingress = next) {
        next = STAILQ_NEXT(ingress, link);
        if (CHI_UNLIKELY(!chi_share_has_room(worker, ingress->origin)))
            continue;
        uint32_t count = fill_batch(worker, owner, ingress);
        if (count > 0) {
            ingress->idle_polls = 0;
            if (next != NULL) { /* the other lanes are first now */
                STAILQ_REMOVE(&owner->lanes.hot, ingress, chi_ingress, link);
                STAILQ_INSERT_TAIL(&owner->lanes.hot, ingress, link);
            }
            /* seq_cst, after the acquire of the items: what the client saw passed on is here. */
            if (CHI_UNLIKELY(!chi_inbox_is_empty(&owner->wake.lane_inbox)))
                chi_worker_take_deliveries(owner);
            run_batch(worker, owner);
            /* Polling takes the cache line that a busy producer writes next: wait a moment. */
            if (count >= BURST)
                for (uint32_t i = 0; i < BURST_PAUSES; i++)
                    chi_cpu_pause();
            return true;
        }
        if (++ingress->idle_polls > HOT_POLLS && next != NULL)
            cool(owner, ingress);
    }
    return false;
}

static void take_bell(struct chi_worker *worker)
{
    struct chi_shm_bell *bell = worker->wake.bell;
    /* `summary` first: clients set their bit in `rung` before that in `summary`. */
    uint64_t words = atomic_exchange_explicit(&bell->summary, 0, memory_order_seq_cst);
    while (words != 0) {
        uint32_t w = (uint32_t)__builtin_ctzll(words);
        words &= words - 1;
        uint64_t bits = atomic_exchange_explicit(&bell->rung[w], 0, memory_order_seq_cst);
        while (bits != 0) {
            struct chi_ingress *ingress =
                worker->lanes.by_number[w * 64 + (uint32_t)__builtin_ctzll(bits)];
            bits &= bits - 1;
            if (ingress != NULL)
                chi_worker_heat(worker, ingress);
        }
    }
}

/* ---- messages and timers */

static bool take_messages(struct chi_worker *worker)
{
    struct chi_message *message = chi_inbox_take(&worker->wake.inbox);
    bool any = message != NULL;
    while (message != NULL) {
        struct chi_message *next = STAILQ_NEXT(message, link);
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
    while ((timer = chi_timers_take_due(&worker->waits.timers, now)) != NULL) {
        timer->fire(worker, timer);
        any = true;
    }
    return any;
}

/* ---- the loop */

INLINED bool serve(struct chi_worker *worker, struct chi_worker *owner)
{
    bool did = false;

    if (CHI_UNLIKELY(!chi_inbox_is_empty(&owner->wake.lane_inbox)))
        did = chi_worker_take_lane_messages(owner);

    if (!STAILQ_EMPTY(&owner->lanes.unstarted) || !STAILQ_EMPTY(&owner->lanes.deferred))
        did |= chi_worker_run_lanes(worker, owner, LANE_BUDGET) > 0;
    if (!chi_worker_serves(worker, owner))
        return did;
    did |= poll_lanes(worker, owner);
    if (chi_worker_serves(worker, owner) &&
        atomic_load_explicit(&owner->wake.bell->summary, memory_order_relaxed) != 0) {
        take_bell(owner);
        did = true;
    }
    return did;
}

bool chi_worker_serve(struct chi_worker *worker, struct chi_worker *owner)
{
    return serve(worker, owner);
}

/* One round, without waiting. Returns whether there was anything to do; much later if a task parks
 * in it, while other rounds run. */
INLINED bool run_round(struct chi_worker *worker)
{
    bool did = false;
    uint32_t round = atomic_load_explicit(&worker->round, memory_order_relaxed) + 1;

    atomic_store_explicit(&worker->round, round, memory_order_relaxed);
    if (!STAILQ_EMPTY(&worker->fibers.ready)) {
        chi_worker_resume_one(worker);
        did = true;
    }
    did |= take_messages(worker);
    did |= serve(worker, worker);
    if (CHI_UNLIKELY(!SLIST_EMPTY(&worker->lent)))
        did |= chi_worker_serve_lent(worker);
    if (worker->waits.timers.count > 0 && (!did || round % ROUNDS_A_TIMER == 0))
        did |= fire_timers(worker);
    if (worker->waits.descriptors > 0 && round % ROUNDS_A_EPOLL == 0)
        did |= chi_worker_take_events(worker, 0);
    if (worker->polling.pollers != NULL) /* last: starts what the tasks of this round have queued */
        did |= chi_worker_poll(worker);
    return did;
}

void chi_worker_step_loop(struct chi_worker *worker)
{
    while (!atomic_load_explicit(&worker->wake.stop, memory_order_relaxed)) {
        worker->thread.did = run_round(worker);
        /* Here a worker with a thread would sleep. */
        if (!worker->thread.did && worker->waits.descriptors + worker->waits.outside > 0)
            worker->thread.did = chi_worker_take_events(worker, 0);
        chi_fiber_switch(worker->fibers.running, worker->fibers.thread);
    }
}

void chi_worker_loop(struct chi_worker *worker)
{
    uint32_t idle = 0;
    uint64_t now = 0, sleep_at = 0;

    while (!atomic_load_explicit(&worker->wake.stop, memory_order_relaxed)) {
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
            chi_worker_begin_idle(worker, now);
            sleep_at = now + chi_worker_poll_budget(worker);
        }
        if (now >= sleep_at) {
            chi_worker_sleep(worker);
            idle = 0;
            continue;
        }
        chi_cpu_yield();
        now = chi_clock_now_ns();
    }
}
