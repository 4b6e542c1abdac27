/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime: what the daemon and an embedded runtime are made of. One per process. Its parts:
 * workers (worker.h), origins of tasks (origin.h), pools (pool.h), the control thread (control.h).
 */
#ifndef CHI_RUNTIME_RUNTIME_H
#define CHI_RUNTIME_RUNTIME_H

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

/* How a runtime is to run. Zeroed: as a daemon does, with threads. */
struct chi_runtime_mode {
    bool stepped;  /* without threads; the one that starts it makes every step: stepper.h */
    uint64_t seed; /* of the order of steps; 0: all in turn */
    /* Changes where workers' memory and subtasks come from. */
    void (*adjust_host)(struct chi_allocator *allocator, struct chi_task_backend *backend);
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
    gid_t group;           /* that may attach; only where the config names one */
    atomic_bool abandoned; /* a task did not end in time; its thread is left behind */
    uint64_t started_ns;

    /* Shared memory; who owns what is in private memory. */
    struct chi_segment_map segments[CHI_SEGMENT_COUNT];
    struct chi_extents *extents[CHI_SEGMENT_COUNT];
    struct chi_arena *outputs; /* over runtime data; a block's tag is its borrower's owner number */
    pthread_mutex_t memory_lock;                    /* held while watches are told */
    struct chi_client_memory_watch *memory_watches; /* memory_lock */
    struct chi_shm_header *header;
    struct chi_shm_slot *slots;
    struct chi_shm_bell *bells;

    struct chi_worker *workers[CHI_MAX_WORKERS];
    uint32_t worker_count; /* sched workers first, then slow ones */
    uint32_t sched_count;
    uint32_t lanes_per_client;

    /* Of a worker's fibers: see share.h. */
    uint32_t client_share; /* tasks of each client that may wait in any case */
    uint32_t common_room;  /* those that clients have beyond that, together */
    uint32_t clients_room; /* clients' tasks in all; the other fibers are for subtasks */

    struct chi_origin *origins; /* [max_clients], then the runtime's own */
    uint32_t max_clients;
    struct chi_pool_table *pools;
    atomic_uint next_lane; /* round robin of lanes over workers */
    bool moves_lanes;      /* the orchestrator is at work */
    atomic_bool watched;   /* and the control thread looks for stalls now and then */
    atomic_bool recall;    /* lanes go back to their workers */
    struct chi_control *control;
    int control_fd; /* eventfd that wakes the control thread; -1: there is none */
    struct chi_deadlock_monitor
        *deadlock_monitor;     /* what it saw last; control thread; NULL: nothing yet */
    atomic_bool locks_watched; /* the control thread looks for deadlocks now and then */

    atomic_int state;       /* enum chi_runtime_state */
    atomic_bool cancel_all; /* the grace period is over: see verdict.h */
    int stop_fd;            /* eventfd: somebody asked for a stop */
    _Atomic(uint64_t) grace_period_ns;
    pthread_mutex_t call_lock;
    pthread_cond_t call_done;
};

static inline bool chi_runtime_stopping(const struct chi_runtime *runtime)
{
    return atomic_load_explicit(&runtime->state, memory_order_relaxed) == CHI_RUNTIME_STOPPING;
}

/* Lays out the start of the main segment: header, slots, bells. Returns its size in bytes; `base`
 * NULL only measures. */
uint64_t chi_runtime_lay_out_header(struct chi_runtime *runtime, char *base);

/* Wakes the control thread, which then checks grace periods and monitors. Any thread. */
void chi_runtime_wake_control(const struct chi_runtime *runtime);

/* Asks for a stop from inside; any thread. UINT64_MAX: the configured grace period. */
void chi_runtime_request_stop(struct chi_runtime *runtime, uint64_t grace_period_ns);

#endif
