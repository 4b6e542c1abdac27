/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stacks for fibers: mapped with a guard below, pooled by size. One pool per worker, used on
 * that worker's thread only; chi_stack_pool_cached() and chi_stack_pool_used_max() may be called on
 * any thread. Each stack uses two of the process's vm.max_map_count mappings.
 */
#ifndef CHI_FIBER_STACK_H
#define CHI_FIBER_STACK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define CHI_STACK_SIZE_MIN  ((size_t)16 << 10)
#define CHI_STACK_SIZE_MAX  ((size_t)1 << 30)
#define CHI_STACK_GUARD     ((size_t)64 << 10) /* address space only; code probes page by page */
#define CHI_STACK_CACHE_MAX 64                 /* unused stacks kept mapped, over all sizes */
#define CHI_STACK_CLASSES   18 /* the default size, then powers of two from MIN to MAX */

struct chi_stack {
    char *low;                   /* usable bytes: [low, low + size); the guard ends at low */
    size_t size;                 /* bytes */
    uint32_t class;              /* index into chi_stack_pool.cache */
    unsigned valgrind_id;        /* valgrind's id of this stack */
    SLIST_ENTRY(chi_stack) next; /* in the cache */
    LIST_ENTRY(chi_stack) all;   /* mapped stacks, in use or cached; under the pool's mutex */
};

struct chi_stack_pool {
    SLIST_HEAD(, chi_stack) cache[CHI_STACK_CLASSES];
    size_t default_size; /* bytes */
    size_t page_size;    /* bytes */
    _Atomic uint32_t cached;

    pthread_mutex_t mutex; /* held to map, to unmap and to measure */
    LIST_HEAD(, chi_stack) mapped;
    size_t used_max; /* bytes; deepest use of stacks unmapped or measured so far */
};

/*
 * Initialises a pool. `default_size` bytes are rounded up to pages and to CHI_STACK_SIZE_MIN.
 * Returns 0, or -EINVAL above CHI_STACK_SIZE_MAX.
 */
int chi_stack_pool_init(struct chi_stack_pool *pool, size_t default_size);

/* Unmaps the cache; every stack must have been released. */
void chi_stack_pool_fini(struct chi_stack_pool *pool);

/*
 * Acquires a stack of at least `size` bytes and at least the default size.
 * Returns 0, or
 *   -EINVAL   size is above CHI_STACK_SIZE_MAX
 *   -ENOMEM   out of memory or mappings
 */
int chi_stack_acquire(struct chi_stack_pool *pool, size_t size, struct chi_stack **stack);

/* Releases a stack to the pool. Nothing may run on it any more. */
void chi_stack_release(struct chi_stack_pool *pool, struct chi_stack *stack);

/* Returns the number of mapped, unused stacks. Any thread. */
uint32_t chi_stack_pool_cached(const struct chi_stack_pool *pool);

/*
 * Returns the deepest use of any stack of this pool so far, in bytes of whole pages. Any thread.
 * Queries the kernel for every mapped stack, about a microsecond each; the owner blocks if it maps
 * a stack meanwhile.
 */
size_t chi_stack_pool_used_max(struct chi_stack_pool *pool);

#endif
