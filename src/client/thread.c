/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/thread.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chimaera/status.h"

#define FIRST_YIELD_NS 50000u

_Atomic(uint64_t) chi_client_generation;
_Thread_local struct chi_client_thread chi_client_self;

static struct {
    pthread_mutex_t lock;
    pthread_once_t once;
    pthread_key_t key; /* its destructor stops a thread's state */
    struct chi_client *client;
    uint64_t generation; /* of the last attachment */
    bool forked;         /* this process is the child of an attached one */
} current = {.lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT};

static int start(struct chi_client_thread *self, struct chi_client *client)
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

static void stop(struct chi_client_thread *self)
{
    struct chi_client *client = self->client;
    if (client == NULL)
        return;
    chi_client_leave_orphans(client, &self->orphans);
    chi_routes_destroy(self->routes);
    if (self->deleted_last != NULL)
        chi_arena_free(self->cache[CHI_SEGMENT_MAIN],
                       chi_client_offset_of(self, self->deleted_last), CHI_CLIENT_TAG);
    for (int s = CHI_SEGMENT_MAIN; s <= CHI_SEGMENT_CLIENT_DATA; s++)
        chi_arena_cache_destroy(self->cache[s]);
    memset(self, 0, sizeof(*self));
    chi_client_release(client);
}

static void stop_ended_thread(void *self)
{
    stop(self);
}

static void make_key(void)
{
    pthread_key_create(&current.key, stop_ended_thread);
}

int chi_client_bind(struct chi_client_thread *self)
{
    struct chi_client *client = NULL;
    uint64_t generation = 0;
    bool forked;

    pthread_mutex_lock(&current.lock);
    forked = current.forked;
    if (current.client != NULL) {
        client = current.client;
        generation = current.generation;
        atomic_fetch_add_explicit(&client->references, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&current.lock);

    if (self->client != NULL)
        stop(self);
    if (client == NULL) {
        if (forked)
            return chi_error(CHI_EFORKED,
                             "this process was forked from an attached process and must "
                             "call chi_client_init() itself");
        return chi_error(CHI_ENOTATTACHED,
                         "this process is not attached; call chi_client_init() first");
    }
    int rc = start(self, client);
    if (rc < 0) {
        chi_client_release(client);
        return chi_error(rc, "cannot set up this thread: %s", chi_strerror(rc));
    }
    self->generation = generation;
    pthread_once(&current.once, make_key);
    pthread_setspecific(current.key, self);
    return 0;
}

void chi_client_lock(void)
{
    pthread_mutex_lock(&current.lock);
}

void chi_client_unlock(void)
{
    pthread_mutex_unlock(&current.lock);
}

struct chi_client *chi_client_current(void)
{
    return current.client;
}

void chi_client_publish(struct chi_client *client)
{
    current.client = client;
    current.forked = false;
    current.generation++;
    /* Release: pairs with the acquire in chi_client_thread(). */
    atomic_store_explicit(&chi_client_generation, current.generation, memory_order_release);
}

struct chi_client *chi_client_withdraw(void)
{
    struct chi_client *client = current.client;
    current.client = NULL;
    atomic_store_explicit(&chi_client_generation, 0, memory_order_release);
    if (chi_client_self.client == client)
        stop(&chi_client_self);
    return client;
}

struct chi_client *chi_client_forget(void)
{
    struct chi_client *client = current.client;
    pthread_mutex_init(&current.lock, NULL);
    if (client == NULL)
        return NULL;
    current.client = NULL;
    current.forked = true;
    atomic_store_explicit(&chi_client_generation, 0, memory_order_release);
    memset(&chi_client_self, 0, sizeof(chi_client_self));
    return client;
}
