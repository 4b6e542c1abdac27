/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues and lanes of a container: what they are made of. See sched/orchestrator.h for who may
 * touch a lane. */
#ifndef CHI_RUNTIME_LANE_H
#define CHI_RUNTIME_LANE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "chimaera/container.h"
#include "runtime/core/message.h"

struct chi_pool;
struct chi_worker;

#define CHI_LANES_MAX 1024u /* of one queue */

/*
 * A lane of a container: its tasks that wait to be started, in order of arrival. Belongs to
 * whoever serves its worker's lanes. Subtasks have a list of their own: when tasks may not be
 * started because too many wait (share.h), subtasks still may, for it is them that others wait for.
 *
 * All tasks of the lane that have begun and not ended are on one thread, the runner's; so they
 * never run at the same time. Who serves the lane makes itself the runner only while there are
 * none.
 */
struct chi_lane {
    struct chi_container *container; /* NULL: a worker's own lane, for work without a container */
    struct chi_worker *worker;
    _Atomic(struct chi_worker *) runner;
    atomic_uint bound;   /* tasks that parked, or were sent to the runner, and have not ended */
    atomic_uint foreign; /* those of them that were sent: later tasks stay behind them */
    struct chi_fifo tasks;
    struct chi_fifo subtasks;
    STAILQ_ENTRY(chi_lane) link; /* on its worker's list of lanes with unstarted tasks */
    bool ready;
    _Atomic(uint32_t) waiting; /* length of the lists; who serves it writes */
    _Atomic(uint64_t) done;    /* tasks completed; its runner writes */
    _Atomic(uint64_t) dropped; /* likewise, that others than the runner ended before they began */
    _Atomic(uint64_t) load;    /* sum of the estimates of its tasks that have not completed */
};

/* On whose thread its tasks are. */
static inline struct chi_worker *chi_lane_runner(const struct chi_lane *lane)
{
    return atomic_load_explicit(&lane->runner, memory_order_relaxed);
}

/* Whether its next task may run on that worker at once. */
static inline bool chi_lane_runs_on(const struct chi_lane *lane, const struct chi_worker *worker)
{
    return chi_lane_runner(lane) == worker &&
           atomic_load_explicit(&lane->foreign, memory_order_relaxed) == 0;
}

struct chi_queue {
    chi_queue_id_t id;
    uint32_t lane_count;
    enum chi_priority priority;
    atomic_uint turn; /* where the search for the least loaded lane begins */
    struct chi_lane *lanes;
    struct chi_queue *next;
};

/* A method whose handler wants a stack of its own. */
struct chi_method_stack {
    uint32_t method;
    size_t size;
    struct chi_method_stack *next;
};

struct chi_container_priv {
    struct chi_pool *pool;
    _Atomic(struct chi_method_stack *) stacks; /* NULL as a rule */
    _Atomic(struct chi_queue *) queues;
};

/* Makes a lane empty, on that worker. */
void chi_lane_init_private(struct chi_lane *lane, struct chi_container *container,
                           struct chi_worker *worker);

/* The queue of that id; NULL where the container has none. Any worker. */
struct chi_queue *chi_container_find_queue(const struct chi_container *container,
                                           chi_queue_id_t id);

/* The stack the method's handler asked for, in bytes; 0: none. */
size_t chi_container_stack_size(const struct chi_container *container, uint32_t method);

#endif
