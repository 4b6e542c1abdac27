/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fibers: stacks that one thread switches between, without any scheduling. The owner (a worker's
 * scheduler) runs on a fiber itself. When a handler parks, the owner switches to an idle fiber or a
 * new one; the parked frames stay where they are until a switch continues them.
 *
 * A pool and its fibers belong to one thread: the one that adopts. A fiber never moves to another
 * thread, so errno and thread-local values are the same before and after a switch. Misuse (a switch
 * from a fiber that is not running, or to a fiber of another thread) is an assertion.
 */
#ifndef CHI_FIBER_FIBER_H
#define CHI_FIBER_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "fiber/context.h"

/* Each stack uses two mappings, and vm.max_map_count is 65530 per process by default. */
#define CHI_FIBER_CAP_MAX 16000

struct chi_fiber_pool;
struct chi_stack;

typedef void (*chi_fiber_entry_t)(void *arg);

struct chi_fiber {
    _Alignas(64) void *user; /* the owner's; NULL when created */
    struct chi_fiber *link;  /* the owner's, for a list or queue; NULL when created */

    /* The following members belong to src/fiber. Those that a switch accesses come first, in one
     * cache line. */
    void *state; /* while suspended: its context; NULL if unused, so that a switch faults */
    struct chi_fiber_pool *pool;
    bool started;
    bool exiting;            /* the next fiber to run retires it */
    struct chi_stack *stack; /* NULL for an adopted thread, and if unused */
    chi_fiber_entry_t entry;
    void *arg;
    struct chi_fiber *free_next; /* unused fibers of the pool */
    struct chi_fiber *all_next;  /* all fibers of the pool, used or not */
    void *tsan_fiber;
    void *asan_fake_stack;
    const void *asan_low; /* stack bounds, also of an adopted thread */
    size_t asan_size;     /* bytes */
};

/* Checked at each switch: `from` must be the running fiber, and thus belong to this thread. */
extern _Thread_local struct chi_fiber *chi_fiber_running;

/* Releases the stack of `fiber` to the pool. Nothing may run on the fiber any more. */
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

/*
 * Called by a fiber when it continues. A fiber cannot release its own stack, so a fiber that exits
 * is retired here, by the next fiber that runs.
 */
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
    uint32_t live; /* created and neither exited nor discarded; without adopted threads */
    uint32_t live_peak;
    uint32_t stacks_cached;    /* mapped for reuse */
    size_t stack_used_max;     /* bytes in whole pages; the deepest use of any stack so far */
    size_t stack_size_default; /* bytes, after rounding */
};

/*
 * Creates a pool. Several pools share the mappings of the process: keep the sum of caps below
 * vm.max_map_count / 2.
 *   stack_size   bytes, rounded up to pages, at least 16 KiB
 *   cap          maximum number of live fibers
 * Returns 0, or
 *   -EINVAL   cap is 0 or above CHI_FIBER_CAP_MAX, or the stack is larger than 1 GiB
 *   -ENOMEM   out of memory
 */
int chi_fiber_pool_create(size_t stack_size, uint32_t cap, struct chi_fiber_pool **pool);

/* Destroys a pool. Every fiber must have exited, been discarded, or never been started. */
void chi_fiber_pool_destroy(struct chi_fiber_pool *pool);

/*
 * Creates a suspended fiber that calls entry(arg) at the first switch to it. `entry` must not
 * return: it ends in chi_fiber_exit_to().
 * Returns 0, or
 *   -EAGAIN   the pool has reached its cap
 *   -ENOMEM   out of memory
 */
int chi_fiber_create(struct chi_fiber_pool *pool, chi_fiber_entry_t entry, void *arg,
                     struct chi_fiber **fiber);

/*
 * The same with a stack of at least `stack_size` bytes. Above the default size of the pool, the
 * size is rounded up to a power of two, and such stacks are pooled separately. Also returns -EINVAL
 * above 1 GiB.
 */
int chi_fiber_create_sized(struct chi_fiber_pool *pool, size_t stack_size, chi_fiber_entry_t entry,
                           void *arg, struct chi_fiber **fiber);

/*
 * Makes the calling thread, on its own stack, a running fiber of `pool`. A thread can be adopted
 * only once at a time. Returns NULL if memory is exhausted.
 */
struct chi_fiber *chi_fiber_adopt(struct chi_fiber_pool *pool);

/* Undoes chi_fiber_adopt(); the thread must be back on its own stack. */
void chi_fiber_unadopt(struct chi_fiber *fiber);

/* Returns the running fiber of the calling thread, or NULL if the thread is not adopted. */
static inline struct chi_fiber *chi_fiber_current(void)
{
    return chi_fiber_running;
}

/*
 * Suspends `from`, the running fiber, and continues `to`, a suspended fiber of the same pool.
 * Returns when a fiber switches to `from`. Inline for the reason given in context.h.
 */
CHI_UNINSTRUMENTED
static CHI_FIBER_INLINE void chi_fiber_switch(struct chi_fiber *from, struct chi_fiber *to)
{
    CHI_ASSERT(chi_fiber_running == from && from != to && from->pool == to->pool,
               "a switch from a fiber that is not running, or to one of another pool");
    chi_fiber_running = to;
    CHI_FIBER_ANNOUNCE_SWITCH(from, to);
    chi_fiber_arrive(from, chi_context_jump(to->state, from));
}

/*
 * Ends `self`, the running fiber (not an adopted thread), and continues `to`, which first releases
 * the stack of `self`.
 */
void chi_fiber_exit_to(struct chi_fiber *self, struct chi_fiber *to) __attribute__((noreturn));

/*
 * Ends a suspended fiber: its frames never run again, and nothing that they hold is released. For
 * fibers without work of their own, such as that of an idle scheduler.
 */
void chi_fiber_discard(struct chi_fiber *fiber);

/* Whether the address lies in the guard below the fiber's stack. Async-signal-safe. */
bool chi_fiber_in_guard(const struct chi_fiber *fiber, const void *address);

/* Calls visit(fiber, arg) for each fiber whose `user` is set. Thread of the owner only. */
void chi_fiber_visit(struct chi_fiber_pool *pool, void (*visit)(struct chi_fiber *, void *),
                     void *arg);

/* Reads the statistics. Any thread. Costs about a microsecond per mapped stack. */
void chi_fiber_pool_stats(struct chi_fiber_pool *pool, struct chi_fiber_stats *stats);

#endif
