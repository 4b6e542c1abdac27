/* SPDX-License-Identifier: BSD-3-Clause */
/* Stands between handlers and the runtime's functions for memory and subtasks. */
#include "test/allocations.h"

#include <errno.h>
#include <stdatomic.h>

#include "chimaera/status.h"
#include "chimaera/test.h"
#include "client/task_backend.h"
#include "task/allocator.h"

static struct {
    struct chi_allocator allocator;
    struct chi_task_backend backend;
} real;
static _Atomic(int64_t) blocks, subtasks;
static _Atomic(uint32_t) countdown; /* allocations until one fails; 0 none does */
static atomic_bool failed;

/* In the handler of a module; what the runtime does for itself, and admin for it, is left alone. */
static bool in_module(void)
{
    const struct chi_run_context *context = chi_current_context();
    return context != NULL && context->container != NULL &&
           !chi_pool_id_equal(context->container->pool_id, CHI_ADMIN_POOL_ID);
}

static bool is_to_fail(void)
{
    uint32_t left = atomic_load_explicit(&countdown, memory_order_relaxed);
    if (left == 0 || !in_module())
        return false;
    while (!atomic_compare_exchange_weak_explicit(&countdown, &left, left - 1, memory_order_relaxed,
                                                  memory_order_relaxed))
        if (left == 0)
            return false;
    if (left > 1)
        return false;
    atomic_store_explicit(&failed, true, memory_order_relaxed);
    return true;
}

static void *alloc(const struct chi_allocator *self, enum chi_segment segment, size_t size,
                   chi_shm_ptr_t *ptr)
{
    if (is_to_fail()) {
        *ptr = 0;
        chi_error(-ENOMEM, "cannot allocate %zu bytes: the test wants it so", size);
        return NULL;
    }
    void *memory = real.allocator.alloc(self, segment, size, ptr);
    if (memory != NULL)
        atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed);
    return memory;
}

static void free_block(const struct chi_allocator *self, chi_shm_ptr_t ptr, size_t size)
{
    if (chi_shm_segment(ptr) == CHI_SEGMENT_PRIVATE)
        atomic_fetch_sub_explicit(&blocks, 1, memory_order_relaxed);
    real.allocator.free(self, ptr, size);
}

static struct chi_task *task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                 chi_pool_query_t query)
{
    if (is_to_fail()) {
        chi_error(-ENOMEM, "no room for a subtask: the test wants it so");
        return NULL;
    }
    struct chi_task *task = real.backend.task_new(schema, pool_id, query);
    if (task != NULL)
        atomic_fetch_add_explicit(&subtasks, 1, memory_order_relaxed);
    return task;
}

static void task_del(struct chi_task *task)
{
    atomic_fetch_sub_explicit(&subtasks, 1, memory_order_relaxed);
    real.backend.task_del(task);
}

void chi_test_adjust_backend(struct chi_allocator *allocator, struct chi_task_backend *backend)
{
    real.allocator = *allocator;
    real.backend = *backend;
    allocator->alloc = alloc;
    allocator->free = free_block;
    backend->task_new = task_new;
    backend->task_del = task_del;
}

void chi_test_allocations_reset(void)
{
    atomic_store_explicit(&blocks, 0, memory_order_relaxed);
    atomic_store_explicit(&subtasks, 0, memory_order_relaxed);
    atomic_store_explicit(&countdown, 0, memory_order_relaxed);
    atomic_store_explicit(&failed, false, memory_order_relaxed);
}

int64_t chi_test_blocks_left(void)
{
    return atomic_load_explicit(&blocks, memory_order_relaxed);
}

int64_t chi_test_subtasks_left(void)
{
    return atomic_load_explicit(&subtasks, memory_order_relaxed);
}

bool chi_test_fail_nth(uint32_t n)
{
    bool before = atomic_exchange_explicit(&failed, false, memory_order_relaxed);
    bool go_on = n == 1 || (n > 1 && before);
    atomic_store_explicit(&countdown, go_on ? n : 0, memory_order_relaxed);
    return go_on;
}

bool chi_test_failed(void)
{
    return atomic_load_explicit(&failed, memory_order_relaxed);
}
