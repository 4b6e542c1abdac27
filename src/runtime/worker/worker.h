/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker: a thread that polls ingress lanes, runs tasks and sleeps when there is nothing to do.
 * See worker/park.h for its fibers and sched/orchestrator.h for access to its lanes. Created by
 * worker/lifetime.c; the comment of each part says which thread accesses it.
 */
#ifndef CHI_RUNTIME_WORKER_WORKER_H
#define CHI_RUNTIME_WORKER_WORKER_H

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
#include "runtime/worker/ops.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/stats.h"
#include "runtime/worker/wait_entry.h"
#include "task/allocator.h"

#define CHI_BATCH_MAX 32u

/* Items that were taken from an ingress lane and are not ingested yet. */
struct chi_batch {
    struct chi_ingress *ingress;
    uint32_t next;
    uint32_t count;
    uint64_t items[CHI_BATCH_MAX];
};

/* The worker's thread. */
struct chi_worker_fibers {
    struct chi_fiber *running;
    struct chi_fiber *spare; /* suspended schedulers, by `link` */
    struct chi_fiber *thread;
    struct chi_fiber_pool *pool;
    STAILQ_HEAD(, chi_waiter) ready; /* unparked, oldest first */
    void (*sized_function)(struct chi_worker *,
                           struct chi_record *); /* for the fiber that starts */
    struct chi_record *sized_record;
    uint64_t parks; /* number of waits so far */
};

/* Lanes of containers and of clients. The thread that serves them. */
struct chi_worker_lanes {
    _Atomic(struct chi_worker *) server; /* usually the worker itself; NULL: on their way */
    STAILQ_HEAD(, chi_lane) unstarted;   /* with unstarted tasks */
    uint32_t ready;                      /* length of that list */
    bool deferred_next;                  /* deferred tasks come before the lanes next time */
    STAILQ_HEAD(, chi_share) deferred;   /* shares with deferred tasks: worker/share.h */
    uint64_t arrivals;                   /* tasks that came so far */
    struct chi_scan scan;
    struct chi_lane own;            /* for tasks without a container's lane */
    struct chi_lane foreign;        /* foreign tasks, of any lanes, that run on this thread */
    STAILQ_HEAD(, chi_ingress) hot; /* the poll list */
    struct chi_batch batch;
    struct chi_fifo messages;       /* taken from the inbox and not handled yet */
    bool handles_messages;          /* one of them is being handled; else there are none */
    struct chi_ingress **by_number; /* ingress lanes by their bit in the bell; NULL: none */
};

#define CHI_RECENT_TASKS 16u

/* Tasks that wait. The worker's thread. */
struct chi_worker_waits {
    struct chi_wait_list entries;
    struct chi_scan scan;
    struct chi_timer scan_timer; /* of that scan and of those of all lanes that it serves */
    struct chi_timers timers;
    uint32_t clients;       /* parked tasks of clients: worker/share.h */
    uint32_t beyond_shares; /* those of them beyond the shares of their clients */
    uint32_t copies;        /* copies that are made and not merged */
    uint32_t descriptors;   /* fibers that wait for a descriptor */
    uint32_t outside;       /* fibers at parking places of modules */
};

/* How it polls. The worker's thread. */
struct chi_worker_polling {
    struct chi_poller *pollers; /* of modules; called once a round */
    uint64_t spin_ns;           /* how long it polls before it sleeps; adapts */
    uint64_t spin_outside_ns;   /* the same while `descriptors` or `outside` is not 0 */
};

/* Memory for reuse. The worker's thread. */
struct chi_worker_caches {
    struct chi_record_cache records;
    struct chi_message *holds; /* free ones: sync/lock.h */
    struct chi_arena_cache *outputs;
};

/* How other threads wake it. Any thread of the runtime. */
struct chi_worker_wake {
    _Alignas(CHI_CACHE_LINE) struct chi_inbox inbox; /* for its thread */
    struct chi_inbox lane_inbox;                     /* for the thread that serves its lanes */
    atomic_uint backlog; /* tasks of clients sent to it and not started */
    atomic_bool asleep;  /* private copy of the bell's `sleeping`, which clients can overwrite */
    atomic_bool stop;
    struct chi_shm_bell *bell;
    int eventfd;    /* passed to clients */
    int private_fd; /* eventfd for threads of the runtime, which no client can read */
    int epoll;
};

/* Its thread. The thread that starts and stops the runtime, except for `did` and `ended`. */
struct chi_worker_thread {
    pthread_t handle;
    bool started;
    bool did;                /* stepped: whether the last round did anything */
    _Atomic(uint32_t) ended; /* futex; 1: the thread does nothing more */
};

struct chi_error_texts;

struct chi_worker {
    struct chi_runtime *runtime;
    uint32_t id;
    enum chi_priority priority;
    const struct chi_worker_ops *ops;
    struct chi_allocator allocator;
    struct chi_task_backend backend;
    struct chi_record *current;    /* whose handler runs; NULL in the scheduler: orchestrator.h */
    atomic_bool takeover;          /* the orchestrator has taken over its lanes */
    bool idle;                     /* it has polled for a while and found no work */
    bool forwarded;                /* it forwarded tasks since `routed` of a lane was written */
    _Atomic(uint32_t) round;       /* number of rounds so far */
    SLIST_HEAD(, chi_worker) lent; /* workers whose lanes it serves besides its own */
    struct chi_worker_fibers fibers;
    struct chi_worker_lanes lanes;
    struct chi_worker_waits waits;
    /* Of the last tasks that it ran, by `stats.tasks`, for the report of a crash. Its thread. */
    const struct chi_task_schema *recent[CHI_RECENT_TASKS];
    struct chi_worker_polling polling;
    struct chi_worker_caches caches;
    struct chi_worker_wake wake;
    struct chi_worker_thread thread;
    struct chi_error_texts *error_texts; /* what handlers said here: worker/error_text.h */
    atomic_uint lane_count;              /* lanes of containers that are mapped to it */
    atomic_uint lock_waits;              /* tasks that wait for locks; written by its thread */
    struct chi_handover handover;
    _Alignas(CHI_CACHE_LINE) struct chi_worker_stats stats;
};

#endif
