/* SPDX-License-Identifier: BSD-3-Clause */
/* A client thread of the stress test: submits, waits, cancels, forgets. See actor.h. */
#include "stress/actor.h"

#include <chimaera/admin/admin_client.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define STALL_NS UINT64_C(120000000000) /* nothing takes as long, sanitized or not */

static bool chance(struct stress_actor *actor, uint64_t one_in)
{
    return stress_pick(actor, one_in) == 0;
}

static struct stress_job *free_job(struct stress_actor *actor)
{
    for (unsigned i = 0; i < STRESS_JOBS; i++)
        if (actor->jobs[i].task == NULL)
            return &actor->jobs[i];
    return NULL;
}

/* Any in flight, NULL where there is none. */
static struct stress_job *some_job(struct stress_actor *actor)
{
    unsigned first = (unsigned)stress_pick(actor, STRESS_JOBS);
    for (unsigned i = 0; i < STRESS_JOBS; i++) {
        struct stress_job *job = &actor->jobs[(first + i) % STRESS_JOBS];
        if (job->task != NULL)
            return job;
    }
    return NULL;
}

/* ---- submitting */

static void submit_one(struct stress_actor *actor)
{
    struct stress_job *job = free_job(actor);
    if (job == NULL || !stress_job_make(actor, job))
        return;
    int rc = chi_task_enqueue(job->task);
    stress_need(rc == 0 || rc == -EAGAIN, job, "submit");
    if (rc < 0) {
        stress_job_never(job);
        return;
    }
    stress_need(chance(actor, 10) == 0 || chi_task_enqueue(job->task) == -EALREADY, job,
                "submit it again");
}

static void submit_batch(struct stress_actor *actor)
{
    struct stress_job made[STRESS_JOBS];
    struct chi_task *tasks[STRESS_JOBS];
    int count = 0, room = 0;

    for (unsigned i = 0; i < STRESS_JOBS; i++)
        room += actor->jobs[i].task == NULL;
    while (count < room && stress_job_make(actor, &made[count])) {
        tasks[count] = made[count].task;
        count++;
    }
    if (count == 0)
        return;
    int rc = chi_task_enqueue_many(tasks, (size_t)count);
    stress_need(rc > 0 || rc == -EAGAIN, &made[0], "submit a batch");
    for (int i = 0; i < count; i++) {
        if (i < rc)
            *free_job(actor) = made[i];
        else
            stress_job_never(&made[i]);
    }
}

/* Never periodic, and never with a buffer: who knows when that may be freed? */
static bool may_be_given_up(const struct stress_job *job)
{
    return job->kind != STRESS_TICK && job->buffer.data == 0;
}

static void submit_and_forget(struct stress_actor *actor)
{
    struct stress_job job;

    if (!stress_job_make(actor, &job))
        return;
    while (!may_be_given_up(&job)) {
        stress_job_never(&job);
        if (!stress_job_make(actor, &job))
            return;
    }
    if (actor->stays)
        stress_job_owed(&job);
    int rc = chi_task_fire_and_forget(job.task);
    job.task = NULL;
    stress_need(rc == 0 || rc == -EAGAIN, &job, "submit and forget");
    if (rc < 0)
        stress_expect(job.id, job.ids, STRESS_TIMES);
}

static void abandon(struct stress_actor *actor)
{
    struct stress_job *job = some_job(actor);
    if (job == NULL || !may_be_given_up(job))
        return;
    if (actor->stays)
        stress_job_owed(job);
    chi_task_del(job->task);
    memset(job, 0, sizeof(*job));
}

static void cancel(struct stress_job *job)
{
    int rc = chi_task_cancel(job->task);
    stress_need(rc == 0 || (rc == 1 && chi_task_done(job->task)), job, "cancel");
    job->cut = true;
}

/* ---- waiting */

static void finish(struct stress_job *job)
{
    int rc = chi_task_wait_for(job->task, STALL_NS);
    stress_need(rc != CHI_ERUNTIME_DOWN, job, "the runtime is gone");
    stress_need(chi_task_done(job->task), job, "it does not come to an end");
    stress_job_check(job);
}

static void finish_one(struct stress_actor *actor, struct stress_job *job)
{
    const struct test_stress_tick_task *tick = (const void *)job->task;
    if (job->kind == STRESS_TICK && !(job->passing && chance(actor, 2)) &&
        !(tick->last != 0 && chance(actor, 2)))
        cancel(job);
    else if (job->kind == STRESS_TICK && job->passing && tick->last == 0)
        return; /* its pool's end is its own; or another time */
    finish(job);
}

static void finish_any(struct stress_actor *actor)
{
    struct chi_task *tasks[STRESS_JOBS];
    size_t index = STRESS_JOBS;
    bool some = false;

    for (unsigned i = 0; i < STRESS_JOBS; i++) {
        tasks[i] = actor->jobs[i].kind != STRESS_TICK ? actor->jobs[i].task : NULL;
        some |= tasks[i] != NULL;
    }
    if (!some)
        return;
    int rc = chi_task_wait_any(tasks, STRESS_JOBS, STALL_NS, &index);
    stress_need(rc == 0 && index < STRESS_JOBS && tasks[index] != NULL &&
                    chi_task_done(tasks[index]),
                NULL, "none of some tasks comes to an end");
    stress_job_check(&actor->jobs[index]);
}

static void finish_done(struct stress_actor *actor)
{
    for (unsigned i = 0; i < STRESS_JOBS; i++)
        if (actor->jobs[i].task != NULL && chi_task_done(actor->jobs[i].task))
            stress_job_check(&actor->jobs[i]);
}

static void finish_by_event(struct stress_actor *actor)
{
    struct stress_job *job = some_job(actor);
    struct pollfd event = {.fd = chi_client_event_fd(), .events = POLLIN};
    uint64_t count;

    if (job == NULL || job->kind == STRESS_TICK)
        return;
    int rc = chi_task_notify(job->task);
    stress_need(rc == 0 || rc == 1, job, "ask to be notified");
    while (rc == 0 && !chi_task_done(job->task)) {
        /* Another thread may read what is meant for this one. */
        int ready = poll(&event, 1, actor->alone ? (int)(STALL_NS / 1000000) : 1);
        stress_need(ready > 0 || !actor->alone, job, "nobody is notified of its end");
        if (ready > 0)
            (void)!read(event.fd, &count, sizeof(count));
    }
    stress_job_check(job);
}

static void wait_a_moment(struct stress_actor *actor)
{
    struct stress_job *job = some_job(actor);
    if (job == NULL)
        return;
    int rc = chi_task_wait_for(job->task, stress_pick(actor, 1000000));
    if (chi_task_done(job->task))
        stress_job_check(job);
    else
        stress_need(rc == -ETIMEDOUT, job, "wait a moment");
}

/* What was submitted before is done then, whoever sent it. */
static void flush(struct stress_actor *actor)
{
    int rc = chimaera_admin_flush(chi_pool_query_local());
    if (rc == -EAGAIN) /* other threads have filled the lane */
        return;
    stress_need(rc == 0, NULL, "flush");
    for (unsigned i = 0; i < STRESS_JOBS; i++) {
        struct stress_job *job = &actor->jobs[i];
        if (job->task == NULL || job->kind == STRESS_TICK)
            continue;
        stress_need(chi_task_done(job->task), job, "it is in flight after a flush");
        stress_job_check(job);
    }
    atomic_fetch_add(&stress_books->flushes, 1);
}

void stress_act(struct stress_actor *actor)
{
    struct stress_job *job;

    switch (stress_pick(actor, 24)) {
    case 0:
        submit_batch(actor);
        break;
    case 1:
        submit_and_forget(actor);
        break;
    case 2:
        abandon(actor);
        break;
    case 3:
    case 4:
        job = some_job(actor);
        if (job != NULL)
            cancel(job);
        break;
    case 5:
        finish_by_event(actor);
        break;
    case 6:
    case 7:
        finish_any(actor);
        break;
    case 8:
        finish_done(actor);
        break;
    case 9:
        wait_a_moment(actor);
        break;
    case 10:
        if (chance(actor, 20))
            flush(actor);
        break;
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
        job = some_job(actor);
        if (job != NULL)
            finish_one(actor, job);
        break;
    default:
        submit_one(actor);
    }
}

void stress_finish(struct stress_actor *actor)
{
    for (unsigned i = 0; i < STRESS_JOBS; i++) {
        struct stress_job *job = &actor->jobs[i];
        if (job->task != NULL && job->kind == STRESS_TICK)
            cancel(job);
        if (job->task == NULL)
            continue;
        finish(job);
    }
}
