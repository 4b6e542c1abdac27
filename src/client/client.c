/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The process's one attachment: chi_client_init() and chi_client_fini(), threads that come and go,
 * and fork. Everything here is slow path and under one lock.
 */
#include "client/client.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chimaera/status.h"
#include "task/host.h"

_Atomic(uint64_t) chi_client_generation;
_Thread_local struct chi_client_thread chi_client_self;

static struct {
    pthread_mutex_t lock;
    pthread_once_t once;
    pthread_key_t thread_key; /* its destructor stops a thread's state */
    struct chi_client *client;
    uint64_t generation; /* of the last attachment */
    unsigned init_count;
    bool forked; /* this process is the child of an attached one */
    void *runtime_library;
    void (*runtime_fini)(void);
} g = {.lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT};

static void stop_thread(void *self)
{
    chi_client_thread_stop(self);
}

/*
 * In the child of a fork: the attachment is the parent's. Other threads are gone and locks may be
 * held by them, so nothing is freed; the child's copies of the descriptors are closed so that the
 * daemon sees the parent's death.
 */
static void detach_child(void)
{
    pthread_mutex_init(&g.lock, NULL);
    chi_client_schemas_after_fork(true);
    struct chi_client *client = g.client;
    if (client == NULL)
        return;
    g.client = NULL;
    g.forked = true;
    g.init_count = 0;
    g.runtime_fini = NULL; /* the runtime's threads were not forked */
    atomic_store_explicit(&chi_client_generation, 0, memory_order_release);
    close(client->control);
    client->control = -1;
    atomic_store_explicit(&client->down, true, memory_order_relaxed);
    memset(&chi_client_self, 0, sizeof(chi_client_self));
}

static void before_fork(void)
{
    pthread_mutex_lock(&g.lock);
    chi_client_schemas_before_fork();
}

static void after_fork_in_parent(void)
{
    chi_client_schemas_after_fork(false);
    pthread_mutex_unlock(&g.lock);
}

static void set_up_once(void)
{
    pthread_key_create(&g.thread_key, stop_thread);
    pthread_atfork(before_fork, after_fork_in_parent, detach_child);
}

int chi_client_bind(struct chi_client_thread *self)
{
    struct chi_client *client = NULL;
    uint64_t generation = 0;
    bool forked;

    pthread_mutex_lock(&g.lock);
    forked = g.forked;
    if (g.client != NULL) {
        client = g.client;
        generation = g.generation;
        atomic_fetch_add_explicit(&client->references, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&g.lock);

    if (self->client != NULL)
        chi_client_thread_stop(self);
    if (client == NULL) {
        if (forked)
            return chi_error(CHI_EFORKED,
                             "this process was forked from an attached process and must "
                             "call chi_client_init() itself");
        return chi_error(CHI_ENOTATTACHED,
                         "this process is not attached; call chi_client_init() first");
    }
    int rc = chi_client_thread_start(self, client);
    if (rc < 0) {
        chi_client_release(client);
        return chi_error(rc, "cannot set up this thread: %s", chi_strerror(rc));
    }
    self->generation = generation;
    pthread_setspecific(g.thread_key, self);
    return 0;
}

#define RUNTIME_LIBRARY "libchimaera_runtime.so.0"

/* Beside this library, where it is installed and built; else wherever the system finds it. */
static void *open_runtime_library(void)
{
    char path[PATH_MAX];
    Dl_info info;
    void *library = NULL;

    if (dladdr((const void *)chi_client_init, &info) != 0 && info.dli_fname != NULL &&
        strchr(info.dli_fname, '/') != NULL) {
        int folder = (int)(strrchr(info.dli_fname, '/') - info.dli_fname);
        int n = snprintf(path, sizeof(path), "%.*s/" RUNTIME_LIBRARY, folder, info.dli_fname);
        if (n > 0 && (size_t)n < sizeof(path))
            library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    }
    return library != NULL ? library : dlopen(RUNTIME_LIBRARY, RTLD_NOW | RTLD_GLOBAL);
}

/* CHI_WITH_RUNTIME=1: the runtime's library is loaded only then. */
static int start_embedded_runtime(void)
{
    const char *wish = getenv("CHI_WITH_RUNTIME");
    if (wish == NULL || strcmp(wish, "1") != 0)
        return CHI_ERUNTIME_DOWN;
    void *library = open_runtime_library();
    if (library == NULL)
        return chi_error(CHI_ERUNTIME_DOWN,
                         "cannot load the runtime that CHI_WITH_RUNTIME requests: %s", dlerror());
    int (*init)(const char *) = (int (*)(const char *))dlsym(library, "chi_runtime_init");
    void (*fini)(void) = (void (*)(void))dlsym(library, "chi_runtime_fini");
    int rc = init != NULL && fini != NULL ? init(NULL) : CHI_EABI;
    if (rc == -EBUSY) /* another process was faster; attach to that one */
        return 0;
    if (rc < 0) {
        dlclose(library);
        return rc;
    }
    g.runtime_library = library;
    g.runtime_fini = fini;
    return 0;
}

static int attach_anew(void)
{
    struct chi_client *client = NULL;
    int rc = chi_client_attach(&client);
    if (rc == CHI_ERUNTIME_DOWN && start_embedded_runtime() == 0)
        rc = chi_client_attach(&client);
    if (rc < 0)
        return rc;
    g.client = client;
    g.forked = false;
    g.generation++;
    /* Release: pairs with the acquire in chi_client_thread(). */
    atomic_store_explicit(&chi_client_generation, g.generation, memory_order_release);
    return 0;
}

static void drop_attachment(void)
{
    struct chi_client *client = g.client;
    g.client = NULL;
    atomic_store_explicit(&chi_client_generation, 0, memory_order_release);
    if (chi_client_self.client == client)
        chi_client_thread_stop(&chi_client_self);
    chi_client_hang_up(client);
    chi_client_release(client);
}

int chi_client_init(void)
{
    int rc = 0;

    if (chi_host != NULL)
        return chi_error(-EPERM,
                         "chi_client_init() was called in a handler, which needs no attachment");
    pthread_once(&g.once, set_up_once);
    pthread_mutex_lock(&g.lock);
    if (g.client != NULL && !chi_client_check(g.client))
        drop_attachment();
    if (g.client == NULL)
        rc = attach_anew();
    if (rc == 0)
        g.init_count++;
    pthread_mutex_unlock(&g.lock);
    return rc;
}

void chi_client_fini(void)
{
    void (*runtime_fini)(void) = NULL;

    if (chi_host != NULL)
        return;
    pthread_mutex_lock(&g.lock);
    if (g.init_count > 0 && --g.init_count == 0) {
        if (g.client != NULL)
            drop_attachment();
        runtime_fini = g.runtime_fini;
        g.runtime_fini = NULL;
    }
    pthread_mutex_unlock(&g.lock);
    if (runtime_fini != NULL)
        runtime_fini();
}

bool chi_client_alive(void)
{
    struct chi_client_thread *self = chi_host == NULL ? chi_client_thread() : NULL;
    return self != NULL && chi_client_check(self->client);
}

int chi_client_event_fd(void)
{
    struct chi_client_thread *self = chi_host == NULL ? chi_client_thread() : NULL;
    return self != NULL ? self->client->event_fd : -1;
}
