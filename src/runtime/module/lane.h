/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues and lanes of a container, and which worker serves and runs a lane. Created by
 * pools/queues.c, used by path/. See sched/orchestrator.h for the thread that may access a lane.
 */
#ifndef CHI_RUNTIME_MODULE_LANE_H
#define CHI_RUNTIME_MODULE_LANE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "chimaera/container.h"
#include "runtime/core/message.h"

struct chi_pool;
struct chi_queue;
struct chi_worker;

#define CHI_LANES_MAX 1024u /* lanes of a queue */

/*
 * A lane of a container: its unstarted tasks, in order of arrival. Owned by the thread that serves
 * the lanes of `worker`. Subtasks have their own list: when tasks may not start because too many
 * are parked (worker/share.h), subtasks may, because parked tasks wait for them.
 *
 * All tasks of the lane that have begun and not ended are on one thread, the runner's, so they
 * never run at the same time. The thread that serves the lane makes itself the runner only while
 * there is no such task.
 */
struct chi_lane {
    struct chi_container *container; /* NULL: a worker's own lane, for tasks without a container */
    struct chi_worker *worker;       /* the owner; its lanes may be lent to another worker */
    struct chi_queue *queue;         /* NULL: it has one lane, or the lane is a worker's own */
    _Atomic(struct chi_worker *) runner;
    atomic_uint bound;   /* tasks that have parked or were sent to the runner, and have not ended */
    atomic_uint foreign; /* those that were sent to the runner: later tasks follow them there */
    struct chi_fifo tasks;
    struct chi_fifo subtasks;
    STAILQ_ENTRY(chi_lane) link; /* on its worker's list of lanes with unstarted tasks */
    bool ready;                  /* on that list */
    _Atomic(uint32_t) waiting;   /* length of both lists; written by the serving thread */
    _Atomic(uint64_t) done;      /* completed tasks; written by the runner */
    _Atomic(uint64_t) dropped;   /* tasks completed before they began, by another thread */
    _Atomic(uint64_t) load;      /* sum of the estimates of its tasks that have not completed */
};

/* Returns the worker on whose thread the lane's tasks run. */
static inline struct chi_worker *chi_lane_runner(const struct chi_lane *lane)
{
    return atomic_load_explicit(&lane->runner, memory_order_relaxed);
}

/* Returns whether its next task may run on that worker at once. */
static inline bool chi_lane_runs_on(const struct chi_lane *lane, const struct chi_worker *worker)
{
    return chi_lane_runner(lane) == worker &&
           atomic_load_explicit(&lane->foreign, memory_order_relaxed) == 0;
}

struct chi_queue {
    chi_queue_id_t id;
    uint32_t lane_count;
    enum chi_priority priority;
    atomic_uint turn;         /* where chi_container_lane_least_loaded() begins */
    _Atomic(uint64_t) run_ns; /* how long its tasks run, by samples; any worker */
    struct chi_lane *lanes;
    struct chi_queue *next;
};

/* A method whose handler gets a larger stack. */
struct chi_method_stack {
    uint32_t method;
    size_t size; /* bytes */
    struct chi_method_stack *next;
};

struct chi_container_priv {
    struct chi_pool *pool;
    _Atomic(struct chi_method_stack *) stacks; /* usually NULL */
    _Atomic(struct chi_queue *) queues;
};

/* Initialises an empty lane of that worker. */
void chi_lane_init_private(struct chi_lane *lane, struct chi_container *container,
                           struct chi_worker *worker);

/* Returns the queue with that id, or NULL. Any worker. */
struct chi_queue *chi_container_find_queue(const struct chi_container *container,
                                           chi_queue_id_t id);

/* Returns the stack size that was set for the method, in bytes; 0: none. Any worker. */
size_t chi_container_stack_size(const struct chi_container *container, uint32_t method);

#endif
