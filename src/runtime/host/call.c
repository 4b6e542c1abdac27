/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a function as a task of worker 0 while the caller waits. See call.h. */
#include "runtime/host/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/host/stepper.h"
#include "runtime/path/complete.h"
#include "runtime/path/lane_queue.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

struct call {
    struct chi_message message;
    struct chi_runtime *runtime;
    int (*function)(void *);
    void *argument;
    int result;
    bool done;
    bool abandoned; /* the caller has returned; run_call() frees it */
};

static int run_call(void *argument)
{
    struct call *call = argument;
    int rc = call->function(call->argument);
    struct chi_runtime *runtime = call->runtime;

    pthread_mutex_lock(&runtime->call_lock);
    call->result = rc;
    call->done = true;
    if (call->abandoned)
        free(call);
    pthread_cond_broadcast(&runtime->call_done);
    pthread_mutex_unlock(&runtime->call_lock);
    return rc;
}

static void begin_call(struct chi_worker *worker, struct chi_message *message)
{
    struct call *call = (void *)message;
    struct chi_record *record = chi_record_new(&worker->caches.records, sizeof(struct chi_task));

    if (record == NULL) { /* out of memory: try again in the next round */
        chi_worker_send(worker, message);
        return;
    }
    memset((void *)&record->task, 0, sizeof(record->task));
    record->is_call = true;
    record->call = run_call;
    record->call_argument = call;
    record->origin = &worker->runtime->origins[worker->runtime->max_clients];
    record->lane = &worker->lanes.own;
    record->home = worker;
    record->task.node.pid = (uint32_t)getpid();
    record->shield = true;
    atomic_store_explicit(&record->task.state, CHI_TASK_QUEUED | CHI_TASK_DETACHED,
                          memory_order_relaxed);
    chi_worker_count(worker, worker, record);
    chi_worker_append(worker, &worker->lanes.own, record);
}

static bool call_is_done(void *call)
{
    return ((const struct call *)call)->done;
}

int chi_runtime_call(struct chi_runtime *runtime, int (*function)(void *), void *argument,
                     uint64_t timeout_ns)
{
    struct call *call = calloc(1, sizeof(*call));
    struct timespec until;
    int rc = 0;

    if (call == NULL)
        return -ENOMEM;
    call->message.handle = begin_call;
    call->runtime = runtime;
    call->function = function;
    call->argument = argument;
    uint64_t deadline = chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns);
    until.tv_sec = (time_t)(deadline / CHI_NS_PER_S);
    until.tv_nsec = (long)(deadline % CHI_NS_PER_S);
    chi_worker_send(runtime->workers[0], &call->message);
    if (runtime->stepper != NULL)
        chi_stepper_wait(runtime, call_is_done, call, timeout_ns);

    pthread_mutex_lock(&runtime->call_lock);
    while (!call->done && rc == 0 && runtime->stepper == NULL)
        rc = pthread_cond_timedwait(&runtime->call_done, &runtime->call_lock, &until);
    if (call->done) {
        rc = call->result;
        free(call);
    } else {
        rc = -ETIMEDOUT;
        call->abandoned = true;
    }
    pthread_mutex_unlock(&runtime->call_lock);
    return rc;
}
