/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker without work: how long it polls, how it sleeps and what wakes it. The worker's thread.
 */
#include "runtime/sched/sleep.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "lane/bell.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/core/timers.h"
#include "runtime/worker/park.h"
#include "runtime/worker/share.h"
#include "runtime/worker/worker.h"

#define SPIN_MIN_NS   2000u
#define EVENTS_MAX    32
#define LENT_SLEEP_NS 200000u /* longest sleep of a worker that serves lent lanes */

/* ---- descriptors */

static int wait_events(struct chi_worker *worker, struct epoll_event *events, uint64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / CHI_NS_PER_S),
                               .tv_nsec = (long)(timeout_ns % CHI_NS_PER_S)};
    int count = epoll_pwait2(worker->wake.epoll, events, EVENTS_MAX, &timeout, NULL);
    if (count < 0 && errno == ENOSYS) /* before Linux 5.11: up to a millisecond late */
        count = epoll_wait(worker->wake.epoll, events, EVENTS_MAX,
                           (int)((timeout_ns + CHI_NS_PER_MS - 1) / CHI_NS_PER_MS));
    return count;
}

/* Never blocks, although clients share the descriptor and may have changed its flags. */
static void clear_eventfd(int fd)
{
    uint64_t count;
    struct iovec to = {.iov_base = &count, .iov_len = sizeof(count)};
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    if (preadv2(fd, &to, 1, -1, RWF_NOWAIT) < 0 && errno == EOPNOTSUPP &&
        poll(&poll_fd, 1, 0) == 1 && read(fd, &count, sizeof(count)) < 0)
        return; /* a client read it; the worker is awake all the same */
}

bool chi_worker_take_events(struct chi_worker *worker, uint64_t timeout_ns)
{
    struct epoll_event events[EVENTS_MAX];
    int count = wait_events(worker, events, timeout_ns);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == &worker->wake.eventfd ||
            events[i].data.ptr == &worker->wake.private_fd) {
            clear_eventfd(*(int *)events[i].data.ptr);
        } else if (((uintptr_t)events[i].data.ptr & 1) == 0) { /* events of pollers only wake */
            chi_worker_unpark(worker, events[i].data.ptr, (int)events[i].events);
        }
    }
    return count > 0;
}

/* ---- sleep */

/*
 * Arms all lanes of the poll list and checks each once more. Returns false if one has items. Lanes
 * whose tasks could not start stay on the list: a parked task that goes on wakes the worker.
 */
static bool arm_all(struct chi_worker *worker)
{
    if (!chi_worker_has_spare(worker))
        return true;
    struct chi_ingress *ingress;
    STAILQ_FOREACH (ingress, &worker->lanes.hot, link)
        if (chi_share_has_room(worker, ingress->origin))
            chi_bell_arm(ingress->reader.lane);
    STAILQ_FOREACH (ingress, &worker->lanes.hot, link)
        if (chi_share_has_room(worker, ingress->origin) && chi_lane_ready(&ingress->reader))
            return false;
    ingress = STAILQ_FIRST(&worker->lanes.hot);
    STAILQ_INIT(&worker->lanes.hot);
    for (struct chi_ingress *next; ingress != NULL; ingress = next) {
        next = STAILQ_NEXT(ingress, link);
        if (chi_share_has_room(worker, ingress->origin))
            ingress->hot = false;
        else
            STAILQ_INSERT_TAIL(&worker->lanes.hot, ingress, link);
    }
    return true;
}

static uint64_t sleep_timeout(struct chi_worker *worker, uint64_t now)
{
    uint64_t longest = worker->runtime->config.max_sleep_ns;
    uint64_t next = chi_timers_next(&worker->waits.timers);
    if (!SLIST_EMPTY(&worker->lent) && longest > LENT_SLEEP_NS)
        longest = LENT_SLEEP_NS; /* new tasks in lent lanes do not wake this worker */
    if (next <= now)
        return 0;
    return next - now < longest ? next - now : longest;
}

static bool has_new_tasks(struct chi_worker *worker)
{
    return chi_bell_rung(worker->wake.bell) || !chi_inbox_is_empty(&worker->wake.lane_inbox);
}

static bool has_messages(struct chi_worker *worker)
{
    return !chi_inbox_is_empty(&worker->wake.inbox);
}

static bool waits_outside(const struct chi_worker *worker)
{
    return worker->waits.descriptors + worker->waits.outside > 0;
}

/* Events from outside, such as a disk's, do not come sooner if the worker polls for them, and
 * polling delays their interrupts. */
static uint64_t *spin_budget(struct chi_worker *worker)
{
    return waits_outside(worker) ? &worker->polling.spin_outside_ns : &worker->polling.spin_ns;
}

uint64_t chi_worker_poll_budget(struct chi_worker *worker)
{
    return *spin_budget(worker);
}

static void adapt_spin(struct chi_worker *worker, uint64_t slept_ns)
{
    uint64_t *spin_ns = spin_budget(worker);
    uint64_t most = worker->runtime->config.first_busy_wait_ns;
    /* Events from outside may come as messages, too. */
    bool called = has_new_tasks(worker) || (has_messages(worker) && !waits_outside(worker));
    if (slept_ns <= most && called) /* polling a little longer would have been enough */
        *spin_ns = *spin_ns * 2 + SPIN_MIN_NS;
    else
        *spin_ns /= 2;
    if (*spin_ns > most)
        *spin_ns = most;
}

void chi_worker_sleep(struct chi_worker *worker)
{
    if (!arm_all(worker))
        return;
    atomic_store_explicit(&worker->wake.bell->sleeping, 1, memory_order_seq_cst);
    atomic_store_explicit(&worker->wake.asleep, true, memory_order_seq_cst);
    if (!has_new_tasks(worker) && !has_messages(worker) &&
        !atomic_load_explicit(&worker->wake.stop, memory_order_seq_cst)) {
        uint64_t before = chi_clock_now_ns();
        atomic_fetch_add_explicit(&worker->stats.sleeps, 1, memory_order_relaxed);
        chi_worker_take_events(worker, sleep_timeout(worker, before));
        adapt_spin(worker, chi_clock_now_ns() - before);
    }
    atomic_store_explicit(&worker->wake.asleep, false, memory_order_relaxed);
    atomic_store_explicit(&worker->wake.bell->sleeping, 0, memory_order_relaxed);
}
