/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pools, their containers, queues and lanes. Workers find a pool by id without a lock; changes are
 * made by handlers of the admin module, which may park.
 */
#ifndef CHI_RUNTIME_POOL_H
#define CHI_RUNTIME_POOL_H

#include <pthread.h>
#include <stdatomic.h>

#include "chimaera/container.h"
#include "runtime/message.h"
#include "runtime/module.h"
#include "runtime/pool_request.h"

struct chi_record;
struct chi_runtime;
struct chi_worker;

#define CHI_POOL_TABLE_SIZE 4096u /* places; half of it are pools at most */
#define CHI_LANES_MAX       1024u /* of one queue */

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
    atomic_uint bound;    /* tasks that parked, or were sent to the runner, and have not ended */
    atomic_uint visitors; /* those of them that were sent: later tasks stay behind them */
    struct chi_fifo tasks;
    struct chi_fifo subtasks;
    struct chi_lane *next_ready; /* on its worker's list of lanes with work */
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
           atomic_load_explicit(&lane->visitors, memory_order_relaxed) == 0;
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

enum chi_pool_state {
    CHI_POOL_CREATING = 0, /* only its own Create task runs */
    CHI_POOL_READY = 1,
    CHI_POOL_DYING = 2, /* not found any more; its tasks in flight run on */
};

/* Only the sums over all workers mean something; see origin.h. */
struct chi_pool_cell {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint64_t) begun; /* tasks counted in, and */
    _Atomic(uint64_t) completed;                      /* counted out; its worker writes */
};

struct chi_pool {
    chi_pool_id_t id;
    char *name;
    const struct chi_module *module;
    const struct chi_container_ops *ops; /* the module's */
    uint32_t monitor_modes;              /* bits of those that its monitors want to be asked for */
    char *params; /* as archived; decides whether a second request means the same pool */
    size_t params_size;
    atomic_int state;
    atomic_bool cancel; /* its tasks are to end: see cancel.h */
    uint32_t container_count;
    struct chi_container **containers;
    struct chi_pool_cell *cells; /* [worker_count] */
    struct chi_runtime *runtime;
};

struct chi_pool_table {
    pthread_mutex_t lock; /* changes; never held while parked */
    _Atomic(struct chi_pool *) places[CHI_POOL_TABLE_SIZE];
    uint32_t count;
    uint32_t next_major;
    struct chi_module_table modules;
};

int chi_pool_table_create(struct chi_runtime *runtime, struct chi_pool_table **table);
void chi_pool_table_destroy(struct chi_pool_table *table);

/* The pool of that id that takes tasks, or NULL. Workers; good until the worker's next message. */
static inline struct chi_pool *chi_pool_find(const struct chi_pool_table *table, chi_pool_id_t id)
{
    for (uint32_t i = 0; i < CHI_POOL_TABLE_SIZE; i++) {
        /* Acquire: pairs with the release that published the pool. */
        struct chi_pool *pool = atomic_load_explicit(
            &table->places[(id.major + i) % CHI_POOL_TABLE_SIZE], memory_order_acquire);
        if (pool == NULL)
            return NULL;
        if (chi_pool_id_equal(pool->id, id))
            return atomic_load_explicit(&pool->state, memory_order_acquire) == CHI_POOL_READY
                       ? pool
                       : NULL;
    }
    return NULL;
}

/*
 * Gets or creates a pool. In a handler; parks. 0 with `answer` set, or a code with the reason in
 * chi_last_error().
 */
CHI_API int chi_pool_get_or_create(struct chi_runtime *runtime,
                                   const struct chi_pool_request *request,
                                   struct chi_pool_answer *answer);

/* The id of the pool of that name. 0 or CHI_ENOPOOL. */
int chi_pool_id_by_name(struct chi_runtime *runtime, const char *name, chi_pool_id_t *id);

/*
 * Finds a pool by name, id or both; an empty `mod_name` is any. In a handler; parks while it is
 * being created or destroyed. 0 with `pool_id` set, or a code with the reason in chi_last_error().
 */
int chi_pool_open(struct chi_runtime *runtime, const struct chi_pool_request *request,
                  chi_pool_id_t *pool_id);

/*
 * schemas.c: whether the client means the same tasks and parameters as the module. 0, CHI_ESCHEMA,
 * -EINVAL (more schemas than methods are possible), CHI_EARCHIVE (damaged parameters).
 */
int chi_pool_check_schemas(const struct chi_module *module, const struct chi_pool_request *request);

/*
 * Destroys a pool when its tasks have completed; with `cancel` those that have not begun or wait
 * are ended, also where somebody else destroys it already and waits. In a handler; parks, and is
 * not cut short. CHI_ENOPOOL, -EPERM for admin, -EDEADLK where a handler of the pool waits for
 * this; it stays then. What Destroy returned.
 */
int chi_pool_destroy(struct chi_runtime *runtime, chi_pool_id_t id, bool cancel);

/* Destroys all pools, admin last. In a handler; parks. */
int chi_pool_destroy_all(struct chi_runtime *runtime);

/* Parks until every worker has handled a message. Not to be cut short: shielded. */
void chi_pool_pass_all_workers(struct chi_runtime *runtime);

/* Calls `visit` for every pool, with the table locked. */
void chi_pool_visit(struct chi_runtime *runtime, void (*visit)(struct chi_pool *, void *),
                    void *argument);

int64_t chi_pool_in_flight(const struct chi_pool *pool);

/* container.c: makes a lane empty, on that worker. */
void chi_lane_init_private(struct chi_lane *lane, struct chi_container *container,
                           struct chi_worker *worker);
/* Frees the queues of a container that has no tasks. */
void chi_container_free_queues(struct chi_container *container);
/* The stack the method's handler asked for, in bytes; 0: none. */
size_t chi_container_stack_size(const struct chi_container *container, uint32_t method);

#endif
