/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker: one thread that polls ingress lanes, runs tasks and sleeps when there is nothing to do.
 *
 * The scheduling loop runs on a fiber. It calls handlers as plain functions; a task that never
 * waits pays for no switch. When a handler parks, the loop goes on on a spare fiber, while the
 * parked one keeps the handler's frames with those of the old loop below them. Resumed, the handler
 * ends one day and returns into that old loop, which then is the scheduler; the fiber it was
 * resumed from is the spare. A worker starts a task only while it has a spare, so parking cannot
 * fail.
 */
#ifndef CHI_RUNTIME_WORKER_H
#define CHI_RUNTIME_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/cpu.h"
#include "chimaera/container.h"
#include "chimaera/park.h"
#include "client/task_backend.h"
#include "fiber/fiber.h"
#include "runtime/cancel.h"
#include "runtime/lock.h"
#include "runtime/message.h"
#include "runtime/orchestrator.h"
#include "runtime/origin.h"
#include "runtime/pool.h"
#include "runtime/record.h"
#include "runtime/runtime.h"
#include "runtime/share.h"
#include "runtime/timers.h"
#include "task/allocator.h"

/*
 * Somebody parked. Lives on the parked fiber's stack; its worker's thread only. Who keeps pointers
 * to waiters, to unpark them one day, takes them out when parking returns, and passes over those
 * that are `woken` already: another reason was first, and they will not come for what is offered.
 */
struct chi_waiter {
    struct chi_rest rest;
    struct chi_fiber *fiber;
    struct chi_record *current; /* the task it runs */
    struct chi_waiter *next;    /* on the list of those to be resumed */
    bool woken;
    int result; /* for the one that parked: 0, -ETIMEDOUT, -ECANCELED, events */

    /* For whoever looks for deadlocks: subtasks that it waits for, the first that ends, and */
    struct chi_task *const *tasks;
    size_t task_count;
    /* what it waits for without a bound in time. */
    struct chi_hold *lock_wait; /* a lock */
    struct chi_record *awaited; /* one subtask */
    uint64_t serial;            /* number of this wait on its worker */
};

struct chi_worker_stats {
    _Atomic(uint64_t) tasks; /* completed */
    _Atomic(uint64_t) sleeps;
    _Atomic(uint32_t) parked;             /* tasks that wait */
    _Atomic(uint32_t) unstarted;          /* tasks in lanes of containers */
    _Atomic(uint32_t) unstarted_subtasks; /* those of them that handlers made */
    _Atomic(uint64_t) idle_ns;            /* without work, until now or until idle_since */
    _Atomic(uint64_t) idle_since;         /* when it found no more work; 0 while it has some */
    _Atomic(uint64_t) stalls;             /* tasks that held it for longer than runtime.stall_ms */
    _Atomic(uint64_t) moves;              /* how often its lanes went to another worker */
};

#define CHI_BATCH_MAX 32u

/* What was taken from an ingress lane and is still to be ingested. */
struct chi_batch {
    struct chi_ingress *ingress;
    uint32_t next;
    uint32_t count;
    uint64_t items[CHI_BATCH_MAX];
};

struct chi_worker {
    struct chi_runtime *runtime;
    uint32_t id;
    enum chi_priority priority;
    struct chi_allocator allocator;
    struct chi_task_backend backend;

    /* Scheduling; this thread only. */
    struct chi_fiber *running;
    struct chi_fiber *spare; /* suspended schedulers, linked */
    struct chi_fiber *thread_fiber;
    struct chi_fiber_pool *fibers;
    struct chi_record *current; /* whose handler runs now; NULL in the scheduler. orchestrator.h */
    atomic_bool claim;          /* its lanes are not its own to touch */
    bool idle;                  /* it has looked for work for a while */
    struct chi_rest rests;      /* tasks that are parked or rest here */
    struct chi_look rests_look;
    struct chi_timer look_timer; /* of that one and of all lanes that it serves */
    struct chi_waiter *ready_first, *ready_last;
    _Atomic(uint32_t) round;
    struct chi_worker *guests; /* whose lanes it serves besides its own; by handover.next */

    /* Its lanes: containers' and clients'. Whoever serves them; see orchestrator.h. */
    _Atomic(struct chi_worker *) server;       /* itself as a rule */
    struct chi_lane *lanes_first, *lanes_last; /* with unstarted tasks */
    uint32_t lanes_ready;                      /* how many these are */
    struct chi_share *aside;                   /* clients with tasks set aside: share.h */
    bool aside_next;                           /* their turn comes before that of the lanes */
    uint64_t arrivals;
    struct chi_look lanes_look;
    struct chi_lane own_lane;
    struct chi_lane visitors; /* tasks of any lanes that have to run on this thread */
    struct chi_ingress *hot;  /* ingress lanes that are polled */
    struct chi_batch batch;
    struct chi_ingress **by_number; /* ingress lanes by bit of the bell; NULL where none */

    /* Scheduling again. */
    void (*sized_function)(struct chi_worker *, struct chi_record *); /* on its way to its fiber */
    struct chi_record *sized_record;
    struct chi_timers timers;
    uint32_t clients_parked;    /* of the tasks that wait, those of clients: share.h; of them */
    uint32_t parked_beyond;     /* those that their clients have beyond their shares */
    uint32_t copies;            /* made and not merged, of tasks for several containers */
    uint32_t fd_waits;          /* fibers that wait for a descriptor */
    uint32_t outside_waits;     /* fibers at parking places of modules */
    struct chi_poller *pollers; /* of modules; called in every round */
    uint64_t spin_ns;           /* how long to poll before sleeping; adapts */
    uint64_t spin_outside_ns;   /* the same while fibers wait for what is outside */
    struct chi_record_cache records;
    struct chi_lock_cache locks;
    uint64_t parks; /* how often a task has parked here */
    struct chi_arena_cache *outputs;

    /* Others. */
    _Alignas(CHI_CACHE_LINE) struct chi_inbox inbox; /* for its thread */
    struct chi_inbox lane_inbox;                     /* for whoever serves its lanes */
    atomic_uint backlog;                             /* clients' tasks sent to it and not started */
    atomic_bool asleep; /* private twin of the bell's `sleeping`, which clients can overwrite */
    atomic_bool stop;
    struct chi_shm_bell *bell;
    int eventfd;    /* passed to clients */
    int private_fd; /* eventfd for threads of the runtime: no client can read its count away */
    int epoll;
    pthread_t thread;
    bool started;
    _Atomic(uint32_t) ended;                 /* 1: its thread has let go of everything; a futex */
    void (*loop)(struct chi_worker *worker); /* what its scheduler runs; see loop.h */
    bool did;                                /* whether the last round of a stepped one did any */
    atomic_uint lane_count;                  /* lanes of containers that are mapped here */
    atomic_uint lock_waits;                  /* tasks that wait for locks; this thread writes */
    struct chi_handover handover;
    _Alignas(CHI_CACHE_LINE) struct chi_worker_stats stats;
};

/* The calling thread's worker; NULL elsewhere. */
extern _Thread_local struct chi_worker *chi_worker_self;

int chi_worker_create(struct chi_runtime *runtime, uint32_t id, enum chi_priority priority,
                      struct chi_worker **worker);
/* Starts the thread. 0 or -errno. */
int chi_worker_start(struct chi_worker *worker);
/* Asks it to stop, and joins it; -ETIMEDOUT where a handler holds it for longer than that. */
int chi_worker_stop(struct chi_worker *worker, uint64_t timeout_ns);
void chi_worker_destroy(struct chi_worker *worker);
/*
 * Makes the calling thread the worker's until a round is over, for a worker without a thread (see
 * stepper.h). Always the same thread, because fibers stay on theirs. Whether it did anything.
 */
bool chi_worker_step(struct chi_worker *worker);

/* Sends a message to a worker's thread; any thread of the runtime. */
void chi_worker_send(struct chi_worker *worker, struct chi_message *message);
/*
 * The same to whoever serves the worker's lanes: it is handled with `worker` as its worker, but
 * perhaps on another one's thread, chi_worker_self, and may touch the worker's lanes only.
 */
void chi_worker_send_lanes(struct chi_worker *worker, struct chi_message *message);

/* Makes an ingress lane polled; whoever serves the worker's lanes. */
void chi_worker_heat(struct chi_worker *worker, struct chi_ingress *ingress);
/* Forgets an ingress lane; likewise. */
void chi_worker_forget(struct chi_worker *worker, struct chi_ingress *ingress);

/* ---- loop.c */

/* Scheduler: does what there is to do for the lanes of `owner`, which it serves; whether anything
 * was. A task of it may park or stall, and the lanes be another worker's on return. */
bool chi_worker_serve(struct chi_worker *worker, struct chi_worker *owner);
/* Ends a time without work; called where worker->idle, before a task runs. */
void chi_worker_end_idle(struct chi_worker *worker);

/* ---- Who touches the worker's lanes; see orchestrator.h. Its thread only. */

/* The scheduler calls a handler, or goes back into one. Release: what was done to the lanes. */
static inline void chi_worker_enter_task(struct chi_worker *worker, struct chi_record *record)
{
    __atomic_store_n(&worker->current, record, __ATOMIC_RELEASE);
}

/* Back in the scheduler, which may touch the lanes; waits where another worker serves them. */
static inline void chi_worker_leave_task(struct chi_worker *worker)
{
    __atomic_store_n(&worker->current, NULL, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    /* Acquire: pairs with the release of who takes back a claim that was not needed. */
    if (CHI_UNLIKELY(atomic_load_explicit(&worker->claim, memory_order_acquire)))
        chi_worker_await_lanes(worker);
}

/* In a handler, for a moment: false where another worker serves the lanes. */
static inline bool chi_worker_hold_lanes(struct chi_worker *worker, struct chi_record *current)
{
    __atomic_store_n(&worker->current, NULL, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    if (CHI_LIKELY(!atomic_load_explicit(&worker->claim, memory_order_acquire)))
        return true;
    chi_worker_enter_task(worker, current);
    return false;
}

/* Whether `worker`, in its scheduler, serves the lanes of `owner`. */
static inline bool chi_worker_serves(const struct chi_worker *worker,
                                     const struct chi_worker *owner)
{
    return owner == worker || atomic_load_explicit(&owner->server, memory_order_relaxed) == worker;
}

/* ---- park.c: all waiting inside a handler goes through these two. This thread only. */

/*
 * Parks the running task until chi_worker_unpark(waiter), and returns the result. Where the task is
 * to end before its time the result is -ECANCELED or -ETIMEDOUT, without parking from then on, but
 * for a waiter that was unparked before. -ENOMEM where its deadline could not be watched.
 */
int chi_worker_park(struct chi_worker *worker, struct chi_waiter *waiter);
/* What the next chi_worker_park() of the running task will return without parking: 0 or a code. */
int chi_worker_interrupted(const struct chi_worker *worker);
/* Resumes it, soon; the first call counts, later ones do nothing. */
void chi_worker_unpark(struct chi_worker *worker, struct chi_waiter *waiter, int result);
/* The most fibers a worker can have: what the process's mappings allow. */
uint32_t chi_worker_fiber_cap(const struct chi_runtime *runtime);
/* Sees to a spare fiber; false where there is none to be had. */
bool chi_worker_has_spare(struct chi_worker *worker);
/* Runs function(worker, record) on a new fiber with that stack, from the scheduler, which goes on
 * once it has parked or returned. False where no such fiber is to be had. */
bool chi_worker_run_sized(struct chi_worker *worker, size_t stack_size,
                          void (*function)(struct chi_worker *, struct chi_record *),
                          struct chi_record *record);
/* Scheduler: goes on with the oldest waiter that was unparked; returns when it is a spare again. */
void chi_worker_resume_one(struct chi_worker *worker);

/* Whether another task of that client may wait on this worker; its thread. */
static inline bool chi_share_has_room(const struct chi_worker *worker,
                                      const struct chi_origin *origin)
{
    return CHI_LIKELY(worker->clients_parked < worker->runtime->common_room) ||
           chi_share_has_own_room(worker, origin);
}

/* Whether a client's task of `owner`'s lanes may start on `worker`, which serves them. */
static inline bool chi_share_may_start(const struct chi_worker *worker,
                                       const struct chi_worker *owner,
                                       const struct chi_origin *origin)
{
    return chi_share_has_room(worker, origin) &&
           (CHI_LIKELY(owner->aside == NULL) || !chi_share_has_aside(owner, origin));
}

/* ---- poller.c: what modules have the worker look at. */

/* Calls each poller once; whether any found something to do. */
bool chi_worker_poll(struct chi_worker *worker);

/* What stands for a poller in an event of the worker's epoll: its address, made odd. */
static inline void *chi_poller_event(struct chi_poller *poller)
{
    return (char *)poller + 1;
}

/* ---- The path of a task through a worker. ingest.c */

/* Takes in one item of an ingress lane. */
void chi_worker_ingest(struct chi_worker *worker, struct chi_ingress *ingress, uint64_t item,
                       bool run_now);

/* ---- route.c */

/* Finds the task its lane. Runs it at once if `run_now` and the lane is this worker's and empty. */
void chi_worker_route(struct chi_worker *worker, struct chi_record *record, bool run_now);
/*
 * Clients' tasks on their way to a worker's lanes or in them, and those for several containers on
 * their way, are bounded, because each is private memory. False: the worker has too many. Copies
 * and later runs of a periodic task always enter. Taken off again by whoever takes the task off.
 */
bool chi_worker_enter_backlog(struct chi_worker *target, const struct chi_record *record);

/* ---- lane.c: whoever serves the lanes of `owner` */

/* Puts a routed record on a lane of `owner`'s. */
void chi_worker_append(struct chi_worker *owner, struct chi_lane *lane, struct chi_record *record);
/* In which of `owner`'s lanes the record is queued. */
static inline struct chi_lane *chi_worker_lane_of(struct chi_worker *owner,
                                                  const struct chi_record *record)
{
    return record->visitor ? &owner->visitors : record->lane;
}

/* Counts one out that was taken from a list of a lane of `owner`'s. */
void chi_worker_unqueue(struct chi_worker *owner, struct chi_lane *lane, struct chi_fifo *fifo);
/* Runs up to `budget` unstarted tasks of them on `worker`; returns how many. */
uint32_t chi_worker_run_lanes(struct chi_worker *worker, struct chi_worker *owner, uint32_t budget);

/* ---- run.c */

/* Runs it now; the scheduler only. */
void chi_worker_run(struct chi_worker *worker, struct chi_record *record);

/* ---- complete.c */

/* Completes it with a code; the record may be gone afterwards. */
void chi_worker_complete(struct chi_worker *worker, struct chi_record *record, int rc);
/* The same for a client's task of which no record exists. */
void chi_worker_complete_shared(struct chi_origin *origin, struct chi_task *shared, int rc,
                                uint32_t failed);
/* Ends a client's record without a word to the client, whose memory is not there any more. */
void chi_worker_drop(struct chi_worker *worker, struct chi_record *record);
/* The task's last use of its lane in this run; `rc` is what it ends with. */
void chi_worker_leave_lane(struct chi_worker *worker, struct chi_record *record, int rc);
/* Counts a new record in; `owner` is the worker whose count of the origin's it goes by. */
void chi_worker_count(struct chi_worker *worker, const struct chi_worker *owner,
                      struct chi_record *record);
/* Counts it out until its next run. */
void chi_worker_uncount_run(struct chi_worker *worker, struct chi_record *record);

/* The client's own task. */
static inline struct chi_task *chi_worker_shared_task(const struct chi_worker *worker,
                                                      uint64_t offset)
{
    return (struct chi_task *)(void *)((char *)worker->runtime->segments[CHI_SEGMENT_MAIN].base +
                                       offset);
}

/* ---- host.c: what the client API does on a worker's thread. */
void chi_worker_host_init(struct chi_worker *worker);
/* Whether another subtask of this worker's can be sure of a fiber. */
bool chi_worker_has_room(struct chi_worker *worker);

#endif
