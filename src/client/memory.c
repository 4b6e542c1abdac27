/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory of a client's threads: caches over the process's arenas, buffers, and positions to
 * addresses. Each call works on the calling thread's caches only.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "chimaera/string.h"
#include "client/client.h"
#include "lane/ingress_lane.h"
#include "shm/extents.h"
#include "task/host.h"

#define RETURN_YIELDS  64u
#define FIRST_YIELD_NS 50000u

int chi_client_thread_start(struct chi_client_thread *self, struct chi_client *client)
{
    memset(self, 0, sizeof(*self));
    for (int s = CHI_SEGMENT_MAIN; s <= CHI_SEGMENT_CLIENT_DATA; s++) {
        int rc = chi_arena_cache_create(client->arena[s], &self->cache[s]);
        if (rc < 0) {
            if (s == CHI_SEGMENT_CLIENT_DATA)
                chi_arena_cache_destroy(self->cache[CHI_SEGMENT_MAIN]);
            memset(self, 0, sizeof(*self));
            return rc;
        }
    }
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        self->base[s] = client->segments[s].base;
        self->size[s] = client->segments[s].size;
    }
    unsigned number = atomic_fetch_add_explicit(&client->next_thread, 1, memory_order_relaxed);
    self->lane = &client->lanes[number % client->lane_count];
    self->depth_log2 = client->depth_log2;
    self->pid = (uint32_t)getpid();
    self->tid = (uint32_t)syscall(SYS_gettid);
    self->yield_ns = FIRST_YIELD_NS;
    self->client = client;
    return 0;
}

void chi_client_thread_stop(struct chi_client_thread *self)
{
    struct chi_client *client = self->client;
    if (client == NULL)
        return;
    chi_client_leave_orphans(self);
    if (self->resting != NULL)
        chi_arena_free(self->cache[CHI_SEGMENT_MAIN],
                       (uint64_t)((char *)self->resting - (char *)self->base[CHI_SEGMENT_MAIN]),
                       CHI_CLIENT_TAG);
    for (int s = CHI_SEGMENT_MAIN; s <= CHI_SEGMENT_CLIENT_DATA; s++)
        chi_arena_cache_destroy(self->cache[s]);
    memset(self, 0, sizeof(*self));
    chi_client_release(client);
}

int chi_client_alloc(enum chi_segment segment, size_t size, chi_shm_ptr_t *ptr)
{
    struct chi_client_thread *self = chi_client_thread();
    uint64_t offset;

    *ptr = 0;
    if (self == NULL)
        return chi_last_error_code();
    int rc = chi_arena_alloc(self->cache[segment], size, CHI_CLIENT_TAG, &offset);
    if (rc < 0)
        return chi_error(rc, "cannot allocate %zu bytes of shared memory: %s", size,
                         chi_strerror(rc));
    *ptr = chi_shm_ptr(segment, offset);
    return 0;
}

void chi_client_free(chi_shm_ptr_t ptr)
{
    struct chi_client_thread *self = chi_client_thread();
    uint32_t segment = chi_shm_segment(ptr);

    if (self != NULL && segment <= CHI_SEGMENT_CLIENT_DATA)
        chi_arena_free(self->cache[segment], chi_shm_offset(ptr), CHI_CLIENT_TAG);
}

uint64_t chi_client_blocks(enum chi_segment segment)
{
    struct chi_client_thread *self = chi_client_thread();
    struct chi_arena_stats stats;

    if (self == NULL || segment > CHI_SEGMENT_CLIENT_DATA)
        return 0;
    chi_client_sweep(self, UINT32_MAX);
    chi_arena_stats(self->client->arena[segment], &stats);
    return stats.blocks - (segment == CHI_SEGMENT_MAIN && self->resting != NULL);
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

void chi_client_return(chi_shm_ptr_t ptr)
{
    struct chi_client_thread *self = chi_client_thread();
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
        if (!chi_client_check(self->client))
            return;
        nanosleep(&pause, NULL);
    }
}

void *chi_shm_at(chi_shm_ptr_t ptr)
{
    uint32_t segment = chi_shm_segment(ptr);
    uint64_t offset = chi_shm_offset(ptr);

    if (segment == CHI_SEGMENT_PRIVATE)
        return (void *)(uintptr_t)offset;
    if (ptr == 0 || segment >= CHI_SEGMENT_COUNT)
        return NULL;
    if (chi_host != NULL)
        return offset < chi_host->segment_size[segment]
                   ? (char *)chi_host->segment_base[segment] + offset
                   : NULL;
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL || offset >= self->size[segment])
        return NULL;
    return (char *)self->base[segment] + offset;
}

chi_shm_ptr_t chi_shm_ptr_of(const void *address)
{
    if (chi_host != NULL)
        return address == NULL ? 0 : chi_shm_ptr(CHI_SEGMENT_PRIVATE, (uintptr_t)address);
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL)
        return 0;
    for (uint32_t s = 0; s < CHI_SEGMENT_COUNT; s++) {
        uintptr_t base = (uintptr_t)self->base[s];
        if ((uintptr_t)address - base < self->size[s])
            return chi_shm_ptr((enum chi_segment)s, (uintptr_t)address - base);
    }
    return 0;
}

int chi_buffer_alloc(size_t size, struct chi_buffer *buffer)
{
    buffer->data = 0;
    buffer->size = 0;
    if (size == 0)
        return chi_error(-EINVAL, "a buffer must have at least 1 byte");
    if (chi_host != NULL) {
        void *memory = chi_host->alloc(size);
        if (memory == NULL)
            return chi_error(-ENOMEM, "cannot allocate a buffer of %zu bytes", size);
        buffer->data = chi_shm_ptr(CHI_SEGMENT_PRIVATE, (uintptr_t)memory);
    } else {
        int rc = chi_client_alloc(CHI_SEGMENT_CLIENT_DATA, size, &buffer->data);
        if (rc < 0)
            return rc;
    }
    buffer->size = size;
    return 0;
}

void chi_buffer_free(struct chi_buffer *buffer)
{
    if (buffer->data == 0)
        return;
    if (chi_shm_segment(buffer->data) == CHI_SEGMENT_PRIVATE) {
        if (chi_host != NULL)
            chi_host->free((void *)(uintptr_t)chi_shm_offset(buffer->data), buffer->size);
    } else {
        chi_client_free(buffer->data);
    }
    buffer->data = 0;
    buffer->size = 0;
}
