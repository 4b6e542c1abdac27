/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each thread of a client process keeps of the process's attachment. Attachments begin and end
 * under one lock; a thread holds a reference and notices a change by its generation, so the paths
 * of a task take no lock.
 */
#ifndef CHI_CLIENT_THREAD_H
#define CHI_CLIENT_THREAD_H

#include "base/cpu.h"
#include "client/attach.h"
#include "client/routes.h"

struct chi_client_thread {
    uint64_t generation; /* of the attachment this belongs to; 0 none */
    struct chi_client *client;
    const struct chi_client_lane *lane;
    uint64_t pushed;           /* position of the last task in its own lane, plus 1 */
    struct chi_routes *routes; /* to other lanes; NULL: none */
    struct chi_arena_cache *cache[CHI_SEGMENT_COUNT];
    void *base[CHI_SEGMENT_COUNT];
    uint64_t size[CHI_SEGMENT_COUNT];
    struct chi_orphans orphans;
    struct chi_task *deleted_last; /* not freed yet; see task.c */
    uint64_t checked_ns; /* when a wait of this thread last asked whether the runtime lives */
    uint32_t depth_log2;
    uint32_t pid;
    uint32_t tid;
    uint32_t node_major;
    uint32_t yield_ns; /* how long waits poll with yields before they sleep; adapts */
};

/* Changes at each attach, detach and fork; 0 while this process is not attached. */
extern _Atomic(uint64_t) chi_client_generation;
extern _Thread_local struct chi_client_thread chi_client_self;

/* Slow path of chi_client_thread(): binds this thread to the current attachment. 0 or a code,
 * recorded. */
int chi_client_bind(struct chi_client_thread *self);

/* This thread's state, bound to the current attachment; NULL with chi_last_error_code() where there
 * is none. */
static inline struct chi_client_thread *chi_client_thread(void)
{
    struct chi_client_thread *self = &chi_client_self;
    /* Acquire: pairs with the release in chi_client_publish(); the client is complete. */
    uint64_t now = atomic_load_explicit(&chi_client_generation, memory_order_acquire);
    if (CHI_LIKELY(self->generation == now && now != 0))
        return self;
    return chi_client_bind(self) == 0 ? self : NULL;
}

/* Whether `task` is one of the current attachment's. The addresses of ended ones are never used
 * again. */
static inline bool chi_client_owns(const struct chi_client_thread *self,
                                   const struct chi_task *task)
{
    return (uintptr_t)task - (uintptr_t)self->base[CHI_SEGMENT_MAIN] < self->size[CHI_SEGMENT_MAIN];
}

/* Where the task lies in the main segment. */
static inline uint64_t chi_client_offset_of(const struct chi_client_thread *self,
                                            const struct chi_task *task)
{
    return (uint64_t)((const char *)task - (const char *)self->base[CHI_SEGMENT_MAIN]);
}

/* Held during all calls below, and during attaching and detaching. */
void chi_client_lock(void);
void chi_client_unlock(void);

/* The process's attachment; NULL while there is none. */
struct chi_client *chi_client_current(void);

/* Makes `client`, and the caller's reference to it, the process's attachment. */
void chi_client_publish(struct chi_client *client);

/* The process has no attachment any more; gives its reference to the caller. */
struct chi_client *chi_client_withdraw(void);

/* In the child of a fork, in place of the two: frees nothing and makes the lock usable. Returns the
 * parent's attachment or NULL. */
struct chi_client *chi_client_forget(void);

#endif
