/* SPDX-License-Identifier: BSD-3-Clause */
/* Lanes of held workers go to other workers and come back. See orchestrator.h. */
#include "runtime/sched/orchestrator.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/log.h"
#include "runtime/core/counter.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/sched/loop.h"
#include "runtime/worker/handover.h"
#include "runtime/worker/park.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/send.h"
#include "runtime/worker/task_text.h"
#include "runtime/worker/worker.h"

#define RECALL_POLL_NS CHI_NS_PER_MS
#define TOLD_NS        (10 * CHI_NS_PER_S)

static int membarrier(int command)
{
    return (int)syscall(SYS_membarrier, command, 0, 0);
}

/* ---- the worker that serves lent lanes; in its scheduler */

static void accept_lanes(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_handover *handover =
        (void *)((char *)message - offsetof(struct chi_handover, message));
    struct chi_worker *self = chi_worker_self;

    (void)worker; /* the addressee; its own lanes may be lent, too */
    SLIST_INSERT_HEAD(&self->lent, handover->worker, handover.link);
    atomic_store_explicit(&handover->worker->lanes.server, self, memory_order_relaxed);
    chi_worker_watch_lanes(self, handover->worker);
}

static bool wants_lanes_back(const struct chi_worker *lender)
{
    return atomic_load_explicit(&lender->handover.want, memory_order_relaxed) ||
           atomic_load_explicit(&lender->runtime->recall, memory_order_relaxed);
}

bool chi_worker_serve_lent(struct chi_worker *worker)
{
    struct chi_worker *lender = SLIST_FIRST(&worker->lent);
    bool did = false;

    while (lender != NULL) {
        struct chi_worker *next = SLIST_NEXT(lender, handover.link);
        if (wants_lanes_back(lender)) {
            SLIST_REMOVE(&worker->lent, lender, chi_worker, handover.link);
            chi_handover_return(lender);
            did = true;
        } else {
            did |= chi_worker_serve(worker, lender);
            /* A task may have parked or stalled meanwhile, and the list may have changed. */
            if (!chi_worker_serves(worker, lender))
                return true;
            next = SLIST_NEXT(lender, handover.link);
        }
        lender = next;
    }
    return did;
}

/* ---- the orchestrator */

bool chi_orchestrator_start(void)
{
    if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0)
        return true;
    chi_log_warn("runtime", "this kernel has no membarrier(): while a task holds a worker, no "
                            "other worker serves its lanes (runtime.stall_ms has no effect)");
    return false;
}

static uint64_t tasks_of(const struct chi_worker *worker)
{
    return atomic_load_explicit(&worker->stats.tasks, memory_order_relaxed);
}

/* A task runs there, and it is the same one, in the same round, as in the last scan. */
static bool is_stuck(const struct chi_worker *worker)
{
    return __atomic_load_n(&worker->current, __ATOMIC_ACQUIRE) != NULL &&
           tasks_of(worker) == worker->handover.seen_tasks &&
           atomic_load_explicit(&worker->round, memory_order_relaxed) ==
               worker->handover.seen_round;
}

/* Returns since when the task holds the worker; UINT64_MAX if it does not. */
static uint64_t stalled_since(struct chi_worker *worker, uint64_t now_ns)
{
    struct chi_handover *handover = &worker->handover;
    if (is_stuck(worker) && handover->since_ns != 0)
        return handover->since_ns;
    handover->seen_tasks = tasks_of(worker);
    handover->seen_round = atomic_load_explicit(&worker->round, memory_order_relaxed);
    handover->since_ns = now_ns;
    handover->counted = false;
    return UINT64_MAX;
}

static uint32_t lent_count(const struct chi_runtime *runtime, const struct chi_worker *worker)
{
    uint32_t count = 0;
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        count += atomic_load_explicit(&runtime->workers[w]->lanes.server, memory_order_relaxed) ==
                 worker;
    return count;
}

/* Returns the worker to serve the lanes of `stalled`: of its class if possible, with the fewest
 * lent lanes and unstarted tasks. NULL if there is none. */
static struct chi_worker *choose(const struct chi_runtime *runtime,
                                 const struct chi_worker *stalled)
{
    struct chi_worker *chosen = NULL;
    uint64_t least = UINT64_MAX;

    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_worker *worker = runtime->workers[w];
        if (worker == stalled || worker->handover.counted ||
            atomic_load_explicit(&worker->takeover, memory_order_relaxed))
            continue;
        uint64_t other_class = worker->priority != stalled->priority;
        uint64_t cost = other_class << 63 | (uint64_t)lent_count(runtime, worker) << 40 |
                        atomic_load_explicit(&worker->stats.unstarted, memory_order_relaxed);
        if (cost < least) {
            least = cost;
            chosen = worker;
        }
    }
    return chosen;
}

/* The lanes of the worker that serves them are taken over by this thread. */
static void send_away(struct chi_worker *lanes_of, struct chi_worker *to)
{
    struct chi_handover *handover = &lanes_of->handover;
    atomic_store_explicit(&lanes_of->lanes.server, NULL, memory_order_relaxed);
    CHI_COUNTER_ADD(lanes_of->stats.moves, 1);
    handover->message.handle = accept_lanes;
    chi_worker_send_lanes(to, &handover->message);
}

/* Tasks in the lane of the running task must not run at the same time. */
static void bind(struct chi_record *record)
{
    if (record->bound)
        return;
    record->bound = true;
    atomic_fetch_add_explicit(&record->lane->bound, 1, memory_order_relaxed);
}

/*
 * Takes over the lanes of a worker that a task holds, and returns the task: it may end or park, but
 * the worker does not go on with it before chi_handover_return(). NULL: no task runs there, and
 * nothing was taken over.
 */
static struct chi_record *take_over(struct chi_worker *worker)
{
    atomic_store_explicit(&worker->takeover, true, memory_order_relaxed);
    membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    /* Acquire: pairs with the release in chi_worker_enter_task(). From here on the worker may write
     * NULL, but not continue with the record. */
    struct chi_record *record = __atomic_load_n(&worker->current, __ATOMIC_ACQUIRE);
    if (record == NULL)
        chi_handover_return(worker);
    return record;
}

/*
 * If `to` is NULL, only lent lanes go that are wanted back. Describes the task that holds the
 * worker while it cannot go on; `text` is empty if there is none.
 */
static void move_lanes(struct chi_worker *stalled, struct chi_worker *to, char *text, size_t size)
{
    text[0] = '\0';
    struct chi_record *record = take_over(stalled);
    if (record == NULL)
        return;
    chi_record_describe(record, text, size);
    struct chi_worker *lender = SLIST_FIRST(&stalled->lent);
    for (struct chi_worker *next; lender != NULL; lender = next) {
        next = SLIST_NEXT(lender, handover.link);
        if (!wants_lanes_back(lender) && to == NULL)
            continue;
        SLIST_REMOVE(&stalled->lent, lender, chi_worker, handover.link);
        if (wants_lanes_back(lender))
            chi_handover_return(lender);
        else
            send_away(lender, to);
    }
    if (to != NULL) {
        bind(record);
        send_away(stalled, to);
    } else {
        chi_handover_return(stalled);
    }
}

static bool has_wanted_lanes(const struct chi_runtime *runtime, const struct chi_worker *worker)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        const struct chi_worker *lender = runtime->workers[w];
        if (lender != worker && wants_lanes_back(lender) &&
            atomic_load_explicit(&lender->lanes.server, memory_order_relaxed) == worker)
            return true;
    }
    return false;
}

/* At most one line a worker and TOLD_NS. Returns whether this stall is to be logged. */
static bool is_to_be_told(const struct chi_worker *worker, uint64_t now_ns)
{
    const struct chi_handover *handover = &worker->handover;
    return handover->told_ns == 0 || now_ns - handover->told_ns >= TOLD_NS;
}

static void tell(struct chi_worker *worker, const char *text, uint64_t now_ns)
{
    worker->handover.told_ns = now_ns;
    chi_log_warn("workers", "worker %u has been held for %llu ms by %s%s", worker->id,
                 (unsigned long long)((now_ns - worker->handover.since_ns) / CHI_NS_PER_MS), text,
                 atomic_load_explicit(&worker->takeover, memory_order_relaxed)
                     ? "; another worker serves its lanes"
                     : "; no other worker can serve its lanes");
}

/* ---- scans: not while all workers are idle */

static bool any_works(const struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        if (atomic_load_explicit(&runtime->workers[w]->stats.idle_since, memory_order_seq_cst) == 0)
            return true;
    return false;
}

static int next_scan_ms(struct chi_runtime *runtime, bool progress)
{
    if (!progress && !any_works(runtime)) {
        atomic_store_explicit(&runtime->watched, false, memory_order_seq_cst);
        if (!any_works(runtime))
            return -1;
    }
    atomic_store_explicit(&runtime->watched, true, memory_order_relaxed);
    return runtime->config.stall_ms > 1 ? (int)(runtime->config.stall_ms / 2) : 1;
}

int chi_orchestrator_scan(struct chi_runtime *runtime, uint64_t now_ns)
{
    uint64_t limit = runtime->config.stall_ms * CHI_NS_PER_MS;
    bool progress = false; /* tasks keep coming: scan on, instead of being woken for each */

    if (!runtime->moves_lanes)
        return -1;
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_worker *worker = runtime->workers[w];
        progress |= tasks_of(worker) != worker->handover.seen_tasks;
        uint64_t since = stalled_since(worker, now_ns);
        if (since == UINT64_MAX || now_ns - since < limit || worker->handover.counted)
            continue;
        worker->handover.counted = true;
        CHI_COUNTER_ADD(worker->stats.stalls, 1);
    }
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_worker *worker = runtime->workers[w];
        if (!worker->handover.counted ||
            atomic_load_explicit(&worker->takeover, memory_order_relaxed))
            continue;
        struct chi_worker *to = choose(runtime, worker);
        bool told = is_to_be_told(worker, now_ns);
        if (to != NULL || told || has_wanted_lanes(runtime, worker)) {
            char text[400];
            move_lanes(worker, to, text, sizeof(text));
            if (told && text[0] != '\0')
                tell(worker, text, now_ns);
        }
    }
    return next_scan_ms(runtime, progress);
}

static bool all_at_home(const struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count && runtime->workers[w] != NULL; w++)
        if (atomic_load_explicit(&runtime->workers[w]->takeover, memory_order_acquire))
            return false;
    return true;
}

bool chi_orchestrator_recall(struct chi_runtime *runtime, uint64_t timeout_ns)
{
    uint64_t deadline = chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns);

    atomic_store_explicit(&runtime->recall, true, memory_order_relaxed);
    while (!all_at_home(runtime)) {
        if (chi_clock_now_ns() >= deadline)
            return false;
        struct timespec pause = {.tv_nsec = RECALL_POLL_NS};
        nanosleep(&pause, NULL);
    }
    return true;
}

bool chi_orchestrator_describe(struct chi_worker *worker, char *text, size_t size)
{
    if (worker->runtime->stepper != NULL ||
        atomic_load_explicit(&worker->takeover, memory_order_relaxed) ||
        membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0)
        return false;
    const struct chi_record *record = take_over(worker);
    if (record == NULL)
        return false;
    chi_record_describe(record, text, size);
    chi_handover_return(worker);
    return true;
}
