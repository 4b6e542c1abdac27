/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Submitting and cancelling tasks: the calling thread pushes on its lane.
 *
 * State of a task: UNSUBMITTED -> QUEUED by this process, QUEUED -> DONE by the runtime. The
 * runtime writes nothing after DONE. CANCEL is set beside QUEUED; a request then makes the
 * runtime scan for it. If the process dies in between, nothing is cancelled.
 */
#include "client/submit.h"

#include <errno.h>

#include "chimaera/status.h"
#include "client/task_backend.h"
#include "lane/bell.h"
#include "lane/ingress_lane.h"

static void ring(const struct chi_client_lane *lane)
{
    chi_bell_ring(lane->bell, lane->lane, lane->number, lane->eventfd);
}

int chi_client_push(struct chi_client_thread *self, uint64_t item)
{
    int rc = chi_lane_push(self->lane->lane, self->depth_log2, item);
    if (rc == 0)
        ring(self->lane);
    return rc;
}

/* UNSUBMITTED -> QUEUED, then the push; back where the lane is full. Sets `pushed` to the position
 * in the lane, plus 1. */
static inline int push(struct chi_client_thread *self, struct chi_task *task,
                       const struct chi_client_lane *lane, uint64_t *pushed)
{
    uint32_t state = CHI_TASK_UNSUBMITTED;
    uint64_t position;

    if (!atomic_compare_exchange_strong_explicit(&task->state, &state, CHI_TASK_QUEUED,
                                                 memory_order_relaxed, memory_order_relaxed))
        return -EALREADY;
    int rc = chi_lane_push_at(lane->lane, self->depth_log2,
                              chi_client_offset_of(self, task) / CHI_CACHE_LINE, &position);
    if (rc < 0)
        atomic_store_explicit(&task->state, CHI_TASK_UNSUBMITTED, memory_order_relaxed);
    else
        *pushed = position + 1;
    return rc;
}

/* Pushes the task. Sets `lane`, whose bell the caller rings. */
static int submit(struct chi_client_thread *self, struct chi_task *task,
                  const struct chi_client_lane **lane)
{
    struct chi_route *route = NULL;

    if (CHI_UNLIKELY(self->routes != NULL))
        route = chi_route_take(self->routes, self->client, task);
    *lane = route != NULL ? &self->client->lanes[route->lane] : self->lane;
    return push(self, task, *lane, route != NULL ? &route->position : &self->pushed);
}

static struct chi_client_thread *submitter(const struct chi_task *task, int *rc)
{
    struct chi_client_thread *self = chi_client_thread();
    if (self == NULL) {
        *rc = chi_last_error_code();
        return NULL;
    }
    if (CHI_UNLIKELY(!chi_client_owns(self, task))) {
        *rc = chi_error(-EINVAL,
                        "the task was not created by chi_task_new() since this process attached");
        return NULL;
    }
    if (CHI_UNLIKELY(atomic_load_explicit(&self->client->connection.down, memory_order_relaxed))) {
        *rc = chi_error(CHI_ERUNTIME_DOWN, "%s", chi_strerror(CHI_ERUNTIME_DOWN));
        return NULL;
    }
    return self;
}

static int explain(struct chi_client_thread *self, int rc)
{
    if (rc == -EAGAIN && !chi_connection_check(&self->client->connection))
        return chi_error(CHI_ERUNTIME_DOWN, "%s", chi_strerror(CHI_ERUNTIME_DOWN));
    if (rc == -EALREADY)
        chi_error(rc, "the task was already submitted");
    else if (rc == -EAGAIN)
        chi_error(rc, "the lane to the runtime is full; wait for submitted tasks, then try again");
    return rc;
}

int chi_task_enqueue(struct chi_task *task)
{
    int rc;
    if (chi_task_backend != NULL)
        return chi_task_backend->task_enqueue(task);
    struct chi_client_thread *self = submitter(task, &rc);
    if (self == NULL)
        return rc;
    const struct chi_client_lane *lane;
    rc = submit(self, task, &lane);
    if (CHI_UNLIKELY(rc < 0))
        return explain(self, rc);
    ring(lane);
    return 0;
}

int chi_task_enqueue_many(struct chi_task *const *tasks, size_t count)
{
    size_t done = 0;
    int rc = 0;

    if (chi_task_backend != NULL) {
        for (; done < count && rc == 0; done += rc == 0)
            rc = chi_task_backend->task_enqueue(tasks[done]);
        return done > 0 ? (int)done : rc;
    }
    if (count == 0)
        return 0;
    struct chi_client_thread *self = submitter(tasks[0], &rc);
    if (self == NULL)
        return rc;
    const struct chi_client_lane *lane = NULL, *last = NULL;
    for (; done < count; done++, last = lane) {
        rc = chi_client_owns(self, tasks[done]) ? submit(self, tasks[done], &lane) : -EINVAL;
        if (rc < 0)
            break;
        if (CHI_UNLIKELY(lane != last) && last != NULL)
            ring(last);
    }
    if (done == 0)
        return explain(self, rc);
    ring(last);
    return (int)done;
}

int chi_task_cancel(struct chi_task *task)
{
    int rc;
    if (chi_task_backend != NULL)
        return chi_task_backend->task_cancel(task);
    struct chi_client_thread *self = submitter(task, &rc);
    if (self == NULL)
        return rc;
    uint32_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_UNSUBMITTED)
        return chi_error(-EINVAL, "the task was never submitted; nothing to cancel");
    if ((state & CHI_TASK_STATE_MASK) != CHI_TASK_DONE)
        /* Before the request, which orders it: a worker that scans afterwards sees it. */
        state = atomic_fetch_or_explicit(&task->state, CHI_TASK_CANCEL, memory_order_acq_rel);
    if ((state & CHI_TASK_STATE_MASK) == CHI_TASK_DONE)
        return 1;
    rc = chi_client_ask_cancel(self->client);
    return rc == 0 ? 0 : chi_error(rc, "cannot ask the runtime to cancel: %s", chi_strerror(rc));
}

int chi_task_fire_and_forget(struct chi_task *task)
{
    int rc = chi_task_enqueue(task);
    chi_task_del(task);
    return rc;
}
