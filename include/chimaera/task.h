/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A task: one call of a module's method. A module's task struct begins with `struct chi_task base`
 * and goes on with its annotated members. In a client it lies in shared memory; in the runtime,
 * handlers see a private copy that no client can change.
 */
#ifndef CHIMAERA_TASK_H
#define CHIMAERA_TASK_H

#include "chimaera/pool_query.h"
#include "chimaera/schema.h"
#include "chimaera/types.h"

#define CHI_TASK_MAGIC    0xC41Au
#define CHI_TASK_MAX_SIZE 4096u /* bytes of a task struct; bulk data goes by struct chi_buffer */

/*
 * A group of related tasks: a task and its subtasks share (node, pid, tid, major) and pass each
 * other's locks; `minor` counts the depth.
 */
struct chi_task_node {
    uint32_t node;
    uint32_t pid;
    uint32_t tid;
    uint32_t major;
    uint32_t minor;
};

/*
 * Bits of chi_task.state. The client writes NEW and QUEUED and the other bits, the runtime DONE,
 * together with how many containers failed.
 */
enum chi_task_state {
    CHI_TASK_UNSUBMITTED = 0,
    CHI_TASK_QUEUED = 1,
    CHI_TASK_DONE = 2,
    CHI_TASK_STATE_MASK = 0xF,
    CHI_TASK_WAITER = 0x10,     /* somebody sleeps on this word */
    CHI_TASK_ANY = 0x20,        /* somebody sleeps on the client's event count */
    CHI_TASK_NOTIFY = 0x40,     /* write the client's event descriptor */
    CHI_TASK_CANCEL = 0x100,    /* its owner wants it to end */
    CHI_TASK_FAILED_SHIFT = 16, /* above it: see chi_task_failed() */
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
            uint32_t merged;     /* during a merge: see chi_task_aggregate_count() */
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
 * A group for tasks that belong together: outside a task a fresh one; inside a handler that of the
 * running task, one deeper.
 */
CHI_API struct chi_task_node chi_task_node_create(void);

/*
 * Allocates a zeroed task of `schema` for `pool_id`. Returns NULL on failure with
 * chi_last_error_code(): -ENOMEM, CHI_ENOTATTACHED, CHI_EFORKED, CHI_ERUNTIME_DOWN. Free with
 * chi_task_del(). Inside a handler the task is a subtask and costs no shared memory.
 */
CHI_API struct chi_task *chi_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                      chi_pool_query_t query);

/* The same, typed: CHI_TASK_NEW(chimaera_kv_put, pool, query) is a `struct chimaera_kv_put_task *`.
 */
#define CHI_TASK_NEW(name, pool_id, query)                                                         \
    ((struct name##_task *)(void *)chi_task_new(&name##_schema, pool_id, query))

/*
 * Gives the task, which is not submitted yet, `timeout_ns` from this call on. If it has not begun
 * by then it completes with -ETIMEDOUT and never runs; if its handler waits then, that wait and all
 * later ones return -ETIMEDOUT; a handler that never waits may ask chi_task_cancelled(). Replaces
 * an earlier timeout. 0; -EINVAL where the task is periodic or was submitted.
 */
CHI_API int chi_task_set_timeout(struct chi_task *task, uint64_t timeout_ns);

/*
 * Makes the task, which is not submitted yet, periodic: it runs when it is submitted and then each
 * `period_ns`, on the same private copy of its members, until its handler returns a negative code,
 * it is cancelled, its pool is destroyed or its client is gone. Only then does it complete, with
 * the outputs of the last run. Runs come at multiples of the period after the first one; those that
 * fall into a longer run are left out and counted (chi_task_missed()). One that a handler makes
 * belongs to the runtime: it outlives the handler and its client, and may hold no buffers. 0;
 * -EINVAL where the period is 0 or the task has a timeout or was submitted.
 */
CHI_API int chi_task_set_period(struct chi_task *task, uint64_t period_ns);

/*
 * Says how urgent the task is. A hint for the module's monitor, which may choose a queue by it (see
 * chi_monitor_by_priority()); within a lane tasks begin in the order of arrival. CHI_LOW_LATENCY
 * where nobody said. 0; -EINVAL where `priority` is none or the task was submitted.
 */
CHI_API int chi_task_set_priority(struct chi_task *task, enum chi_priority priority);
CHI_API enum chi_priority chi_task_priority(const struct chi_task *task);

/*
 * Submits the task. Returns 0; -EALREADY if it was submitted before; -EAGAIN if the lane stayed
 * full (nothing was submitted; try again); CHI_ENOTATTACHED, CHI_EFORKED, CHI_ERUNTIME_DOWN. The
 * members are the runtime's until the task is done.
 */
CHI_API int chi_task_enqueue(struct chi_task *task);

/*
 * Submits `count` tasks and wakes the runtime once. Returns how many of them were submitted, from
 * the first on (fewer than `count` where the lane is full), or a negative code where none was.
 */
CHI_API int chi_task_enqueue_many(struct chi_task *const *tasks, size_t count);

/*
 * Waits until the task is done and returns its return code. Parks the calling fiber in a handler.
 * Also CHI_ERUNTIME_DOWN if the runtime died (within a second), -EINVAL if it was never submitted.
 */
CHI_API int chi_task_wait(struct chi_task *task);

/*
 * The same, for at most `timeout_ns`; -ETIMEDOUT then. The task stays submitted: wait again, or
 * chi_task_del() it, which leaves it to be freed when it has completed. Parks the calling fiber in
 * a handler.
 */
CHI_API int chi_task_wait_for(struct chi_task *task, uint64_t timeout_ns);

/*
 * Waits until one of `count` tasks is done, for at most `timeout_ns` (UINT64_MAX: for ever).
 * Entries may be NULL. Returns 0 with `index` set, -ETIMEDOUT, -EINVAL where no entry is submitted,
 * CHI_ERUNTIME_DOWN. Parks the calling fiber in a handler.
 */
CHI_API int chi_task_wait_any(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                              size_t *index);

/* Whether the task is done; never waits. Its members may be read once this has returned true. */
CHI_API bool chi_task_done(const struct chi_task *task);

/*
 * Of a done task: in how many of the containers that it was for it failed, with a query that names
 * several; those are counted that it never reached. The return code is the first of their errors,
 * in the order of containers. With one container, or an error before any was found: 0 or 1.
 */
CHI_API uint32_t chi_task_failed(const struct chi_task *task);

/*
 * Asks that the descriptor of chi_client_event_fd() becomes readable when the task is done. Returns
 * 0, or 1 where it is done already. Not for handlers: -ENOTSUP there.
 */
CHI_API int chi_task_notify(struct chi_task *task);

/*
 * Asks the runtime to end a task that this process, or in a handler this handler, has submitted.
 * The task is still to be waited for or deleted. If it has not begun it completes with -ECANCELED
 * and never runs; if its handler waits, that wait and all later ones return -ECANCELED, and what
 * the handler returns then is the task's return code; a handler that never waits may ask
 * chi_task_cancelled(). Returns 0, which does not mean that the task will not succeed; 1 where it
 * is done already; -EINVAL where it was never submitted; what chi_task_enqueue() returns but
 * -EAGAIN. Costs a round trip to the runtime's control socket.
 */
CHI_API int chi_task_cancel(struct chi_task *task);

/*
 * Frees the task with the memory of its strings and vectors, and gives back outputs lent by the
 * runtime. A task still in flight is freed when it has completed. NULL is allowed.
 */
CHI_API void chi_task_del(struct chi_task *task);

/*
 * Submits the task and gives it up: it is freed when it has completed, also in case of an error
 * here. Returns what chi_task_enqueue() returns.
 */
CHI_API int chi_task_fire_and_forget(struct chi_task *task);

CHI_END_DECLS

#endif
