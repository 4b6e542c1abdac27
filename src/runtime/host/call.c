/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a function as a task of worker 0 while the caller waits. See call.h. */
#include "runtime/host/call.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "runtime/control/errand.h"
#include "runtime/core/runtime.h"
#include "runtime/host/stepper.h"

struct call {
    struct chi_errand errand; /* first */
    struct chi_runtime *runtime;
    int (*function)(void *);
    void *argument;
    int result;
    bool done;
    bool abandoned; /* the caller has returned; finish_call() frees it */
};

static int run_call(struct chi_errand *errand)
{
    struct call *call = (void *)errand;
    return call->function(call->argument);
}

static void finish_call(struct chi_errand *errand, int rc)
{
    struct call *call = (void *)errand;
    struct chi_runtime *runtime = call->runtime;

    pthread_mutex_lock(&runtime->call_lock);
    call->result = rc;
    call->done = true;
    if (call->abandoned)
        free(call);
    pthread_cond_broadcast(&runtime->call_done);
    pthread_mutex_unlock(&runtime->call_lock);
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
    call->errand.function = run_call;
    call->errand.done = finish_call;
    call->runtime = runtime;
    call->function = function;
    call->argument = argument;
    uint64_t deadline = chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns);
    until.tv_sec = (time_t)(deadline / CHI_NS_PER_S);
    until.tv_nsec = (long)(deadline % CHI_NS_PER_S);
    chi_errand_send(runtime, &call->errand);
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
