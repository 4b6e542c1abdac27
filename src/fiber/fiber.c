/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fibers on top of contexts and pooled stacks; announces each switch to ASan and TSan. Called by a
 * worker's scheduler on the worker's thread. The switch itself is inline in fiber.h.
 */
#include "fiber/fiber.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "fiber/stack.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

struct chi_fiber_pool {
    struct chi_stack_pool stacks;
    struct chi_fiber *free; /* without a stack */
    struct chi_fiber *all;
    uint32_t cap;
    /* Written by the owner; others read them for statistics, so nothing is ordered by them. */
    _Atomic uint32_t live;
    _Atomic uint32_t live_peak;
};

_Thread_local struct chi_fiber *chi_fiber_running;

/* ---- announcements to sanitizers */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
CHI_UNINSTRUMENTED
void chi_fiber_announce_switch(struct chi_fiber *from, struct chi_fiber *to)
{
    (void)from;
#ifdef __SANITIZE_ADDRESS__
    /* NULL destroys the fake stack of a fiber that exits. */
    __sanitizer_start_switch_fiber(from->exiting ? NULL : &from->asan_fake_stack, to->asan_low,
                                   to->asan_size);
#endif
#ifdef __SANITIZE_THREAD__
    __tsan_switch_to_fiber(to->tsan_fiber, 0); /* 0: the switch synchronises */
#endif
}

CHI_UNINSTRUMENTED
void chi_fiber_announce_arrival(struct chi_fiber *self, struct chi_fiber *from)
{
    (void)self;
    (void)from;
#ifdef __SANITIZE_ADDRESS__
    /* Reports the stack of `from`, which is unknown for an adopted thread. */
    __sanitizer_finish_switch_fiber(self->asan_fake_stack, &from->asan_low, &from->asan_size);
#endif
}
#endif

static void announce_birth(struct chi_fiber *fiber)
{
#ifdef __SANITIZE_ADDRESS__
    fiber->asan_fake_stack = NULL;
    fiber->asan_low = fiber->stack->low;
    fiber->asan_size = fiber->stack->size;
#endif
#ifdef __SANITIZE_THREAD__
    fiber->tsan_fiber = __tsan_create_fiber(0);
#endif
    (void)fiber;
}

static void announce_death(struct chi_fiber *fiber)
{
#ifdef __SANITIZE_THREAD__
    __tsan_destroy_fiber(fiber->tsan_fiber);
#endif
    (void)fiber;
}

/* ASan destroys a fake stack only for a fiber that exits, so simulate a switch to it and its exit.
 */
CHI_UNINSTRUMENTED
static void drop_fake_stack(struct chi_fiber *fiber)
{
#ifdef __SANITIZE_ADDRESS__
    void *mine;
    const void *low;
    size_t size;

    if (fiber->asan_fake_stack == NULL)
        return;
    __sanitizer_start_switch_fiber(&mine, fiber->asan_low, fiber->asan_size);
    __sanitizer_finish_switch_fiber(fiber->asan_fake_stack, &low, &size);
    __sanitizer_start_switch_fiber(NULL, low, size);
    __sanitizer_finish_switch_fiber(mine, NULL, NULL);
#endif
    (void)fiber;
}

/* ---- the pool */

int chi_fiber_pool_create(size_t stack_size, uint32_t cap, struct chi_fiber_pool **pool)
{
    struct chi_fiber_pool *self;
    int rc;

    if (cap == 0 || cap > CHI_FIBER_CAP_MAX)
        return -EINVAL;
    self = calloc(1, sizeof(*self));
    if (self == NULL)
        return -ENOMEM;
    self->cap = cap;
    rc = chi_stack_pool_init(&self->stacks, stack_size);
    if (rc != 0) {
        free(self);
        return rc;
    }
    *pool = self;
    return 0;
}

void chi_fiber_pool_destroy(struct chi_fiber_pool *pool)
{
    struct chi_fiber *fiber;

    if (pool == NULL)
        return;
    while ((fiber = pool->all) != NULL) {
        pool->all = fiber->all_next;
        if (fiber->stack != NULL) {
            CHI_ASSERT(!fiber->started, "a pool is destroyed while a fiber is suspended");
            chi_fiber_discard(fiber);
        }
        free(fiber);
    }
    chi_stack_pool_fini(&pool->stacks);
    free(pool);
}

static uint32_t live(const struct chi_fiber_pool *pool)
{
    return atomic_load_explicit(&pool->live, memory_order_relaxed);
}

static void count_live(struct chi_fiber_pool *pool, uint32_t count)
{
    atomic_store_explicit(&pool->live, count, memory_order_relaxed);
    if (count > atomic_load_explicit(&pool->live_peak, memory_order_relaxed))
        atomic_store_explicit(&pool->live_peak, count, memory_order_relaxed);
}

void chi_fiber_pool_stats(struct chi_fiber_pool *pool, struct chi_fiber_stats *stats)
{
    *stats = (struct chi_fiber_stats){
        .live = live(pool),
        .live_peak = atomic_load_explicit(&pool->live_peak, memory_order_relaxed),
        .stacks_cached = chi_stack_pool_cached(&pool->stacks),
        .stack_used_max = chi_stack_pool_used_max(&pool->stacks),
        .stack_size_default = pool->stacks.default_size,
    };
}

bool chi_fiber_in_guard(const struct chi_fiber *fiber, const void *address)
{
    if (fiber == NULL || fiber->stack == NULL)
        return false;
    uintptr_t low = (uintptr_t)fiber->stack->low;
    return (uintptr_t)address < low && low - (uintptr_t)address <= CHI_STACK_GUARD;
}

void chi_fiber_visit(struct chi_fiber_pool *pool, void (*visit)(struct chi_fiber *, void *),
                     void *arg)
{
    for (struct chi_fiber *fiber = pool->all; fiber != NULL; fiber = fiber->all_next)
        if (fiber->stack != NULL && fiber->user != NULL)
            visit(fiber, arg);
}

/* The memory of fibers is released only with the pool, so `free` is a list of fibers. */
static struct chi_fiber *take_unused(struct chi_fiber_pool *pool)
{
    struct chi_fiber *fiber = pool->free;

    if (fiber != NULL) {
        pool->free = fiber->free_next;
    } else {
        fiber = aligned_alloc(_Alignof(struct chi_fiber), sizeof(*fiber));
        if (fiber == NULL)
            return NULL;
        *fiber = (struct chi_fiber){.pool = pool};
        fiber->all_next = pool->all;
        pool->all = fiber;
    }
    fiber->user = NULL;
    fiber->link = NULL;
    fiber->started = false;
    fiber->exiting = false;
    return fiber;
}

static void put_unused(struct chi_fiber *fiber)
{
    fiber->free_next = fiber->pool->free;
    fiber->pool->free = fiber;
}

void chi_fiber_retire(struct chi_fiber *fiber)
{
    struct chi_fiber_pool *pool = fiber->pool;

    announce_death(fiber);
    chi_stack_release(&pool->stacks, fiber->stack);
    fiber->stack = NULL;
    fiber->state = NULL;
    put_unused(fiber);
    count_live(pool, live(pool) - 1);
}

/* ---- fibers */

CHI_UNINSTRUMENTED
static void start(struct chi_context_arrival arrival)
{
    struct chi_fiber *self = chi_fiber_running;

    self->started = true;
    chi_fiber_arrive(self, arrival);
    self->entry(self->arg);
    CHI_ASSERT(false, "a fiber's entry returned; it must end in chi_fiber_exit_to()");
    abort();
}

int chi_fiber_create_sized(struct chi_fiber_pool *pool, size_t stack_size, chi_fiber_entry_t entry,
                           void *arg, struct chi_fiber **out)
{
    struct chi_fiber *fiber;
    int rc;

    if (live(pool) >= pool->cap)
        return -EAGAIN;
    fiber = take_unused(pool);
    if (fiber == NULL)
        return -ENOMEM;
    rc = chi_stack_acquire(&pool->stacks, stack_size, &fiber->stack);
    if (rc != 0) {
        fiber->stack = NULL;
        put_unused(fiber);
        return rc;
    }
    fiber->entry = entry;
    fiber->arg = arg;
    fiber->state = chi_context_make(fiber->stack->low, fiber->stack->size, start);
    announce_birth(fiber);
    count_live(pool, live(pool) + 1);
    *out = fiber;
    return 0;
}

int chi_fiber_create(struct chi_fiber_pool *pool, chi_fiber_entry_t entry, void *arg,
                     struct chi_fiber **fiber)
{
    return chi_fiber_create_sized(pool, 0, entry, arg, fiber);
}

struct chi_fiber *chi_fiber_adopt(struct chi_fiber_pool *pool)
{
    struct chi_fiber *fiber;

    CHI_ASSERT(chi_fiber_running == NULL, "the thread is already adopted");
    fiber = take_unused(pool);
    if (fiber == NULL)
        return NULL;
    fiber->started = true;
#ifdef __SANITIZE_THREAD__
    fiber->tsan_fiber = __tsan_get_current_fiber();
#endif
    chi_fiber_running = fiber;
    return fiber;
}

void chi_fiber_unadopt(struct chi_fiber *fiber)
{
    CHI_ASSERT(chi_fiber_running == fiber && fiber->stack == NULL,
               "chi_fiber_unadopt() on a stack other than the thread's own");
    chi_fiber_running = NULL;
    put_unused(fiber);
}

CHI_UNINSTRUMENTED
void chi_fiber_exit_to(struct chi_fiber *self, struct chi_fiber *to)
{
    CHI_ASSERT(self->stack != NULL, "an adopted thread cannot exit as a fiber");
    self->exiting = true;
    chi_fiber_switch(self, to);
    abort();
}

void chi_fiber_discard(struct chi_fiber *fiber)
{
    CHI_ASSERT(fiber != chi_fiber_running && fiber->stack != NULL,
               "chi_fiber_discard() of a fiber that is not suspended");
    drop_fake_stack(fiber);
    chi_fiber_retire(fiber);
}
