/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime side of a module: containers, their queues and lanes, the vtable and the descriptor
 * that the loader looks for. All calls are made by the module's handlers and monitors, on a worker
 * thread.
 */
#ifndef CHIMAERA_CONTAINER_H
#define CHIMAERA_CONTAINER_H

#include "chimaera/archive.h"
#include "chimaera/buffer.h"
#include "chimaera/hash.h"
#include "chimaera/log.h"
#include "chimaera/params.h"
#include "chimaera/schema.h"
#include "chimaera/status.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/vector.h"

#define CHI_MODULE_MAGIC   0x4d494843u /* "CHIM" */
#define CHI_MODULE_ABI     3u          /* changes when a struct of these headers changes */
#define CHI_POOL_NAME_MAX  255u        /* bytes, without the final \0 */
#define CHI_CONTAINERS_MAX 16384u      /* of a pool, on one node */

/* Methods every module has; a module's own begin at CHI_METHOD_CUSTOM. 6 to 9 are reserved. */
enum chi_inherited_method {
    CHI_METHOD_CREATE = 0,
    CHI_METHOD_DESTROY = 1,
    CHI_METHOD_NODE_FAILURE = 2,
    CHI_METHOD_RECOVER = 3,
    CHI_METHOD_MIGRATE = 4,
    CHI_METHOD_UPGRADE = 5,
    CHI_METHOD_CUSTOM = 10,
};

/* When a monitor is asked. It never parks and makes no tasks. */
enum chi_monitor_mode {
    CHI_MONITOR_LOCAL_SCHEDULE = 0, /* each task once before it runs: set rctx->route_lane */
    /* Once before the query is resolved, where it is Dynamic or names several containers. May set
     * task->pool_query, which is checked again, and IN members; nothing else counts. `self` is the
     * pool's first container on this node, whose handlers may run at the same time. */
    CHI_MONITOR_GLOBAL_SCHEDULE = 1,
    CHI_MONITOR_EST_LOAD = 2, /* after LOCAL_SCHEDULE: set rctx->load. Only where asked for */
    CHI_MONITOR_CLEANUP = 3,  /* the task has its code and outputs. Only where asked for */
};

struct chi_lane;
struct chi_container;

/* One running task, as its handler and monitor see it. Valid while the task runs. */
struct chi_run_context {
    struct chi_lane
        *route_lane; /* set by the monitor: the lane of its container that runs the task */
    struct chi_container *container;
    /* Set by the monitor: what the task adds to its lane's load until it completes; nanoseconds of
     * work, or any other unit that the container uses for all its lanes. 0 as a rule. */
    uint64_t load;
};

struct chi_container_priv;

/* First member of every module's state struct; the runtime zeroes that and fills this in. */
struct chi_container {
    chi_pool_id_t pool_id;
    chi_container_id_t container_id;
    uint32_t container_count; /* of the pool */
    const char *pool_name;
    struct chi_container_priv *priv;
};

/* What the generator fills in for a module. `method` is always one for which `schema` is not NULL.
 */
struct chi_container_ops {
    /* Calls the method's handler; its return value is the task's return code. */
    int (*run)(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx);
    /* Calls the method's monitor. Never parks. */
    void (*monitor)(struct chi_container *self, enum chi_monitor_mode mode, uint32_t method,
                    struct chi_task *task, struct chi_run_context *rctx);
    /* The method's schema: what copy-in, copy-out and freeing go by. NULL: no such method. */
    struct chi_task_schema *(*schema)(uint32_t method);
    const struct chi_schema *create_params; /* NULL: the module takes none */
    /* Fills `copy`, zeroed but for its base, with what the handler is to see: chi_task_copy(). */
    int (*new_copy)(uint32_t method, const struct chi_task *task, struct chi_task *copy);
    /* Merges a copy that is done: chi_task_aggregate(), or what chimaera_mod.yaml names. */
    void (*aggregate)(uint32_t method, struct chi_task *into, struct chi_task *copy);
    /*
     * Tasks as bytes, by method: what chi_task_save_in() and its relatives do by schema. `load_in`
     * fills a task fresh from chi_task_new(); `del` frees such a task with all that was made for
     * it.
     */
    void (*del)(uint32_t method, struct chi_task *task);
    int (*save_in)(uint32_t method, const struct chi_task *task, struct chi_string *archive);
    int (*load_in)(uint32_t method, const void *data, size_t size, struct chi_task *task);
    int (*save_out)(uint32_t method, const struct chi_task *task, struct chi_string *archive);
    int (*load_out)(uint32_t method, const void *data, size_t size, struct chi_task *task);
};

/* The one symbol a module exports. The loader checks magic and ABI before it reads on. */
struct chi_module_descriptor {
    uint32_t magic;
    uint32_t abi;
    const char *name; /* "<ns>_<mod>"; the library is lib<name>_runtime.so */
    const char *version;
    uint64_t container_size; /* sizeof the module's state struct */
    const struct chi_container_ops *ops;
    uint32_t monitor_modes; /* bits, 1u << CHI_MONITOR_EST_LOAD and _CLEANUP: it wants these */
};

#define CHI_MODULE_SYMBOL chi_module_descriptor

CHI_BEGIN_DECLS

/*
 * Creates queue `queue_id` with `lane_count` lanes of that class, spread over the class's workers.
 * Called by Create. The same call again changes nothing. 0, -EINVAL (no lanes, or more than 1024),
 * -EEXIST (there with other lanes or class), -ENOMEM.
 */
CHI_API int chi_container_create_queue(struct chi_container *container, chi_queue_id_t queue_id,
                                       uint32_t lane_count, enum chi_priority priority);

/* A lane by its place in the queue; NULL where there is none. */
CHI_API struct chi_lane *chi_container_lane(struct chi_container *container,
                                            chi_queue_id_t queue_id, chi_lane_id_t lane_id);

/*
 * The lane `hash` modulo the queue's number of lanes; NULL where there is no such queue. Where the
 * same hash chose the container, divide it by container_count first: its remainder is the same for
 * every task that comes here.
 */
CHI_API struct chi_lane *chi_container_lane_by_hash(struct chi_container *container,
                                                    chi_queue_id_t queue_id, uint32_t hash);

/*
 * The first lane of the queue that belongs to the calling worker: what a monitor sets for work that
 * shall run where it came in. NULL where there is none.
 */
CHI_API struct chi_lane *chi_container_local_lane(struct chi_container *container,
                                                  chi_queue_id_t queue_id);

/*
 * The lane of the queue with the smallest load, and among equals with the fewest tasks that have
 * not begun; equals take turns. NULL where there is no such queue. Looks at every lane.
 */
CHI_API struct chi_lane *chi_container_lane_least_loaded(struct chi_container *container,
                                                         chi_queue_id_t queue_id);

/* A lane's tasks that have not begun: how many, and whether there are none. Any worker; to others
 * than the lane's, a moment late. */
CHI_API uint32_t chi_lane_size(const struct chi_lane *lane);
CHI_API bool chi_lane_is_empty(const struct chi_lane *lane);

/* The sum of the estimates of the lane's tasks that have not completed; see rctx->load. */
CHI_API uint64_t chi_lane_load(const struct chi_lane *lane);

/*
 * Gives the handler of `method` a stack of at least `stack_size` bytes, where that is more than
 * runtime.stack_size. Called by Create. 0, -EINVAL (no such method, or more than 64 MiB), -ENOMEM.
 */
CHI_API int chi_container_set_stack_size(struct chi_container *container, uint32_t method,
                                         size_t stack_size);

/*
 * The common monitors, in one line each. Every one may be called in every mode. Where `load` is
 * given, the lane's load counts it until the task has completed.
 */

/* One fixed lane. */
static inline void chi_monitor_lane(struct chi_container *container, enum chi_monitor_mode mode,
                                    struct chi_run_context *rctx, chi_queue_id_t queue_id,
                                    chi_lane_id_t lane_id)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane(container, queue_id, lane_id);
}

/* The same, with a queue for each priority that a caller can give its task. */
static inline void chi_monitor_by_priority(struct chi_container *container,
                                           enum chi_monitor_mode mode, const struct chi_task *task,
                                           struct chi_run_context *rctx,
                                           chi_queue_id_t low_latency_queue,
                                           chi_queue_id_t high_latency_queue, chi_lane_id_t lane_id)
{
    chi_monitor_lane(container, mode, rctx,
                     chi_task_priority(task) == CHI_HIGH_LATENCY ? high_latency_queue
                                                                 : low_latency_queue,
                     lane_id);
}

/* The lane that `hash` stands for: tasks of one hash run one at a time, in order. */
static inline void chi_monitor_hash(struct chi_container *container, enum chi_monitor_mode mode,
                                    struct chi_run_context *rctx, chi_queue_id_t queue_id,
                                    uint32_t hash)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane_by_hash(container, queue_id, hash);
}

/* The lane with the least to do; the task adds `load` to it. */
static inline void chi_monitor_least_loaded(struct chi_container *container,
                                            enum chi_monitor_mode mode,
                                            struct chi_run_context *rctx, chi_queue_id_t queue_id,
                                            uint64_t load)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE) {
        rctx->route_lane = chi_container_lane_least_loaded(container, queue_id);
        rctx->load = load;
    }
}

/*
 * By a property of the task: one of up to `limit` goes to the least loaded lane of `queue_id`, a
 * larger one to that of `large_queue_id`, as a rule a queue of high latency. Adds `size` as load.
 */
static inline void chi_monitor_by_size(struct chi_container *container, enum chi_monitor_mode mode,
                                       struct chi_run_context *rctx, uint64_t size, uint64_t limit,
                                       chi_queue_id_t queue_id, chi_queue_id_t large_queue_id)
{
    chi_monitor_least_loaded(container, mode, rctx, size <= limit ? queue_id : large_queue_id,
                             size);
}

/* Common GLOBAL_SCHEDULE: a Dynamic query becomes this one. */
static inline void chi_monitor_query(enum chi_monitor_mode mode, struct chi_task *task,
                                     chi_pool_query_t query)
{
    if (mode == CHI_MONITOR_GLOBAL_SCHEDULE && chi_pool_query_is_dynamic(task->pool_query))
        task->pool_query = query;
}

/* The same: the container is chosen by a hash, such as chi_hash_bytes() of the task's key. */
static inline void chi_monitor_query_by_hash(enum chi_monitor_mode mode, struct chi_task *task,
                                             uint32_t hash)
{
    chi_monitor_query(mode, task, chi_pool_query_direct_hash(hash));
}

/*
 * What a task for several containers is made of. Each runs a copy; done copies are merged into the
 * caller's task in the order of containers, one at a time, on one thread. Merging must not park.
 *
 * The copy's IN and INOUT members, of which strings and vectors are copied, and all buffers, which
 * refer to the same bytes. 0, or -ENOMEM with nothing held.
 */
CHI_API int chi_task_copy(const struct chi_schema *schema, const struct chi_task *task,
                          struct chi_task *copy);

/*
 * The usual merge: `into` gets the return code of the first copy that failed, and the OUT and INOUT
 * members of the first that did not, whose memory it takes over; buffers stay as they are.
 */
CHI_API void chi_task_aggregate(const struct chi_schema *schema, struct chi_task *into,
                                struct chi_task *copy);

/*
 * How a merge of one's own begins: keeps the first error as the result and says whether this copy
 * succeeded.
 */
static inline bool chi_task_aggregate_code(struct chi_task *into, const struct chi_task *copy)
{
    if (copy->return_code < 0 && into->return_code == 0)
        into->return_code = copy->return_code;
    return copy->return_code >= 0;
}

/* In a merge: how many copies that succeeded were merged into `into` before this one. */
static inline uint32_t chi_task_aggregate_count(const struct chi_task *into)
{
    return into->merged;
}

/* The context of the task that runs on this thread; NULL outside a handler. */
CHI_API struct chi_run_context *chi_current_context(void);

/*
 * The functions that park may be cut short: when the task is cancelled or its time is over they
 * return -ECANCELED or -ETIMEDOUT, without waiting, from then on. A handler then puts its state in
 * order and returns; subtasks that it deletes in flight are cancelled with it, those that it
 * submits afterwards are not. See chi_task_shield().
 */

/*
 * Lets other tasks of this worker run, then goes on. Parks the calling fiber. Only in a handler. 0,
 * -ECANCELED, -ETIMEDOUT.
 */
CHI_API int chi_task_yield(void);

/*
 * Waits for `duration_ns`. Parks the calling fiber. Only in a handler. 0, -ECANCELED, -ETIMEDOUT.
 */
CHI_API int chi_task_sleep(uint64_t duration_ns);

/*
 * Waits until `fd` is ready for `events` (EPOLLIN, EPOLLOUT). Parks the calling fiber. Only in a
 * handler. Returns the ready events, -ECANCELED, -ETIMEDOUT or -errno (of epoll_ctl; -EEXIST where
 * another task waits on `fd` here).
 */
CHI_API int chi_task_wait_fd(int fd, uint32_t events);

/*
 * Whether the running task is to end: 0, or -ECANCELED or -ETIMEDOUT. For handlers that work for
 * long without waiting. Reads the clock where the task has a timeout.
 */
CHI_API int chi_task_cancelled(void);

/*
 * While `on`, nothing cuts this task's waits short: for waits whose end something relies on, such
 * as a device that writes into the task's buffer, and for putting things in order afterwards. What
 * came meanwhile takes effect at the first wait after it is off again. Returns what it was before.
 * Only in a handler; does not nest by itself, so put back what it returned.
 */
CHI_API bool chi_task_shield(bool on);

/* How many runs of this periodic task were left out so far, because one took too long. 0 elsewhere.
 */
CHI_API uint64_t chi_task_missed(void);

CHI_END_DECLS

/*
 * Defines the module's descriptor: CHI_TASK_CC(chimaera_kv, "1.0.0") at the end of <mod>_runtime.c.
 * The state struct is `struct chimaera_kv`; ops and parameter schema come from the generated file.
 * Monitors of a module that ends so are asked in LOCAL_SCHEDULE and GLOBAL_SCHEDULE alone, and a
 * task pays for no other call. CHI_TASK_CC_MODES() names further modes: CHI_WANTS_EST_LOAD |
 * CHI_WANTS_CLEANUP.
 */
#define CHI_TASK_CC(name_, version_) CHI_TASK_CC_MODES(name_, version_, 0)

#define CHI_WANTS_EST_LOAD (1u << CHI_MONITOR_EST_LOAD)
#define CHI_WANTS_CLEANUP  (1u << CHI_MONITOR_CLEANUP)

#define CHI_TASK_CC_MODES(name_, version_, modes_)                                                 \
    CHI_API const struct chi_module_descriptor CHI_MODULE_SYMBOL = {                               \
        .magic = CHI_MODULE_MAGIC,                                                                 \
        .abi = CHI_MODULE_ABI,                                                                     \
        .name = #name_,                                                                            \
        .version = version_,                                                                       \
        .container_size = sizeof(struct name_),                                                    \
        .ops = &name_##_ops,                                                                       \
        .monitor_modes = (modes_),                                                                 \
    }

#endif
