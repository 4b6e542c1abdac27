/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker: one thread that polls ingress lanes, runs tasks and sleeps when there is nothing to do.
 * See park.h for its fibers and sched/orchestrator.h for who may touch its lanes.
 */
#ifndef CHI_RUNTIME_WORKER_H
#define CHI_RUNTIME_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/cpu.h"
#include "client/task_backend.h"
#include "fiber/fiber.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/module/lane.h"
#include "runtime/worker/handover.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/wait_entry.h"
#include "task/allocator.h"

#define CHI_BATCH_MAX 32u

/* What was taken from an ingress lane and is still to be ingested. */
struct chi_batch {
    struct chi_ingress *ingress;
    uint32_t next;
    uint32_t count;
    uint64_t items[CHI_BATCH_MAX];
};

/* What the scheduler, which is above, does for the worker. */
struct chi_worker_ops {
    void (*loop)(struct chi_worker *worker); /* runs until `stop`; on a fiber */
    void (*step_loop)(
        struct chi_worker *worker); /* the same, back to the thread after each round */
    chi_message_handler_t scan_entries;
    chi_message_handler_t scan_lanes;
    void (*scan_due)(struct chi_worker *worker, struct chi_timer *timer);
};

/* Its thread's. */
struct chi_worker_fibers {
    struct chi_fiber *running;
    struct chi_fiber *spare; /* suspended schedulers, linked */
    struct chi_fiber *thread;
    struct chi_fiber_pool *pool;
    STAILQ_HEAD(, chi_waiter) ready;                                  /* unparked, oldest first */
    void (*sized_function)(struct chi_worker *, struct chi_record *); /* on its way to its fiber */
    struct chi_record *sized_record;
    uint64_t parks; /* how often a task has parked here */
};

/* Lanes of containers and of clients. The thread's that serves them. */
struct chi_worker_lanes {
    _Atomic(struct chi_worker *) server; /* itself as a rule */
    STAILQ_HEAD(, chi_lane) unstarted;   /* with unstarted tasks */
    uint32_t ready;                      /* how many these are */
    bool deferred_next;                  /* deferred tasks' turn comes before that of the lanes */
    STAILQ_HEAD(, chi_share) deferred;   /* clients with deferred tasks: share.h */
    uint64_t arrivals;
    struct chi_scan scan;
    struct chi_lane own;
    struct chi_lane foreign;        /* tasks of any lanes that have to run on this thread */
    STAILQ_HEAD(, chi_ingress) hot; /* the poll list */
    struct chi_batch batch;
    struct chi_ingress **by_number; /* ingress lanes by bit of the bell; NULL where none */
};

/* Tasks that wait. Its thread's. */
struct chi_worker_waits {
    struct chi_wait_list entries;
    struct chi_scan scan;
    struct chi_timer scan_timer; /* of that scan and those of all lanes that it serves */
    struct chi_timers timers;
    uint32_t clients;       /* parked tasks of clients: share.h; of them */
    uint32_t beyond_shares; /* those that their clients have beyond their shares */
    uint32_t copies;        /* made and not merged, of tasks for several containers */
    uint32_t descriptors;   /* fibers that wait for one */
    uint32_t outside;       /* fibers at parking places of modules */
};

/* How it polls. Its thread's. */
struct chi_worker_polling {
    struct chi_poller *pollers; /* of modules; called in every round */
    uint64_t spin_ns;           /* how long to poll before sleeping; adapts */
    uint64_t spin_outside_ns;   /* the same while fibers wait for what is outside */
};

/* Memory for reuse. Its thread's. */
struct chi_worker_caches {
    struct chi_record_cache records;
    struct chi_message *holds; /* sync/lock.h */
    struct chi_arena_cache *outputs;
};

/* How it is woken. Any thread of the runtime. */
struct chi_worker_wake {
    _Alignas(CHI_CACHE_LINE) struct chi_inbox inbox; /* for its thread */
    struct chi_inbox lane_inbox;                     /* for the thread that serves its lanes */
    atomic_uint backlog;                             /* clients' tasks sent to it and not started */
    atomic_bool asleep; /* private twin of the bell's `sleeping`, which clients can overwrite */
    atomic_bool stop;
    struct chi_shm_bell *bell;
    int eventfd;    /* passed to clients */
    int private_fd; /* eventfd for threads of the runtime: no client can read its count away */
    int epoll;
};

/* Its thread is made and joined by the thread that starts the runtime. */
struct chi_worker_thread {
    pthread_t handle;
    bool started;
    bool did;                /* whether the last round of a stepped one did anything */
    _Atomic(uint32_t) ended; /* 1: it has let go of everything; a futex */
};

/* Written by its thread, read by any. */
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

struct chi_worker {
    struct chi_runtime *runtime;
    uint32_t id;
    enum chi_priority priority;
    const struct chi_worker_ops *ops;
    struct chi_allocator allocator;
    struct chi_task_backend backend;
    struct chi_record *current; /* whose handler runs now; NULL in the scheduler. orchestrator.h */
    atomic_bool takeover;       /* its lanes are not its own to touch */
    bool idle;                  /* it has looked for work for a while */
    _Atomic(uint32_t) round;
    SLIST_HEAD(, chi_worker) lent; /* whose lanes it serves besides its own; by handover.link */
    struct chi_worker_fibers fibers;
    struct chi_worker_lanes lanes;
    struct chi_worker_waits waits;
    struct chi_worker_polling polling;
    struct chi_worker_caches caches;
    struct chi_worker_wake wake;
    struct chi_worker_thread thread;
    atomic_uint lane_count; /* lanes of containers that are mapped here */
    atomic_uint lock_waits; /* tasks that wait for locks; this thread writes */
    struct chi_handover handover;
    _Alignas(CHI_CACHE_LINE) struct chi_worker_stats stats;
};

#endif
