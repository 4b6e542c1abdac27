/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks. A task is one call of a module's method. A module's task struct begins with `struct
 * chi_task base`, followed by its annotated members. In a client it lies in shared memory. In the
 * runtime, handlers see a private copy that no client can change.
 *
 * Any thread may call these functions, but no signal handler. One thread at a time may use a task.
 * Inside a handler they concern the handler's subtasks.
 */
#ifndef CHIMAERA_TASK_H
#define CHIMAERA_TASK_H

#include "chimaera/pool_query.h"
#include "chimaera/schema.h"
#include "chimaera/types.h"

#define CHI_TASK_MAGIC    0xC41Au
#define CHI_TASK_MAX_SIZE 4096u /* bytes of a task struct; pass bulk data by struct chi_buffer */

/*
 * A group of related tasks. A task and its subtasks have the same (node, pid, tid, major), and
 * enter locks that one of them holds. `minor` is the depth of the subtask.
 */
struct chi_task_node {
    uint32_t node;
    uint32_t pid;
    uint32_t tid;
    uint32_t major;
    uint32_t minor;
};

/*
 * Bits of chi_task.state. The client writes UNSUBMITTED, QUEUED and the flags; the
 * runtime writes DONE, together with the number of containers that failed.
 */
enum chi_task_state {
    CHI_TASK_UNSUBMITTED = 0,
    CHI_TASK_QUEUED = 1,
    CHI_TASK_DONE = 2,
    CHI_TASK_STATE_MASK = 0xF,
    CHI_TASK_WAITER = 0x10,     /* a thread sleeps on this word */
    CHI_TASK_ANY = 0x20,        /* a thread sleeps on the client's event count */
    CHI_TASK_NOTIFY = 0x40,     /* write the client's event descriptor */
    CHI_TASK_CANCEL = 0x100,    /* its owner has cancelled it */
    CHI_TASK_TEXT = 0x200,      /* it failed, and its handler said why by chi_error() */
    CHI_TASK_MOVED = 0x800,     /* with DONE: it went from the worker of its lane to another one */
    CHI_TASK_FAILED_SHIFT = 16, /* the bits from here on: see chi_task_failed() */
};

/* Bits of chi_task.flags, set by the functions below before the task is submitted. */
enum chi_task_flag {
    CHI_TASK_TIMED = 0x1,        /* chi_task_set_timeout() */
    CHI_TASK_PERIODIC = 0x2,     /* chi_task_set_period() */
    CHI_TASK_HIGH_LATENCY = 0x4, /* chi_task_set_priority() */
};

/* Exactly one cache line, so that an empty task costs one line in each direction. */
struct chi_task {
    CHI_ATOMIC(uint32_t) state; /* enum chi_task_state */
    uint32_t method;
    /*
     * When the task is to run, until the runtime has taken it; how it ended, once it is done.
     * Aligned to 4, so that tasks are, and their members follow without a gap.
     */
    union {
        uint64_t deadline_ns CHI_ALIGNED_4; /* with CHI_TASK_TIMED; on the monotonic clock */
        uint64_t period_ns CHI_ALIGNED_4;   /* with CHI_TASK_PERIODIC */
        __extension__ struct {
            int32_t return_code; /* 0 or a negative code */
            __extension__ union {
                uint32_t merged;    /* in the runtime: see chi_task_aggregate_count() */
                uint32_t placement; /* in a client, with CHI_TASK_MOVED: where it ran */
            };
        };
    };
    uint16_t magic;
    uint16_t size;   /* of the whole struct, in bytes */
    uint16_t flags;  /* enum chi_task_flag */
    uint16_t schema; /* the creating process's number for the task's schema; 0 none */
    chi_pool_id_t pool_id;
    chi_pool_query_t pool_query;
    struct chi_task_node node;
};
CHI_STATIC_ASSERT(sizeof(struct chi_task) == CHI_CACHE_LINE, "a task's base is one cache line");

CHI_BEGIN_DECLS

/*
 * Returns a group for related tasks: outside a handler a new one; in a handler the group of the
 * running task, one level deeper. All zero if this process is not attached. Never parks.
 */
CHI_API struct chi_task_node chi_task_node_create(void);

/*
 * Allocates a zeroed task. Free it with chi_task_del(). In a handler the task is a subtask, in
 * private memory of the runtime. Never parks; in a client it may block the thread while the runtime
 * grants memory.
 *   schema    of the task struct; the generated `<ns>_<mod>_<method>_schema`
 *   pool_id   the pool that runs the task
 *   query     the containers of the pool that run it
 * Returns the task, or NULL with chi_last_error_code():
 *   -ENOMEM             out of memory
 *   CHI_ENOTATTACHED    this process is not attached
 *   CHI_EFORKED         this process was forked from an attached process
 *   CHI_ERUNTIME_DOWN   the runtime is gone
 *   CHI_EPROTOCOL       the runtime sent an invalid reply
 */
CHI_API struct chi_task *chi_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                      chi_pool_query_t query);

/*
 * chi_task_new() with the type of the task: CHI_TASK_NEW(chimaera_kv_put, pool, query) is a `struct
 * chimaera_kv_put_task *`.
 */
#define CHI_TASK_NEW(name, pool_id, query)                                                         \
    ((struct name##_task *)(void *)chi_task_new(&name##_schema, pool_id, query))

/*
 * Sets the timeout of a task that is not submitted yet; replaces an earlier timeout. A task that
 * has not started when the timeout expires completes with -ETIMEDOUT and does not run. If its
 * handler is parked then, that wait and all later waits return -ETIMEDOUT. A handler that does not
 * park can poll chi_task_cancelled(). Never parks.
 *   timeout_ns   nanoseconds from this call on
 * Returns 0, or
 *   -EINVAL   the task is periodic or was submitted
 */
CHI_API int chi_task_set_timeout(struct chi_task *task, uint64_t timeout_ns);

/*
 * Makes a task that is not submitted yet periodic. It runs when it is submitted and then every
 * `period_ns`, on the same private copy of its members, until its handler returns a negative code,
 * it is cancelled, its pool is destroyed, or its client detaches. It completes only then, with the
 * outputs of the last run. Runs start at multiples of the period after the first run; runs that
 * fall into a longer run are skipped and counted (chi_task_missed()). A periodic task of a handler
 * belongs to the runtime: it outlives the handler and its client, and may not hold buffers. Never
 * parks.
 *   period_ns   nanoseconds, at least 1
 * Returns 0, or
 *   -EINVAL   period_ns is 0, or the task has a timeout or was submitted
 */
CHI_API int chi_task_set_period(struct chi_task *task, uint64_t period_ns);

/*
 * Sets the priority of a task that is not submitted yet (default: CHI_LOW_LATENCY). It is a hint
 * for the module's monitor, which may choose a queue by it (chi_monitor_by_priority()). Within a
 * lane tasks start in order of arrival. Never parks.
 * Returns 0, or
 *   -EINVAL   the priority is unknown, or the task was submitted
 */
CHI_API int chi_task_set_priority(struct chi_task *task, enum chi_priority priority);

/* Returns the priority of a task. Never parks. */
CHI_API enum chi_priority chi_task_priority(const struct chi_task *task);

/*
 * Submits the task. Its members belong to the runtime until the task is done. Never parks.
 * Returns 0, or a negative code with nothing submitted:
 *   -EALREADY           the task was submitted before
 *   -EAGAIN             the lane is full, or in a handler too many subtasks wait on this worker;
 *                       try again
 *   -EINVAL             the task does not belong to this attachment; in a handler: a periodic task
 *                       holds a buffer
 *   CHI_ENOTATTACHED    this process is not attached
 *   CHI_EFORKED         this process was forked from an attached process
 *   CHI_ERUNTIME_DOWN   the runtime is gone
 *   CHI_ENOPOOL         called in Create, for the pool that is being created
 */
CHI_API int chi_task_enqueue(struct chi_task *task);

/*
 * Submits `count` tasks and wakes the runtime once. Never parks.
 * Returns the number of submitted tasks, counted from the first (less than `count` if the lane is
 * full), or a code of chi_task_enqueue() if none was submitted.
 */
CHI_API int chi_task_enqueue_many(struct chi_task *const *tasks, size_t count);

/*
 * Waits until the task is done. Parks the calling fiber in a handler; blocks the thread elsewhere.
 * If the task has failed, chi_last_error() says what its handler said.
 * Returns the return code of the task, or
 *   -EINVAL             the task was never submitted
 *   CHI_ERUNTIME_DOWN   the runtime is gone, which is noticed within a second
 *   CHI_ENOTATTACHED    this process is not attached
 *   CHI_EFORKED         this process was forked from an attached process
 *   -ECANCELED          in a handler that was cancelled
 *   -ETIMEDOUT          in a handler whose timeout has expired
 */
CHI_API int chi_task_wait(struct chi_task *task);

/*
 * Waits until the task is done, for a limited time. After a timeout the task stays submitted: wait
 * again, or call chi_task_del(). Parks the calling fiber in a handler; blocks the thread elsewhere.
 *   timeout_ns   nanoseconds from now; 0: polls once; UINT64_MAX: no limit
 * Returns the return code of the task, or
 *   -ETIMEDOUT    the task is not done yet
 *   other codes   those of chi_task_wait()
 */
CHI_API int chi_task_wait_for(struct chi_task *task, uint64_t timeout_ns);

/*
 * Waits until one of several tasks is done. Parks the calling fiber in a handler; blocks the thread
 * elsewhere.
 *   tasks        `count` entries; NULL entries are skipped
 *   timeout_ns   nanoseconds from now; UINT64_MAX: no limit
 *   index        set to the entry of a task that is done
 * Returns 0, or
 *   -ETIMEDOUT    none of the tasks is done yet
 *   -EINVAL       no entry is a submitted task
 *   other codes   those of chi_task_wait(); not the return code of the task
 */
CHI_API int chi_task_wait_any(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                              size_t *index);

/*
 * Returns whether the task is done. Its members may be read once this has returned true. Never
 * parks.
 */
CHI_API bool chi_task_done(const struct chi_task *task);

/*
 * Returns the number of containers in which a done task failed, including those that it did not
 * reach. For a query that selects several containers, the return code is the first of their errors
 * in the order of containers. For one container, or an error before any container was found: 0 or
 * 1. Never parks.
 */
CHI_API uint32_t chi_task_failed(const struct chi_task *task);

/*
 * Requests that the descriptor of chi_client_event_fd() becomes readable when the task is done. Not
 * for handlers. Never parks.
 * Returns 0, or
 *   1                   the task is already done
 *   -EINVAL             the task was never submitted
 *   -ENOTSUP            called in a handler
 *   CHI_ERUNTIME_DOWN   the runtime to which the task was submitted is gone
 *   CHI_ENOTATTACHED    this process is not attached
 *   CHI_EFORKED         this process was forked from an attached process
 */
CHI_API int chi_task_notify(struct chi_task *task);

/*
 * Requests that the runtime ends a task of this process or, in a handler, a subtask of the handler.
 * The caller still has to wait for the task or delete it. A task that has not started completes
 * with -ECANCELED and does not run. If its handler is parked, that wait and all later waits return
 * -ECANCELED, and the return value of the handler is the return code of the task. A handler that
 * does not park can poll chi_task_cancelled(). In a client it blocks the thread for a round trip on
 * the control socket. Never parks.
 * Returns 0, which does not exclude that the task succeeds, or
 *   1                   the task is already done
 *   -EINVAL             the task was never submitted, or does not belong to this attachment
 *   CHI_ERUNTIME_DOWN   the runtime is gone
 *   CHI_ENOTATTACHED    this process is not attached
 *   CHI_EFORKED         this process was forked from an attached process
 *   CHI_EPROTOCOL       the runtime sent an invalid reply
 */
CHI_API int chi_task_cancel(struct chi_task *task);

/*
 * Frees the task and the memory of its strings and vectors, and returns outputs lent by the
 * runtime. A task in flight is freed when it has completed. NULL is allowed. Never parks; in a
 * client it may block the thread while the lane to the runtime is full.
 */
CHI_API void chi_task_del(struct chi_task *task);

/*
 * Submits the task and deletes it: it is freed when it has completed, or at once if it could not be
 * submitted. Never parks.
 * Returns 0, or a code of chi_task_enqueue().
 */
CHI_API int chi_task_fire_and_forget(struct chi_task *task);

CHI_END_DECLS

#endif
