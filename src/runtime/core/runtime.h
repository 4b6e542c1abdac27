/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of a runtime, one per process: the daemon's, or an embedded one. Its parts are workers
 * (worker/worker.h), origins of tasks (core/origin.h), pools (module/pool.h) and the control thread
 * (control/control.h). Created and freed by host/start.c; each member says which thread changes it,
 * or is set before the first thread starts.
 */
#ifndef CHI_RUNTIME_CORE_RUNTIME_H
#define CHI_RUNTIME_CORE_RUNTIME_H

#include <pthread.h>
#include <stdatomic.h>

#include "chimaera/config.h"
#include "chimaera/status.h"
#include "config/config.h"
#include "shm/arena.h"
#include "shm/extents.h"
#include "shm/layout.h"
#include "shm/paths.h"
#include "shm/segment.h"

struct chi_client_memory_watch;
struct chi_control;
struct chi_allocator;
struct chi_task_backend;
struct chi_deadlock_monitor;
struct chi_origin;
struct chi_pool_table;
struct chi_stepper;
struct chi_worker;

/* How a runtime runs. Zeroed: with threads, as the daemon does. */
struct chi_runtime_mode {
    bool embedded; /* in a process with a purpose of its own, such as a test: host/embedded.c */
    bool stepped;  /* no threads: the thread that starts it makes every step; host/stepper.h */
    uint64_t seed; /* decides the order of steps; 0: in turn */
    /* Replaces functions of the workers' allocator and task backend; NULL: none. */
    void (*adjust_backend)(struct chi_allocator *allocator, struct chi_task_backend *backend);
};

enum chi_runtime_state {
    CHI_RUNTIME_STARTING = 0,
    CHI_RUNTIME_RUNNING = 1,
    CHI_RUNTIME_STOPPING = 2, /* new tasks of clients get CHI_ESTOPPING */
};

struct chi_runtime {
    struct chi_config config;
    struct chi_runtime_mode mode;
    struct chi_stepper *stepper; /* NULL: the workers have threads */
    struct chi_paths paths;
    int lock_fd;
    gid_t group;           /* whose members may attach; only if config.group is set */
    atomic_bool abandoned; /* a task did not end in time, and its thread was left running */
    uint64_t started_ns;

    /* Shared memory. Which client owns which unit is in private memory. */
    struct chi_segment_map segments[CHI_SEGMENT_COUNT];
    int read_only_fd; /* of runtime data, for clients: it cannot be mapped for writing */
    struct chi_extents *extents[CHI_SEGMENT_COUNT];
    struct chi_arena *outputs;   /* over runtime data; tag of a block: its borrower's `owner` */
    pthread_mutex_t memory_lock; /* held while watches are called */
    struct chi_client_memory_watch *memory_watches; /* memory_lock */
    struct chi_shm_header *header;
    struct chi_shm_slot *slots;
    struct chi_shm_bell *bells;

    struct chi_worker *workers[CHI_MAX_WORKERS];
    uint32_t worker_count; /* low latency first, then high latency */
    uint32_t sched_count;
    uint32_t lanes_per_client;

    /* Limits of a worker's fibers: worker/share.h. */
    uint32_t client_share; /* parked tasks that each client may always have */
    uint32_t common_room;  /* parked tasks of all clients beyond their shares */
    uint32_t clients_room; /* parked tasks of all clients; the other fibers are for subtasks */

    struct chi_origin *origins; /* [max_clients], then the runtime's own */
    uint32_t max_clients;
    struct chi_pool_table *pools;
    atomic_uint next_lane; /* counter that spreads lanes over the workers */
    bool moves_lanes;      /* the orchestrator is enabled */
    atomic_bool watched;   /* the control thread checks periodically for held workers */
    atomic_bool recall;    /* all lent lanes have to go back to their workers */
    struct chi_control *control;
    int control_fd; /* eventfd that wakes the control thread; -1: none */
    struct chi_deadlock_monitor *deadlock_monitor; /* control thread; NULL until first needed */
    atomic_bool locks_watched; /* the control thread checks periodically for deadlocks */

    atomic_int state;                  /* enum chi_runtime_state */
    atomic_bool cancel_all;            /* the grace period of the stop is over; worker/verdict.h */
    int stop_fd;                       /* eventfd: a stop was requested */
    _Atomic(uint64_t) grace_period_ns; /* of the stop */
    pthread_mutex_t call_lock;         /* host/call.c */
    pthread_cond_t call_done;
};

static inline bool chi_runtime_stopping(const struct chi_runtime *runtime)
{
    return atomic_load_explicit(&runtime->state, memory_order_relaxed) == CHI_RUNTIME_STOPPING;
}

/*
 * Writes the start of the main segment: header, slots and bells.
 *   base   address of the segment; NULL: only computes the size
 * Returns the size of that part in bytes. The thread that starts the runtime, then the control
 * thread.
 */
uint64_t chi_runtime_lay_out_header(struct chi_runtime *runtime, char *base);

/* Wakes the control thread, which then checks grace periods and monitors. Any thread. */
void chi_runtime_wake_control(const struct chi_runtime *runtime);

/*
 * Requests a stop of the runtime, which the thread that started it carries out. Any thread.
 *   grace_period_ns   nanoseconds that running tasks get; UINT64_MAX: as configured
 */
void chi_runtime_request_stop(struct chi_runtime *runtime, uint64_t grace_period_ns);

#endif
