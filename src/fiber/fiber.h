/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fibers: stacks that one thread switches between, and nothing about which runs next. The owner (a
 * worker's scheduler) runs on a fiber itself; when a handler parks, it switches to an idle fiber or
 * a new one, and the parked frames stay where they are until something switches back.
 *
 * A pool and its fibers belong to one thread: the one that adopts. A fiber never moves to another
 * thread, so errno and thread-local values are the same before and after a switch. Misuse (a switch
 * from a fiber that is not running, or to another thread's) is an assertion.
 */
#ifndef CHI_FIBER_FIBER_H
#define CHI_FIBER_FIBER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiber/context.h"

/* Two mappings a stack, and vm.max_map_count is 65530 for the whole process unless raised. */
#define CHI_FIBER_CAP_MAX 16000

struct chi_fiber_pool;
struct chi_stack;

typedef void (*chi_fiber_entry_t)(void *arg);

struct chi_fiber {
    _Alignas(64) void *user; /* the owner's; NULL when created */
    struct chi_fiber *link;  /* the owner's, for a list or queue; NULL when created */

    /* The rest belongs to this room. What a switch touches comes first, in one cache line. */
    void *state; /* while suspended: its context; NULL when unused, so that a switch faults */
    struct chi_fiber_pool *pool;
    bool started;
    bool exiting;            /* the next to run retires it */
    struct chi_stack *stack; /* NULL for an adopted thread, and when unused */
    chi_fiber_entry_t entry;
    void *arg;
    struct chi_fiber *free_next; /* unused fibers of the pool */
    struct chi_fiber *all_next;  /* all fibers of the pool, used or not */
    void *tsan_fiber;
    void *asan_fake_stack;
    const void *asan_low; /* stack bounds, also of an adopted thread */
    size_t asan_size;     /* bytes */
};

/* Checked on each switch: that `from` runs, and with that, that this is its thread. */
extern _Thread_local struct chi_fiber *chi_fiber_running;

/* Nothing runs on `fiber` any more: its stack goes back to the pool. */
void chi_fiber_retire(struct chi_fiber *fiber);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHI_FIBER_INLINE                       __attribute__((unused))
#define CHI_FIBER_ANNOUNCE_SWITCH(from, to)    chi_fiber_announce_switch(from, to)
#define CHI_FIBER_ANNOUNCE_ARRIVAL(self, from) chi_fiber_announce_arrival(self, from)
void chi_fiber_announce_switch(struct chi_fiber *from, struct chi_fiber *to);
void chi_fiber_announce_arrival(struct chi_fiber *self, struct chi_fiber *from);
#else
#define CHI_FIBER_INLINE                       inline
#define CHI_FIBER_ANNOUNCE_SWITCH(from, to)    ((void)0)
#define CHI_FIBER_ANNOUNCE_ARRIVAL(self, from) ((void)(self))
#endif

/* The first thing a fiber does when it goes on. A fiber cannot release the stack it stands on, so
 * one that exits is retired here, by whoever runs next. */
CHI_UNINSTRUMENTED
static CHI_FIBER_INLINE void chi_fiber_arrive(struct chi_fiber *self,
                                              struct chi_context_arrival arrival)
{
    struct chi_fiber *from = (struct chi_fiber *)arrival.data;

    from->state = arrival.state;
    CHI_FIBER_ANNOUNCE_ARRIVAL(self, from);
    if (__builtin_expect(from->exiting, 0))
        chi_fiber_retire(from);
}

struct chi_fiber_stats {
    uint32_t live; /* created and neither exited nor discarded; adopted threads do not count */
    uint32_t live_peak;
    uint32_t stacks_cached;    /* mapped for reuse */
    size_t stack_used_max;     /* bytes in whole pages; the deepest use of any stack so far */
    size_t stack_size_default; /* bytes, after rounding */
};

/* `stack_size` in bytes, rounded up to pages and to 16 KiB. At most `cap` fibers live at once.
 * Several pools share the process's mappings: keep the sum of caps below vm.max_map_count / 2.
 * Returns 0, -EINVAL (no cap, cap past CHI_FIBER_CAP_MAX, stack past 1 GiB), -ENOMEM. */
int chi_fiber_pool_create(size_t stack_size, uint32_t cap, struct chi_fiber_pool **pool);

/* Every fiber must have exited, been discarded or never been started. */
void chi_fiber_pool_destroy(struct chi_fiber_pool *pool);

/* A suspended fiber that calls entry(arg) at the first switch to it. `entry` must not return: it
 * ends in chi_fiber_exit_to(). Returns 0, -EAGAIN when the pool is at its cap, -ENOMEM. */
int chi_fiber_create(struct chi_fiber_pool *pool, chi_fiber_entry_t entry, void *arg,
                     struct chi_fiber **fiber);

/* The same with a stack of at least `stack_size` bytes. Past the pool's default size the next power
 * of two is mapped, and pooled apart. Also returns -EINVAL past 1 GiB. */
int chi_fiber_create_sized(struct chi_fiber_pool *pool, size_t stack_size, chi_fiber_entry_t entry,
                           void *arg, struct chi_fiber **fiber);

/* Makes the calling thread, on its own stack, a running fiber of `pool`. A thread adopts once at a
 * time. NULL without memory. */
struct chi_fiber *chi_fiber_adopt(struct chi_fiber_pool *pool);

/* Undoes chi_fiber_adopt(); the thread must be back on its own stack. */
void chi_fiber_unadopt(struct chi_fiber *fiber);

/* The running fiber of the calling thread; NULL if it has not adopted. */
static inline struct chi_fiber *chi_fiber_current(void)
{
    return chi_fiber_running;
}

/* Suspends `from`, the running fiber, and goes on with `to`, a suspended one of the same pool.
 * Returns once something switches to `from`. Inline for the reason given in context.h. */
CHI_UNINSTRUMENTED
static CHI_FIBER_INLINE void chi_fiber_switch(struct chi_fiber *from, struct chi_fiber *to)
{
    assert(chi_fiber_running == from && from != to && from->pool == to->pool);
    chi_fiber_running = to;
    CHI_FIBER_ANNOUNCE_SWITCH(from, to);
    chi_fiber_arrive(from, chi_context_jump(to->state, from));
}

/* Ends `self`, the running fiber (not an adopted thread), and goes on with `to`, which releases the
 * stack of `self` before it goes on. */
void chi_fiber_exit_to(struct chi_fiber *self, struct chi_fiber *to) __attribute__((noreturn));

/* Ends a suspended fiber from outside: its frames never run again, and nothing they hold is let go.
 * For fibers without work of their own, such as an idle scheduler's. */
void chi_fiber_discard(struct chi_fiber *fiber);

/* Calls visit(fiber, arg) for each fiber that has its owner's `user`; the owner's thread. */
void chi_fiber_visit(struct chi_fiber_pool *pool, void (*visit)(struct chi_fiber *, void *),
                     void *arg);

/* Any thread. Costs about a microsecond for each mapped stack. */
void chi_fiber_pool_stats(struct chi_fiber_pool *pool, struct chi_fiber_stats *stats);

#endif
