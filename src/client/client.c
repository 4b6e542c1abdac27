/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chi_client_init() and chi_client_fini(), the embedded runtime, and fork. Everything here is slow
 * path and under one lock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chimaera/attach.h"
#include "chimaera/status.h"
#include "client/memory.h"
#include "client/schemas.h"
#include "client/task_backend.h"
#include "client/thread.h"

static struct {
    pthread_once_t once;
    unsigned init_count; /* this and what follows: under chi_client_lock() */
    void *runtime_library;
    void (*runtime_fini)(void);
} g = {.once = PTHREAD_ONCE_INIT};

/*
 * In the child of a fork: the attachment is the parent's. Other threads are gone and locks may be
 * held by them, so nothing is freed; the child's copy of the socket is closed so that the daemon
 * sees the parent's death.
 */
static void detach_child(void)
{
    chi_client_schemas_after_fork(true);
    struct chi_client *client = chi_client_forget();
    if (client == NULL)
        return;
    g.init_count = 0;
    g.runtime_fini = NULL; /* the runtime's threads were not forked */
    chi_connection_forget(&client->connection);
}

static void before_fork(void)
{
    chi_client_lock();
    chi_client_schemas_before_fork();
}

static void after_fork_in_parent(void)
{
    chi_client_schemas_after_fork(false);
    chi_client_unlock();
}

static void set_up_once(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, detach_child);
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
    const char *wish = secure_getenv("CHI_WITH_RUNTIME");
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

static void drop_attachment(void)
{
    struct chi_client *client = chi_client_withdraw();
    chi_connection_hang_up(&client->connection);
    chi_client_release(client);
}

/* An attachment whose runtime is dead is kept until there is another, so that calls after an attach
 * that failed still say that the runtime is gone. */
static int attach_anew(void)
{
    struct chi_client *client = NULL;
    int rc = chi_client_attach(&client);
    if (rc == CHI_ERUNTIME_DOWN && start_embedded_runtime() == 0)
        rc = chi_client_attach(&client);
    if (rc < 0)
        return rc;
    if (chi_client_current() != NULL)
        drop_attachment();
    atomic_store_explicit(&chi_process_allocator, &chi_client_allocator, memory_order_relaxed);
    chi_client_publish(client);
    return 0;
}

int chi_client_init(void)
{
    int rc = 0;

    if (chi_task_backend != NULL)
        return chi_error(-EPERM,
                         "chi_client_init() was called in a handler, which needs no attachment");
    pthread_once(&g.once, set_up_once);
    chi_client_lock();
    if (chi_client_current() == NULL || !chi_connection_check(&chi_client_current()->connection))
        rc = attach_anew();
    if (rc == 0)
        g.init_count++;
    chi_client_unlock();
    return rc;
}

void chi_client_fini(void)
{
    void (*runtime_fini)(void) = NULL;

    if (chi_task_backend != NULL)
        return;
    chi_client_lock();
    if (g.init_count > 0 && --g.init_count == 0) {
        if (chi_client_current() != NULL)
            drop_attachment();
        runtime_fini = g.runtime_fini;
        g.runtime_fini = NULL;
    }
    chi_client_unlock();
    if (runtime_fini != NULL)
        runtime_fini();
}

bool chi_client_alive(void)
{
    struct chi_client_thread *self = chi_task_backend == NULL ? chi_client_thread() : NULL;
    return self != NULL && chi_connection_check(&self->client->connection);
}

int chi_client_event_fd(void)
{
    struct chi_client_thread *self = chi_task_backend == NULL ? chi_client_thread() : NULL;
    return self != NULL ? self->client->event_fd : -1;
}
