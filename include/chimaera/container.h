/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime side of a module: containers, their queues and lanes, the vtable, and the descriptor
 * that the loader reads. All functions are called by the module's handlers and monitors, on a
 * worker thread, and do not park unless their comment says so.
 */
#ifndef CHIMAERA_CONTAINER_H
#define CHIMAERA_CONTAINER_H

#include "chimaera/archive.h"
#include "chimaera/buffer.h"
#include "chimaera/hash.h"
#include "chimaera/lifecycle.h"
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

/*
 * Methods of every module. A module's own methods start at CHI_METHOD_CUSTOM; 6 to 9 are reserved.
 */
enum chi_inherited_method {
    CHI_METHOD_CREATE = 0,
    CHI_METHOD_DESTROY = 1,
    CHI_METHOD_NODE_FAILURE = 2,
    CHI_METHOD_RECOVER = 3,
    CHI_METHOD_MIGRATE = 4,
    CHI_METHOD_UPGRADE = 5,
    CHI_METHOD_CUSTOM = 10,
};

/* The occasions on which a monitor is called. A monitor must not park and creates no tasks. */
enum chi_monitor_mode {
    CHI_MONITOR_LOCAL_SCHEDULE = 0, /* once per task, before it runs: set rctx->route_lane */
    /*
     * Once before the query is resolved, if it is dynamic or selects several containers. May set
     * task->pool_query, which is then checked again, and IN members; other changes are ignored.
     * `self` is the pool's first container on this node, whose handlers may run at the same time.
     */
    CHI_MONITOR_GLOBAL_SCHEDULE = 1,
    CHI_MONITOR_EST_LOAD = 2, /* after LOCAL_SCHEDULE: set rctx->load; see CHI_TASK_CC_MODES() */
    CHI_MONITOR_CLEANUP = 3,  /* the task has its code and outputs; see CHI_TASK_CC_MODES() */
};

struct chi_lane;
struct chi_container;

/* A running task, as its handler and monitor see it. Valid while the task runs. */
struct chi_run_context {
    struct chi_lane
        *route_lane; /* set by the monitor: the lane of its container that runs the task */
    struct chi_container *container;
    /*
     * Set by the monitor: the amount that the task adds to the load of its lane until it completes,
     * in nanoseconds of work or any other unit that the container uses for all its lanes. Default:
     * 0.
     */
    uint64_t load;
};

struct chi_container_priv;

/*
 * First member of the state struct of every module. The runtime zeroes the struct and sets these
 * members.
 */
struct chi_container {
    chi_pool_id_t pool_id;
    chi_container_id_t container_id;
    uint32_t container_count; /* of the pool */
    const char *pool_name;
    struct chi_container_priv *priv;
};

/*
 * What the generator fills in for a module. `method` is always one for which `schema` is not NULL.
 * From `new_copy` on the functions go by the method's schema; they are libchimaera's, where
 * chimaera_mod.yaml names none of the module's own.
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
    int (*new_copy)(const struct chi_task_schema *schema, const struct chi_task *task,
                    struct chi_task *copy);
    /* Merges a copy that is done: chi_task_aggregate(). */
    void (*aggregate)(const struct chi_task_schema *schema, struct chi_task *into,
                      struct chi_task *copy);
    /*
     * Tasks as bytes: chi_task_save_in() and its relatives. `load_in` fills a task fresh from
     * chi_task_new(); `del` frees such a task with all that was made for it.
     */
    void (*del)(const struct chi_task_schema *schema, struct chi_task *task);
    int (*save_in)(const struct chi_task_schema *schema, const struct chi_task *task,
                   struct chi_string *archive);
    int (*load_in)(const struct chi_task_schema *schema, const void *data, size_t size,
                   struct chi_task *task);
    int (*save_out)(const struct chi_task_schema *schema, const struct chi_task *task,
                    struct chi_string *archive);
    int (*load_out)(const struct chi_task_schema *schema, const void *data, size_t size,
                    struct chi_task *task);
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
 * Creates queue `queue_id`. Call it in Create. A repeated identical call has no effect.
 *   lane_count   number of lanes, 1 to 1024; they are spread over the workers of the class
 *   priority     the scheduling class of the queue
 * Returns 0, or
 *   -EINVAL   lane_count is out of range
 *   -EEXIST   the queue exists with a different number of lanes or class
 *   -ENOMEM   out of memory
 */
CHI_API int chi_container_create_queue(struct chi_container *container, chi_queue_id_t queue_id,
                                       uint32_t lane_count, enum chi_priority priority);

/* Returns a lane by its index in the queue, or NULL if the queue or the lane does not exist. */
CHI_API struct chi_lane *chi_container_lane(struct chi_container *container,
                                            chi_queue_id_t queue_id, chi_lane_id_t lane_id);

/*
 * Returns the lane `hash` modulo the number of lanes, or NULL if the queue does not exist. If the
 * same hash selected the container, divide it by container_count first: all tasks that arrive here
 * have the same remainder.
 */
CHI_API struct chi_lane *chi_container_lane_by_hash(struct chi_container *container,
                                                    chi_queue_id_t queue_id, uint32_t hash);

/*
 * Returns the first lane of the queue that belongs to the calling worker, or NULL if there is none.
 * For tasks that shall run on the worker that received them.
 */
CHI_API struct chi_lane *chi_container_local_lane(struct chi_container *container,
                                                  chi_queue_id_t queue_id);

/*
 * Returns the lane of the queue with the smallest load, and among equal lanes the one with the
 * fewest queued tasks. Among equal ones it is a lane of the calling worker while tasks of the queue
 * run for less than 2 us, which is less than the way to another worker takes; else the next in
 * turn. NULL if the queue does not exist. Scans all lanes.
 */
CHI_API struct chi_lane *chi_container_lane_least_loaded(struct chi_container *container,
                                                         chi_queue_id_t queue_id);

/*
 * Returns the number of the lane's tasks that have not started, and whether there are none. Any
 * worker; the value may be slightly outdated on other workers than the lane's.
 */
CHI_API uint32_t chi_lane_size(const struct chi_lane *lane);
CHI_API bool chi_lane_is_empty(const struct chi_lane *lane);

/* Returns the sum of rctx->load over the lane's tasks that have not completed. Any worker. */
CHI_API uint64_t chi_lane_load(const struct chi_lane *lane);

/*
 * Opens a file at a path that a client chose, such as a pool's name. If the pool was created by a
 * client of another user than the daemon's, the file must exist, lie in a folder of
 * runtime.group_paths, and be a block device or a regular file with one name only, and no symbolic
 * link is followed below that folder. Call it in place of open(), with which such a client could
 * have the daemon open any file of the daemon's user. In Create or in a handler. Blocks the thread;
 * never parks.
 *   flags, mode   as of open(); O_CLOEXEC is added
 * Returns a descriptor, or
 *   -EPERM         the client may not have that file opened; with a message
 *   other -errno   of open() or openat2()
 */
CHI_API int chi_container_open_file(struct chi_container *container, const char *path, int flags,
                                    uint32_t mode);

/*
 * Sets a larger stack for the handler of `method`. Call it in Create.
 *   stack_size   bytes, at most 64 MiB; values up to runtime.stack_size have no effect
 * Returns 0, or
 *   -EINVAL   the module has no such method, or the size is too large
 *   -ENOMEM   out of memory
 */
CHI_API int chi_container_set_stack_size(struct chi_container *container, uint32_t method,
                                         size_t stack_size);

/*
 * Common monitors. Each may be called in every mode. `load` is added to the load of the lane until
 * the task has completed.
 */

/* Routes the task to one fixed lane. */
static inline void chi_monitor_lane(struct chi_container *container, enum chi_monitor_mode mode,
                                    struct chi_run_context *rctx, chi_queue_id_t queue_id,
                                    chi_lane_id_t lane_id)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane(container, queue_id, lane_id);
}

/* Routes the task to lane `lane_id` of the queue for its priority (chi_task_set_priority()). */
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

/*
 * Routes the task to the lane `hash` modulo the number of lanes: tasks with one hash run one at a
 * time, in order.
 */
static inline void chi_monitor_hash(struct chi_container *container, enum chi_monitor_mode mode,
                                    struct chi_run_context *rctx, chi_queue_id_t queue_id,
                                    uint32_t hash)
{
    if (mode == CHI_MONITOR_LOCAL_SCHEDULE)
        rctx->route_lane = chi_container_lane_by_hash(container, queue_id, hash);
}

/* Routes the task to the least loaded lane and adds `load` to it. */
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
 * Routes the task by a size: up to `limit` to the least loaded lane of `queue_id`, above it to that
 * of `large_queue_id`, usually a high-latency queue. Adds `size` as load.
 */
static inline void chi_monitor_by_size(struct chi_container *container, enum chi_monitor_mode mode,
                                       struct chi_run_context *rctx, uint64_t size, uint64_t limit,
                                       chi_queue_id_t queue_id, chi_queue_id_t large_queue_id)
{
    chi_monitor_least_loaded(container, mode, rctx, size <= limit ? queue_id : large_queue_id,
                             size);
}

/* In GLOBAL_SCHEDULE: replaces a dynamic query by `query`. */
static inline void chi_monitor_query(enum chi_monitor_mode mode, struct chi_task *task,
                                     chi_pool_query_t query)
{
    if (mode == CHI_MONITOR_GLOBAL_SCHEDULE && chi_pool_query_is_dynamic(task->pool_query))
        task->pool_query = query;
}

/*
 * In GLOBAL_SCHEDULE: replaces a dynamic query by direct_hash with `hash`, such as chi_hash_bytes()
 * of a key.
 */
static inline void chi_monitor_query_by_hash(enum chi_monitor_mode mode, struct chi_task *task,
                                             uint32_t hash)
{
    chi_monitor_query(mode, task, chi_pool_query_direct_hash(hash));
}

/*
 * Copies a task for one container. A task that selects several containers runs as one copy per
 * container; the runtime then merges the done copies into the caller's task in the order of
 * containers, one at a time, on one thread. Copies the IN and INOUT members, with the content of
 * strings and vectors; buffers refer to the same bytes.
 *   copy   zeroed but for its base
 * Returns 0, or with nothing held
 *   -ENOMEM   out of memory
 */
CHI_API int chi_task_copy(const struct chi_task_schema *schema, const struct chi_task *task,
                          struct chi_task *copy);

/*
 * Merges a done copy; the default for methods without a merge function of their own. `into`
 * receives the return code of the first copy that failed, and the OUT and INOUT members of the
 * first copy that succeeded, with their memory. Buffers are unchanged. A merge must not park.
 */
CHI_API void chi_task_aggregate(const struct chi_task_schema *schema, struct chi_task *into,
                                struct chi_task *copy);

/*
 * Starts a merge function: keeps the first error as the result. Returns whether this copy
 * succeeded.
 */
static inline bool chi_task_aggregate_code(struct chi_task *into, const struct chi_task *copy)
{
    if (copy->return_code < 0 && into->return_code == 0)
        into->return_code = copy->return_code;
    return copy->return_code >= 0;
}

/* Returns the number of successful copies that were merged into `into` before this one. */
static inline uint32_t chi_task_aggregate_count(const struct chi_task *into)
{
    return into->merged;
}

/* Returns the context of the task that runs on this thread, or NULL outside a handler. */
CHI_API struct chi_run_context *chi_current_context(void);

/*
 * Cancellation. When a task is cancelled or its timeout expires, the functions that park return
 * -ECANCELED or -ETIMEDOUT, without waiting, from then on. The handler then restores its state and
 * returns. Subtasks in flight that it deletes are cancelled too; subtasks that it submits
 * afterwards are not. See chi_task_shield().
 */

/*
 * Lets other tasks of this worker run, then continues. Parks the calling fiber. Only in a handler.
 * Returns 0, or
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   the timeout of the task has expired
 */
CHI_API int chi_task_yield(void);

/*
 * Waits for `duration_ns` nanoseconds. Parks the calling fiber. Only in a handler.
 * Returns 0, or
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   the timeout of the task has expired
 */
CHI_API int chi_task_sleep(uint64_t duration_ns);

/*
 * Waits until `fd` is ready. Parks the calling fiber. Only in a handler.
 *   events   EPOLLIN, EPOLLOUT or both
 * Returns the ready events, or
 *   -ECANCELED     the task was cancelled
 *   -ETIMEDOUT     the timeout of the task has expired
 *   -EEXIST        another task waits for `fd` on this worker
 *   other -errno   of epoll_ctl()
 */
CHI_API int chi_task_wait_fd(int fd, uint32_t events);

/*
 * Polls whether the running task shall end. For handlers that run for a long time without parking.
 * Reads the clock if the task has a timeout.
 * Returns 0, also outside a handler, or
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   its timeout has expired
 */
CHI_API int chi_task_cancelled(void);

/*
 * Returns whether the client for which the running task was made lives and is attached; also in a
 * subtask. True for what the runtime itself asked for. While it is false, waits return -ECANCELED,
 * unless the method has `ends_with_client: false` in chimaera_mod.yaml, or the shield is on. Only
 * in handlers. Never parks.
 */
CHI_API bool chi_task_client_lives(void);

/*
 * Turns the shield of the running task on or off. While it is on, cancellation and timeout do not
 * end the task's waits; they take effect at the first wait after it is off. For waits that must
 * complete, such as for a device that writes into the task's buffer, and for clean-up afterwards.
 * Only in a handler.
 * Returns the previous setting. The shield does not nest: restore that value.
 */
CHI_API bool chi_task_shield(bool on);

/*
 * Returns the number of runs of this periodic task that were skipped because a run took too long. 0
 * elsewhere.
 */
CHI_API uint64_t chi_task_missed(void);

CHI_END_DECLS

/*
 * Defines the module's descriptor. Put CHI_TASK_CC(chimaera_kv, "1.0.0") at the end of
 * <mod>_runtime.c. The state struct is `struct chimaera_kv`; the generated file defines ops and
 * parameter schema. Monitors of the module are called in LOCAL_SCHEDULE and GLOBAL_SCHEDULE only.
 * CHI_TASK_CC_MODES() requests further modes: CHI_WANTS_EST_LOAD | CHI_WANTS_CLEANUP.
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
