/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stack pool. Called by fiber.c on the worker's thread. The depth of use is not tracked: it is
 * derived from the resident pages, on request and before a stack is unmapped. Cached stacks are not
 * cleared, so their pages keep that information.
 */
#include "fiber/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_STACK_REGISTER(low, high)       0
#define VALGRIND_STACK_DEREGISTER(id)            ((void)(id))
#define VALGRIND_MAKE_MEM_UNDEFINED(start, size) ((void)0)
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

static uint32_t class_of(const struct chi_stack_pool *pool, size_t size)
{
    uint32_t class = 1;
    if (size <= pool->default_size)
        return 0;
    while (CHI_STACK_SIZE_MIN << (class - 1) < size)
        class ++;
    return class;
}

/* The lowest resident page shows how deep the stack was used. */
static size_t used_bytes(const struct chi_stack_pool *pool, const struct chi_stack *stack)
{
    unsigned char resident[512];
    size_t chunk = sizeof(resident) * pool->page_size;

    for (size_t start = 0; start < stack->size; start += chunk) {
        size_t length = stack->size - start < chunk ? stack->size - start : chunk;
        if (mincore(stack->low + start, length, resident) != 0)
            return 0;
        for (size_t page = 0; page < length / pool->page_size; page++)
            if (resident[page] & 1)
                return stack->size - start - page * pool->page_size;
    }
    return 0;
}

/* Lock held. */
static void measure(struct chi_stack_pool *pool, const struct chi_stack *stack)
{
    size_t used = used_bytes(pool, stack);
    if (used > pool->used_max)
        pool->used_max = used;
}

static int map_stack(struct chi_stack_pool *pool, uint32_t class, struct chi_stack **out)
{
    struct chi_stack *stack = calloc(1, sizeof(*stack));
    char *guard;

    if (stack == NULL)
        return -ENOMEM;
    stack->class = class;
    stack->size = class == 0 ? pool->default_size : CHI_STACK_SIZE_MIN << (class - 1);
    guard = mmap(NULL, CHI_STACK_GUARD + stack->size, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (guard == MAP_FAILED)
        goto free_stack;
    stack->low = guard + CHI_STACK_GUARD;
    if (mprotect(stack->low, stack->size, PROT_READ | PROT_WRITE) != 0)
        goto unmap;
    /* A huge page costs memory and distorts the measurement. MAP_STACK prevents it since Linux 6.7.
     */
    if (stack->size >= (size_t)2 << 20)
        madvise(stack->low, stack->size, MADV_NOHUGEPAGE);
    stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->low, stack->low + stack->size);
#ifdef __SANITIZE_ADDRESS__
    __lsan_register_root_region(stack->low, stack->size); /* parked frames hold pointers */
#endif
    pthread_mutex_lock(&pool->mutex);
    LIST_INSERT_HEAD(&pool->mapped, stack, all);
    pthread_mutex_unlock(&pool->mutex);
    *out = stack;
    return 0;

unmap:
    munmap(guard, CHI_STACK_GUARD + stack->size);
free_stack:
    free(stack);
    return -ENOMEM; /* mmap() fails this way at vm.max_map_count, too */
}

static void unmap_stack(struct chi_stack_pool *pool, struct chi_stack *stack)
{
    pthread_mutex_lock(&pool->mutex);
    measure(pool, stack);
    LIST_REMOVE(stack, all);
    pthread_mutex_unlock(&pool->mutex);
#ifdef __SANITIZE_ADDRESS__
    __lsan_unregister_root_region(stack->low, stack->size);
#endif
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
    munmap(stack->low - CHI_STACK_GUARD, CHI_STACK_GUARD + stack->size);
    free(stack);
}

int chi_stack_pool_init(struct chi_stack_pool *pool, size_t default_size)
{
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE);

    if (default_size > CHI_STACK_SIZE_MAX)
        return -EINVAL;
    if (default_size < CHI_STACK_SIZE_MIN)
        default_size = CHI_STACK_SIZE_MIN;
    *pool = (struct chi_stack_pool){
        .default_size = round_up(default_size, page_size),
        .page_size = page_size,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
    };
    return 0;
}

void chi_stack_pool_fini(struct chi_stack_pool *pool)
{
    for (uint32_t class = 0; class < CHI_STACK_CLASSES; class ++) {
        struct chi_stack *stack;
        while ((stack = SLIST_FIRST(&pool->cache[class]))) {
            SLIST_REMOVE_HEAD(&pool->cache[class], next);
            unmap_stack(pool, stack);
        }
    }
    CHI_ASSERT(LIST_EMPTY(&pool->mapped), "a stack was not released before its pool is destroyed");
    pthread_mutex_destroy(&pool->mutex);
}

/* Only the owner writes the count; others read it for statistics, so no order is needed. */
static void count_cached(struct chi_stack_pool *pool, uint32_t cached)
{
    atomic_store_explicit(&pool->cached, cached, memory_order_relaxed);
}

int chi_stack_acquire(struct chi_stack_pool *pool, size_t size, struct chi_stack **stack)
{
    uint32_t class;

    if (size > CHI_STACK_SIZE_MAX)
        return -EINVAL;
    class = class_of(pool, size);
    *stack = SLIST_FIRST(&pool->cache[class]);
    if (*stack == NULL)
        return map_stack(pool, class, stack);
    SLIST_REMOVE_HEAD(&pool->cache[class], next);
    count_cached(pool, chi_stack_pool_cached(pool) - 1);
    return 0;
}

void chi_stack_release(struct chi_stack_pool *pool, struct chi_stack *stack)
{
    /* Frames that never returned leave poisoned memory. */
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(stack->low, stack->size);
#endif
    VALGRIND_MAKE_MEM_UNDEFINED(stack->low, stack->size);
    if (chi_stack_pool_cached(pool) >= CHI_STACK_CACHE_MAX) {
        unmap_stack(pool, stack);
        return;
    }
    SLIST_INSERT_HEAD(&pool->cache[stack->class], stack, next);
    count_cached(pool, chi_stack_pool_cached(pool) + 1);
}

uint32_t chi_stack_pool_cached(const struct chi_stack_pool *pool)
{
    return atomic_load_explicit(&pool->cached, memory_order_relaxed);
}

size_t chi_stack_pool_used_max(struct chi_stack_pool *pool)
{
    struct chi_stack *stack;
    size_t used_max;

    pthread_mutex_lock(&pool->mutex);
    LIST_FOREACH (stack, &pool->mapped, all)
        measure(pool, stack);
    used_max = pool->used_max;
    pthread_mutex_unlock(&pool->mutex);
    return used_max;
}
