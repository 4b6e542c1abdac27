/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The allocator of a client's threads: caches over the process's arenas. Each call works on the
 * calling thread's caches only.
 */
#include "client/memory.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "chimaera/status.h"
#include "client/stepping.h"
#include "client/submit.h"
#include "client/task.h"
#include "client/thread.h"
#include "lane/ingress_lane.h"

#define RETURN_YIELDS 64u

static int explain(int rc, enum chi_segment segment, size_t size)
{
    if (rc != -ENOMEM)
        return chi_error(rc, "cannot allocate %zu bytes of shared memory: %s", size,
                         chi_strerror(rc));
    return chi_error(
        rc,
        "cannot allocate %zu bytes of shared memory: memory.%s allows no more, since "
        "some is kept for other clients, or /dev/shm is full",
        size, segment == CHI_SEGMENT_MAIN ? "main_segment_size" : "client_data_segment_size");
}

static void *memory_alloc(const struct chi_allocator *allocator, enum chi_segment segment,
                          size_t size, chi_shm_ptr_t *ptr)
{
    struct chi_client_thread *self = chi_client_thread();
    uint64_t offset;

    (void)allocator;
    *ptr = 0;
    if (self == NULL)
        return NULL;
    int rc = chi_arena_alloc(self->cache[segment], size, CHI_CLIENT_TAG, &offset);
    if (rc < 0) {
        explain(rc, segment, size);
        return NULL;
    }
    *ptr = chi_shm_ptr(segment, offset);
    return (char *)self->base[segment] + offset;
}

static void memory_free(const struct chi_allocator *allocator, chi_shm_ptr_t ptr, size_t size)
{
    struct chi_client_thread *self = chi_client_thread();
    uint32_t segment = chi_shm_segment(ptr);

    (void)allocator, (void)size;
    CHI_ASSERT(segment != CHI_SEGMENT_PRIVATE,
               "memory of a handler is freed on a thread that is not the runtime's");
    if (self != NULL && segment <= CHI_SEGMENT_CLIENT_DATA)
        chi_arena_free(self->cache[segment], chi_shm_offset(ptr), CHI_CLIENT_TAG);
}

struct pushed {
    struct chi_client_thread *self;
    uint64_t item;
};

static bool push_stepped(void *argument)
{
    const struct pushed *pushed = argument;
    return chi_client_push(pushed->self, pushed->item) != -EAGAIN;
}

static void memory_give_back(const struct chi_allocator *allocator, chi_shm_ptr_t ptr)
{
    struct chi_client_thread *self = chi_client_thread();

    (void)allocator;
    if (self == NULL || chi_shm_segment(ptr) != CHI_SEGMENT_RUNTIME_DATA)
        return;
    uint64_t item = chi_shm_offset(ptr) / CHI_CACHE_LINE | CHI_LANE_RETURN_BIT;
    /* A full lane empties as long as the runtime lives; when it does not, nothing is owed. */
    for (unsigned i = 1; chi_client_push(self, item) == -EAGAIN; i++) {
        struct timespec pause = {.tv_nsec = 100 * CHI_NS_PER_US};
        if (chi_stepping != NULL) {
            struct pushed pushed = {.self = self, .item = item};
            chi_stepping->wait(push_stepped, &pushed, UINT64_MAX);
            return;
        }
        if (i % RETURN_YIELDS != 0) {
            chi_cpu_yield();
            continue;
        }
        if (!chi_connection_check(&self->client->connection))
            return;
        nanosleep(&pause, NULL);
    }
}

static void *memory_at(const struct chi_allocator *allocator, chi_shm_ptr_t ptr, uint64_t size)
{
    uint32_t segment = chi_shm_segment(ptr);
    uint64_t offset = chi_shm_offset(ptr);
    struct chi_client_thread *self = chi_client_thread();

    (void)allocator;
    if (segment >= CHI_SEGMENT_COUNT || self == NULL || offset >= self->size[segment] ||
        size > self->size[segment] - offset)
        return NULL;
    return (char *)self->base[segment] + offset;
}

static chi_shm_ptr_t memory_ptr_of(const struct chi_allocator *allocator, const void *address)
{
    struct chi_client_thread *self = chi_client_thread();

    (void)allocator;
    if (self == NULL)
        return 0;
    for (uint32_t s = 0; s < CHI_SEGMENT_COUNT; s++) {
        uintptr_t base = (uintptr_t)self->base[s];
        if ((uintptr_t)address - base < self->size[s])
            return chi_shm_ptr((enum chi_segment)s, (uintptr_t)address - base);
    }
    return 0;
}

const struct chi_allocator chi_client_allocator = {.alloc = memory_alloc,
                                                   .free = memory_free,
                                                   .give_back = memory_give_back,
                                                   .at = memory_at,
                                                   .ptr_of = memory_ptr_of};

uint64_t chi_client_blocks(enum chi_segment segment)
{
    struct chi_client_thread *self = chi_client_thread();
    struct chi_arena_stats stats;

    if (self == NULL || segment > CHI_SEGMENT_CLIENT_DATA)
        return 0;
    chi_client_sweep(self, UINT32_MAX);
    chi_arena_stats(self->client->arena[segment], &stats);
    return stats.blocks - (segment == CHI_SEGMENT_MAIN && self->deleted_last != NULL);
}
