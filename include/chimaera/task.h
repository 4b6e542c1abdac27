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
 * Bits of chi_task.state. The client writes NEW and QUEUED and the waiter bits, the runtime DONE,
 * together with how many containers failed.
 */
enum chi_task_state {
    CHI_TASK_NEW = 0,
    CHI_TASK_QUEUED = 1,
    CHI_TASK_DONE = 2,
    CHI_TASK_STATE_MASK = 0xF,
    CHI_TASK_WAITER = 0x10,     /* somebody sleeps on this word */
    CHI_TASK_ANY = 0x20,        /* somebody sleeps on the client's event count */
    CHI_TASK_NOTIFY = 0x40,     /* write the client's event descriptor */
    CHI_TASK_FAILED_SHIFT = 16, /* above it: see chi_task_failed() */
};

/* Exactly one cache line, so that an empty task costs one line in each direction. */
struct chi_task {
    CHI_ATOMIC(uint32_t) state; /* enum chi_task_state */
    int32_t return_code;        /* valid once done: 0 or a negative code */
    uint16_t magic;
    uint16_t size;   /* of the whole struct, in bytes */
    uint16_t flags;  /* none yet */
    uint16_t schema; /* the creating process's number for the task's schema; 0 none */
    uint32_t method;
    chi_pool_id_t pool_id;
    chi_pool_query_t pool_query;
    struct chi_task_node node;
    uint32_t reserved; /* private to whoever holds the task: client library or runtime */
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
