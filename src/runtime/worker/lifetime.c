/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker's thread: created, started, stepped, stopped. See lifetime.h. */
#include "runtime/worker/lifetime.h"

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
#include "base/thread.h"
#include "lane/bell.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/module/lane.h"
#include "runtime/worker/error_text.h"
#include "runtime/worker/handover.h"
#include "runtime/worker/park.h"
#include "runtime/worker/share.h"
#include "runtime/worker/worker.h"

/* Makes the calling thread the worker's. */
static void enter(struct chi_worker *worker)
{
    chi_worker_self = worker;
    chi_allocator = &worker->allocator;
    chi_task_backend = &worker->backend;
    chi_error_texts_enter();
    worker->fibers.thread = chi_fiber_adopt(worker->fibers.pool);
    if (worker->fibers.thread != NULL &&
        (worker->fibers.running != NULL || chi_worker_has_spare(worker)))
        return;
    chi_log_error("runtime", "worker %u: no memory for its first fiber", worker->id);
    abort(); /* at the start, before there are clients; nothing works without workers */
}

/* Runs the scheduler until it switches back to the stack of this thread. */
static void run(struct chi_worker *worker)
{
    if (worker->fibers.running == NULL) {
        worker->fibers.running = worker->fibers.spare;
        worker->fibers.spare = NULL;
    }
    chi_fiber_switch(worker->fibers.thread, worker->fibers.running);
}

static void leave(struct chi_worker *worker)
{
    chi_fiber_unadopt(worker->fibers.thread);
    chi_error_texts_leave();
    chi_task_backend = NULL;
    chi_allocator = NULL;
    chi_worker_self = NULL;
}

/* Discards the suspended schedulers after the running one has ended. */
static void discard_spares(struct chi_worker *worker)
{
    while (worker->fibers.spare != NULL) {
        struct chi_fiber *fiber = worker->fibers.spare;
        worker->fibers.spare = fiber->link;
        chi_fiber_discard(fiber);
    }
}

static void *thread_main(void *argument)
{
    struct chi_worker *worker = argument;
    enter(worker);
    run(worker);
    discard_spares(worker);
    leave(worker);
    /* Release: pairs with the acquire in await_end(). The thread does nothing more. */
    atomic_store_explicit(&worker->thread.ended, 1, memory_order_release);
    syscall(SYS_futex, &worker->thread.ended, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    return NULL;
}

bool chi_worker_step(struct chi_worker *worker)
{
    uint32_t before = worker->round;

    enter(worker);
    run(worker);
    if (atomic_load_explicit(&worker->wake.stop, memory_order_relaxed))
        discard_spares(worker);
    leave(worker);
    /* More than one round began: a task of the first has parked. */
    return worker->thread.did || worker->round - before > 1;
}

static bool watch(struct chi_worker *worker, int *fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = fd};
    return epoll_ctl(worker->wake.epoll, EPOLL_CTL_ADD, *fd, &event) == 0;
}

void chi_worker_init_lists(struct chi_worker *worker)
{
    STAILQ_INIT(&worker->fibers.ready);
    STAILQ_INIT(&worker->lanes.unstarted);
    STAILQ_INIT(&worker->lanes.deferred);
    STAILQ_INIT(&worker->lanes.messages);
    STAILQ_INIT(&worker->lanes.hot);
    LIST_INIT(&worker->waits.entries);
    SLIST_INIT(&worker->lent);
    worker->waits.scan.due_ns = worker->lanes.scan.due_ns = UINT64_MAX;
}

int chi_worker_create(struct chi_runtime *runtime, uint32_t id, enum chi_priority priority,
                      const struct chi_worker_ops *ops, struct chi_worker **out)
{
    struct chi_worker *worker = aligned_alloc(_Alignof(struct chi_worker), sizeof(*worker));
    int rc = -ENOMEM;

    if (worker == NULL)
        return -ENOMEM;
    memset(worker, 0, sizeof(*worker));
    worker->runtime = runtime;
    worker->id = id;
    worker->priority = priority;
    worker->wake.bell = &runtime->bells[id];
    worker->ops = ops;
    chi_worker_init_lists(worker);
    chi_lane_init_private(&worker->lanes.own, NULL, worker);
    chi_lane_init_private(&worker->lanes.foreign, NULL, worker);
    atomic_store_explicit(&worker->lanes.foreign.bound, 1,
                          memory_order_relaxed); /* no other worker becomes its runner */
    chi_handover_init(worker);
    worker->polling.spin_ns = runtime->config.first_busy_wait_ns;
    worker->wake.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->wake.private_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->wake.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (worker->wake.eventfd < 0 || worker->wake.private_fd < 0 || worker->wake.epoll < 0 ||
        !watch(worker, &worker->wake.eventfd) || !watch(worker, &worker->wake.private_fd)) {
        rc = -errno;
        goto fail;
    }
    worker->lanes.by_number = calloc((size_t)CHI_RUNG_WORDS * 64, sizeof(*worker->lanes.by_number));
    if (worker->lanes.by_number == NULL)
        goto fail;
    rc = chi_fiber_pool_create(runtime->config.stack_size, chi_share_fiber_cap(runtime),
                               &worker->fibers.pool);
    if (rc == 0)
        rc = chi_error_texts_create(&worker->error_texts);
    if (rc == 0)
        rc = chi_arena_cache_create(runtime->outputs, &worker->caches.outputs);
    if (rc < 0)
        goto fail;
    *out = worker;
    return 0;

fail:
    chi_worker_destroy(worker);
    return rc;
}

int chi_worker_start(struct chi_worker *worker)
{
    if (worker->runtime->stepper != NULL) { /* no thread: chi_worker_step() */
        worker->thread.started = true;
        return 0;
    }
    char name[16];
    snprintf(name, sizeof(name), "chi-worker-%u", worker->id);
    int rc = chi_thread_create(&worker->thread.handle, name, thread_main, worker);
    worker->thread.started = rc == 0;
    return rc;
}

/* Waits for the end of the thread; pthread_join() then returns at once. Sanitizers know that one.
 */
static bool await_end(struct chi_worker *worker, uint64_t timeout_ns)
{
    uint64_t now = chi_clock_now_ns();
    uint64_t deadline = chi_clock_deadline_ns(now, timeout_ns);

    while (atomic_load_explicit(&worker->thread.ended, memory_order_acquire) == 0) {
        struct timespec left = {.tv_sec = (time_t)((deadline - now) / CHI_NS_PER_S),
                                .tv_nsec = (long)((deadline - now) % CHI_NS_PER_S)};
        if (now >= deadline)
            return false;
        syscall(SYS_futex, &worker->thread.ended, FUTEX_WAIT_PRIVATE, 0, &left, NULL, 0);
        now = chi_clock_now_ns();
    }
    return true;
}

int chi_worker_stop(struct chi_worker *worker, uint64_t timeout_ns)
{
    if (!worker->thread.started)
        return 0;
    atomic_store_explicit(&worker->wake.stop, true, memory_order_seq_cst);
    if (worker->runtime->stepper != NULL) {
        chi_worker_step(worker);
        worker->thread.started = false;
        return 0;
    }
    chi_eventfd_wake(worker->wake.private_fd);
    if (!await_end(worker, timeout_ns))
        return -ETIMEDOUT;
    pthread_join(worker->thread.handle, NULL);
    worker->thread.started = false;
    return 0;
}

void chi_worker_destroy(struct chi_worker *worker)
{
    chi_handover_fini(worker);
    chi_arena_cache_destroy(worker->caches.outputs);
    if (worker->fibers.pool != NULL)
        chi_fiber_pool_destroy(worker->fibers.pool);
    chi_record_cache_fini(&worker->caches.records);
    chi_message_list_free(worker->caches.holds);
    chi_timers_fini(&worker->waits.timers);
    chi_error_texts_destroy(worker->error_texts);
    free(worker->lanes.by_number);
    if (worker->wake.eventfd >= 0)
        close(worker->wake.eventfd);
    if (worker->wake.private_fd >= 0)
        close(worker->wake.private_fd);
    if (worker->wake.epoll >= 0)
        close(worker->wake.epoll);
    free(worker);
}
