/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of modules that look up queues, lanes and stack sizes. Any worker, without a lock. */
#include "runtime/module/lane.h"

#include "runtime/core/current.h"
#include "runtime/module/pool.h"

struct chi_queue *chi_container_find_queue(const struct chi_container *container, chi_queue_id_t id)
{
    struct chi_queue *queue = atomic_load_explicit(&container->priv->queues, memory_order_acquire);
    while (queue != NULL && queue->id != id)
        queue = queue->next;
    return queue;
}

#define HOP_NS 2000u /* about what a task takes to get to another worker that is awake */

void chi_lane_init_private(struct chi_lane *lane, struct chi_container *container,
                           struct chi_worker *worker)
{
    *lane = (struct chi_lane){.container = container, .worker = worker};
    STAILQ_INIT(&lane->tasks);
    STAILQ_INIT(&lane->subtasks);
    atomic_store_explicit(&lane->runner, worker, memory_order_relaxed);
}

struct chi_lane *chi_container_lane(struct chi_container *container, chi_queue_id_t queue_id,
                                    chi_lane_id_t lane_id)
{
    struct chi_queue *queue = chi_container_find_queue(container, queue_id);
    return queue != NULL && lane_id < queue->lane_count ? &queue->lanes[lane_id] : NULL;
}

struct chi_lane *chi_container_lane_by_hash(struct chi_container *container,
                                            chi_queue_id_t queue_id, uint32_t hash)
{
    struct chi_queue *queue = chi_container_find_queue(container, queue_id);
    return queue != NULL ? &queue->lanes[hash % queue->lane_count] : NULL;
}

struct chi_lane *chi_container_local_lane(struct chi_container *container, chi_queue_id_t queue_id)
{
    struct chi_queue *queue = chi_container_find_queue(container, queue_id);
    for (uint32_t i = 0; queue != NULL && i < queue->lane_count; i++)
        if (queue->lanes[i].worker == chi_worker_self)
            return &queue->lanes[i];
    return NULL;
}

/* Of lanes of equal load and length, those of `self` are better. */
static bool is_better(const struct chi_lane *lane, const struct chi_lane *least,
                      const struct chi_worker *self)
{
    if (chi_lane_load(lane) != chi_lane_load(least))
        return chi_lane_load(lane) < chi_lane_load(least);
    if (chi_lane_size(lane) != chi_lane_size(least))
        return chi_lane_size(lane) < chi_lane_size(least);
    return lane->worker == self && least->worker != self;
}

struct chi_lane *chi_container_lane_least_loaded(struct chi_container *container,
                                                 chi_queue_id_t queue_id)
{
    struct chi_queue *queue = chi_container_find_queue(container, queue_id);
    const struct chi_worker *self = chi_worker_self;
    uint32_t first = 0;

    if (queue == NULL)
        return NULL;
    if (queue->lane_count > 1 &&
        atomic_load_explicit(&queue->run_ns, memory_order_relaxed) >= HOP_NS) {
        first = atomic_fetch_add_explicit(&queue->turn, 1, memory_order_relaxed);
        self = NULL;
    }
    struct chi_lane *least = &queue->lanes[first % queue->lane_count];
    for (uint32_t i = 1; i < queue->lane_count; i++) {
        struct chi_lane *lane = &queue->lanes[(first + i) % queue->lane_count];
        if (is_better(lane, least, self))
            least = lane;
    }
    return least;
}

uint32_t chi_lane_size(const struct chi_lane *lane)
{
    return atomic_load_explicit(&lane->waiting, memory_order_relaxed);
}

bool chi_lane_is_empty(const struct chi_lane *lane)
{
    return chi_lane_size(lane) == 0;
}

uint64_t chi_lane_load(const struct chi_lane *lane)
{
    return atomic_load_explicit(&lane->load, memory_order_relaxed);
}

size_t chi_container_stack_size(const struct chi_container *container, uint32_t method)
{
    const struct chi_method_stack *stack =
        atomic_load_explicit(&container->priv->stacks, memory_order_acquire);
    while (stack != NULL && stack->method != method)
        stack = stack->next;
    return stack != NULL ? stack->size : 0;
}
