/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process's attachment to a runtime and what each of its threads keeps. The attachment is made
 * and dropped under one lock; threads hold a reference and notice a change by its generation, so
 * the paths of a task take no lock.
 */
#ifndef CHI_CLIENT_CLIENT_H
#define CHI_CLIENT_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/cpu.h"
#include "chimaera/attach.h"
#include "chimaera/buffer.h"
#include "shm/arena.h"
#include "shm/protocol.h"
#include "shm/segment.h"

/* What a chi_arena block of this process is tagged with. */
#define CHI_CLIENT_TAG 1u

struct chi_client_lane {
    struct chi_shm_lane *lane;
    struct chi_shm_bell *bell;
    uint32_t number; /* bit in the bell */
    int eventfd;
};

/* Tasks given up while in flight, oldest first: a ring. */
struct chi_orphans {
    struct chi_task **tasks;
    uint32_t first;
    uint32_t count;
    uint32_t room; /* a power of two, or 0 */
};

struct chi_client {
    atomic_int references; /* the global one and one of each thread that uses it */
    atomic_bool down;      /* the runtime was seen dead; never becomes false again */
    struct chi_segment_map segments[CHI_SEGMENT_COUNT];
    struct chi_arena *arena[CHI_SEGMENT_COUNT]; /* main and client data */
    struct chi_extent_source source[CHI_SEGMENT_COUNT];
    struct chi_source_context {
        struct chi_client *client;
        uint32_t segment;
    } source_context[CHI_SEGMENT_COUNT];
    pthread_mutex_t control_lock; /* one request at a time */
    int control;                  /* socket; -1 once closed */
    int daemon_pidfd;             /* -1 where pidfd_open() is not to be had */
    int event_fd;
    struct chi_shm_slot *slot;
    uint32_t lane_count;
    uint32_t depth_log2;
    struct chi_client_lane lanes[CHI_MAX_WORKERS];
    uint32_t worker_count;
    int eventfds[CHI_MAX_WORKERS];
    atomic_uint next_thread; /* spreads threads over lanes */
    pthread_mutex_t orphan_lock;
    struct chi_orphans orphans; /* of threads that ended; under the lock */
    atomic_bool has_orphans;
};

struct chi_client_thread {
    uint64_t generation; /* of the attachment this belongs to; 0 none */
    struct chi_client *client;
    const struct chi_client_lane *lane;
    struct chi_arena_cache *cache[CHI_SEGMENT_COUNT];
    void *base[CHI_SEGMENT_COUNT];
    uint64_t size[CHI_SEGMENT_COUNT];
    struct chi_orphans orphans;
    struct chi_task *resting; /* freed last; see chi_client_task_free() */
    uint64_t checked_ns;      /* when a wait of this thread last asked whether the runtime lives */
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
    /* Acquire: pairs with the release in attach; the client it publishes is complete. */
    uint64_t now = atomic_load_explicit(&chi_client_generation, memory_order_acquire);
    if (CHI_LIKELY(self->generation == now && now != 0))
        return self;
    return chi_client_bind(self) == 0 ? self : NULL;
}

/* Whether `task` is one of the current attachment's. Addresses of dead ones are never used again.
 */
static inline bool chi_client_owns(const struct chi_client_thread *self,
                                   const struct chi_task *task)
{
    return (uintptr_t)task - (uintptr_t)self->base[CHI_SEGMENT_MAIN] < self->size[CHI_SEGMENT_MAIN];
}

/* Whether the runtime still lives. Two descriptors, one system call; sets `down` when it does not.
 */
bool chi_client_check(struct chi_client *client);

/* attach.c: connects and sets everything up. 0 or a code, recorded. */
int chi_client_attach(struct chi_client **client);
/* Drops a reference; the last one unmaps. */
void chi_client_release(struct chi_client *client);
/* Tells the runtime that tasks of this client have CHI_TASK_CANCEL now. 0 or a code. */
int chi_client_ask_cancel(struct chi_client *client);
/* Closes the control socket so that the daemon takes everything back; mappings stay. */
void chi_client_hang_up(struct chi_client *client);

/* memory.c */
int chi_client_thread_start(struct chi_client_thread *self, struct chi_client *client);
void chi_client_thread_stop(struct chi_client_thread *self);

/* submit.c: frees a task that is not in flight. */
void chi_client_task_free(struct chi_client_thread *self, struct chi_task *task);
/* Around a fork, so that the child finds the table of schemas whole. */
void chi_client_schemas_before_fork(void);
void chi_client_schemas_after_fork(bool in_child);
/* Pushes an item on this thread's lane and rings. -EAGAIN where the lane is full. */
int chi_client_push(struct chi_client_thread *self, uint64_t item);

/* orphans.c */
void chi_orphans_add(struct chi_orphans *orphans, struct chi_task *task);
/* Moves all from one list to another. */
void chi_orphans_move(struct chi_orphans *from, struct chi_orphans *to);
/* Frees those orphans that have completed; looks at no more than `most`. */
void chi_client_sweep(struct chi_client_thread *self, uint32_t most);
/* Leaves this thread's to the attachment's other threads. */
void chi_client_leave_orphans(struct chi_client_thread *self);

#endif
