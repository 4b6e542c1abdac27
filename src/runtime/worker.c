/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker's thread: made, started, stopped. Called by whoever starts and stops the runtime. */
#include "runtime/worker.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "lane/bell.h"
#include "runtime/loop.h"

/* Two mappings a stack, of some 65,000 for the process; some are left for everything else. */
#define STACKS_OF_ALL_WORKERS 28000u

uint32_t chi_worker_fiber_cap(const struct chi_runtime *runtime)
{
    uint32_t share = STACKS_OF_ALL_WORKERS / runtime->worker_count;
    return share < CHI_FIBER_CAP_MAX ? share : CHI_FIBER_CAP_MAX;
}

/* The calling thread is the worker's from here on. */
static void enter(struct chi_worker *worker)
{
    chi_worker_self = worker;
    chi_allocator = &worker->allocator;
    chi_task_backend = &worker->backend;
    worker->thread_fiber = chi_fiber_adopt(worker->fibers);
    if (worker->thread_fiber != NULL && (worker->running != NULL || chi_worker_has_spare(worker)))
        return;
    chi_log_error("runtime", "worker %u: no memory for its first fiber", worker->id);
    abort(); /* at start, before any client; nothing can go on without workers */
}

/* Runs the scheduler until it comes back to this thread's own stack. */
static void run(struct chi_worker *worker)
{
    if (worker->running == NULL) {
        worker->running = worker->spare;
        worker->spare = NULL;
    }
    chi_fiber_switch(worker->thread_fiber, worker->running);
}

static void leave(struct chi_worker *worker)
{
    chi_fiber_unadopt(worker->thread_fiber);
    chi_task_backend = NULL;
    chi_allocator = NULL;
    chi_worker_self = NULL;
}

/* Asked to stop, the scheduler has ended; its spares have not. */
static void discard_spares(struct chi_worker *worker)
{
    while (worker->spare != NULL) {
        struct chi_fiber *fiber = worker->spare;
        worker->spare = fiber->link;
        chi_fiber_discard(fiber);
    }
}

static void *thread_main(void *argument)
{
    struct chi_worker *worker = argument;
    char name[16];
    snprintf(name, sizeof(name), "chi-worker-%u", worker->id);
    pthread_setname_np(pthread_self(), name);
    enter(worker);
    run(worker);
    discard_spares(worker);
    leave(worker);
    /* Release: pairs with the acquire in await_end(). The thread does nothing more. */
    atomic_store_explicit(&worker->ended, 1, memory_order_release);
    syscall(SYS_futex, &worker->ended, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    return NULL;
}

bool chi_worker_step(struct chi_worker *worker)
{
    uint32_t before = worker->round;

    enter(worker);
    run(worker);
    if (atomic_load_explicit(&worker->stop, memory_order_relaxed))
        discard_spares(worker);
    leave(worker);
    /* More than one round began: a task parked in the first. */
    return worker->did || worker->round - before > 1;
}

static bool watch(struct chi_worker *worker, int *fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd};
    return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, *fd, &event) == 0;
}

int chi_worker_create(struct chi_runtime *runtime, uint32_t id, enum chi_priority priority,
                      struct chi_worker **out)
{
    struct chi_worker *worker = aligned_alloc(_Alignof(struct chi_worker), sizeof(*worker));
    int rc = -ENOMEM;

    if (worker == NULL)
        return -ENOMEM;
    memset(worker, 0, sizeof(*worker));
    worker->runtime = runtime;
    worker->id = id;
    worker->priority = priority;
    worker->bell = &runtime->bells[id];
    worker->loop = chi_worker_loop;
    chi_worker_look_init(worker);
    chi_lane_init_private(&worker->own_lane, NULL, worker);
    chi_lane_init_private(&worker->visitors, NULL, worker);
    atomic_store_explicit(&worker->visitors.bound, 1, memory_order_relaxed); /* never another's */
    chi_handover_init(worker);
    worker->spin_ns = runtime->config.first_busy_wait_ns;
    worker->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->private_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (worker->eventfd < 0 || worker->private_fd < 0 || worker->epoll < 0 ||
        !watch(worker, &worker->eventfd) || !watch(worker, &worker->private_fd)) {
        rc = -errno;
        goto fail;
    }
    worker->by_number = calloc((size_t)CHI_RUNG_WORDS * 64, sizeof(*worker->by_number));
    if (worker->by_number == NULL)
        goto fail;
    rc = chi_fiber_pool_create(runtime->config.stack_size, chi_worker_fiber_cap(runtime),
                               &worker->fibers);
    if (rc == 0)
        rc = chi_arena_cache_create(runtime->outputs, &worker->outputs);
    if (rc < 0)
        goto fail;
    chi_worker_host_init(worker);
    *out = worker;
    return 0;

fail:
    chi_worker_destroy(worker);
    return rc;
}

int chi_worker_start(struct chi_worker *worker)
{
    sigset_t all, before;

    if (worker->runtime->stepper != NULL) { /* no thread: chi_worker_step() */
        worker->loop = chi_worker_step_loop;
        worker->started = true;
        return 0;
    }
    /* Signals are for the application or the daemon's main thread. */
    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int rc = pthread_create(&worker->thread, NULL, thread_main, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    worker->started = rc == 0;
    return -rc;
}

/* A join with a timeout that every tool understands: pthread_join() then does not wait. */
static bool await_end(struct chi_worker *worker, uint64_t timeout_ns)
{
    uint64_t now = chi_clock_now_ns();
    uint64_t deadline = chi_clock_deadline_ns(now, timeout_ns);

    while (atomic_load_explicit(&worker->ended, memory_order_acquire) == 0) {
        struct timespec left = {.tv_sec = (time_t)((deadline - now) / CHI_NS_PER_S),
                                .tv_nsec = (long)((deadline - now) % CHI_NS_PER_S)};
        if (now >= deadline)
            return false;
        syscall(SYS_futex, &worker->ended, FUTEX_WAIT_PRIVATE, 0, &left, NULL, 0);
        now = chi_clock_now_ns();
    }
    return true;
}

int chi_worker_stop(struct chi_worker *worker, uint64_t timeout_ns)
{
    if (!worker->started)
        return 0;
    atomic_store_explicit(&worker->stop, true, memory_order_seq_cst);
    if (worker->runtime->stepper != NULL) {
        chi_worker_step(worker);
        worker->started = false;
        return 0;
    }
    chi_eventfd_wake(worker->private_fd);
    if (!await_end(worker, timeout_ns))
        return -ETIMEDOUT;
    pthread_join(worker->thread, NULL);
    worker->started = false;
    return 0;
}

void chi_worker_destroy(struct chi_worker *worker)
{
    chi_handover_fini(worker);
    chi_arena_cache_destroy(worker->outputs);
    if (worker->fibers != NULL)
        chi_fiber_pool_destroy(worker->fibers);
    chi_record_cache_fini(&worker->records);
    chi_lock_cache_fini(&worker->locks);
    chi_timers_fini(&worker->timers);
    free(worker->by_number);
    if (worker->eventfd >= 0)
        close(worker->eventfd);
    if (worker->private_fd >= 0)
        close(worker->private_fd);
    if (worker->epoll >= 0)
        close(worker->epoll);
    free(worker);
}
