/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues of containers: functions of chimaera/container.h. A queue is added by a handler of the
 * container and freed with the container, so looking one up takes no lock.
 */
#include "runtime/pools/queues.h"

#include <errno.h>
#include <string.h>

#include "chimaera/status.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/worker/worker.h"
#include "task/allocator.h"

#define STACK_SIZE_MAX (64u << 20)

/* Memory of handlers' allocator. Workers only. */
static void *allocate(size_t count, size_t size)
{
    chi_shm_ptr_t ptr;
    void *memory = chi_allocator->alloc(chi_allocator, CHI_SEGMENT_MAIN, count * size, &ptr);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

static void release(void *memory, size_t count, size_t size)
{
    if (memory != NULL)
        chi_allocator->free(chi_allocator, chi_shm_ptr(CHI_SEGMENT_PRIVATE, (uintptr_t)memory),
                            count * size);
}

/* Sets `first` and returns the number of the workers of that class; those of low latency if there
 * are none of high latency. */
static uint32_t workers_of(const struct chi_runtime *runtime, enum chi_priority priority,
                           uint32_t *first)
{
    if (priority == CHI_HIGH_LATENCY && runtime->worker_count > runtime->sched_count) {
        *first = runtime->sched_count;
        return runtime->worker_count - runtime->sched_count;
    }
    *first = 0;
    return runtime->sched_count;
}

static void map_lanes(struct chi_runtime *runtime, struct chi_queue *queue,
                      struct chi_container *container)
{
    uint32_t first;
    uint32_t count = workers_of(runtime, queue->priority, &first);
    for (uint32_t i = 0; i < queue->lane_count; i++) {
        uint32_t chosen = first;
        if (runtime->config.lane_map_policy == CHI_LANE_MAP_LEAST_LOADED) {
            for (uint32_t w = first; w < first + count; w++)
                if (atomic_load_explicit(&runtime->workers[w]->lane_count, memory_order_relaxed) <
                    atomic_load_explicit(&runtime->workers[chosen]->lane_count,
                                         memory_order_relaxed))
                    chosen = w;
        } else {
            chosen =
                first +
                atomic_fetch_add_explicit(&runtime->next_lane, 1, memory_order_relaxed) % count;
        }
        chi_lane_init_private(&queue->lanes[i], container, runtime->workers[chosen]);
        queue->lanes[i].queue = queue->lane_count > 1 ? queue : NULL;
        atomic_fetch_add_explicit(&runtime->workers[chosen]->lane_count, 1, memory_order_relaxed);
    }
}

int chi_container_create_queue(struct chi_container *container, chi_queue_id_t queue_id,
                               uint32_t lane_count, enum chi_priority priority)
{
    struct chi_queue *queue = chi_container_find_queue(container, queue_id);

    if (lane_count == 0 || lane_count > CHI_LANES_MAX)
        return chi_error(-EINVAL, "queue %u: %u lanes; 1 to %u are possible", queue_id, lane_count,
                         CHI_LANES_MAX);
    if (queue != NULL) {
        if (queue->lane_count == lane_count && queue->priority == priority)
            return 0;
        return chi_error(-EEXIST, "queue %u exists with %u lanes or another priority", queue_id,
                         queue->lane_count);
    }
    queue = allocate(1, sizeof(*queue));
    struct chi_lane *lanes = allocate(lane_count, sizeof(*lanes));
    if (queue == NULL || lanes == NULL) {
        release(queue, 1, sizeof(*queue));
        release(lanes, lane_count, sizeof(*lanes));
        return chi_error(-ENOMEM, "out of memory for queue %u", queue_id);
    }
    queue->id = queue_id;
    queue->lane_count = lane_count;
    queue->priority = priority;
    queue->lanes = lanes;
    map_lanes(container->priv->pool->runtime, queue, container);
    queue->next = atomic_load_explicit(&container->priv->queues, memory_order_relaxed);
    /* Release: pairs with the acquire in chi_container_find_queue(), on any worker. */
    atomic_store_explicit(&container->priv->queues, queue, memory_order_release);
    return 0;
}

int chi_container_set_stack_size(struct chi_container *container, uint32_t method,
                                 size_t stack_size)
{
    struct chi_container_priv *priv = container->priv;

    if (priv->pool->ops->schema(method) == NULL)
        return chi_error(-EINVAL, "stack size for method %u, which the module does not have",
                         method);
    if (stack_size > STACK_SIZE_MAX)
        return chi_error(-EINVAL, "a stack of %zu bytes for method %u; the maximum is %zu",
                         stack_size, method, (size_t)STACK_SIZE_MAX);
    if (stack_size <= priv->pool->runtime->config.stack_size)
        return 0;
    struct chi_method_stack *stack = allocate(1, sizeof(*stack));
    if (stack == NULL)
        return chi_error(-ENOMEM, "out of memory for the stack size of method %u", method);
    stack->method = method;
    stack->size = stack_size;
    stack->next = atomic_load_explicit(&priv->stacks, memory_order_relaxed);
    /* Release: pairs with the acquire in chi_container_stack_size(). */
    atomic_store_explicit(&priv->stacks, stack, memory_order_release);
    return 0;
}

void chi_container_free_queues(struct chi_container *container)
{
    struct chi_queue *queue = atomic_load_explicit(&container->priv->queues, memory_order_acquire);
    while (queue != NULL) {
        struct chi_queue *next = queue->next;
        for (uint32_t i = 0; i < queue->lane_count; i++)
            atomic_fetch_sub_explicit(&queue->lanes[i].worker->lane_count, 1, memory_order_relaxed);
        release(queue->lanes, queue->lane_count, sizeof(*queue->lanes));
        release(queue, 1, sizeof(*queue));
        queue = next;
    }
    atomic_store_explicit(&container->priv->queues, NULL, memory_order_relaxed);
    struct chi_method_stack *stack =
        atomic_load_explicit(&container->priv->stacks, memory_order_acquire);
    while (stack != NULL) {
        struct chi_method_stack *next = stack->next;
        release(stack, 1, sizeof(*stack));
        stack = next;
    }
}
