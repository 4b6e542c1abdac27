/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps, single handlers and pools: the calls of a test on its runtime. Test thread only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "runtime/core/runtime.h"
#include "runtime/host/call.h"
#include "runtime/host/stepper.h"
#include "runtime/module/pool.h"
#include "runtime/pools/pools.h"
#include "test/test.h"

#define CALL_TIMEOUT_NS (60 * CHI_NS_PER_S)

struct chi_runtime *chi_test_stepped(void)
{
    bool may_step = chi_test.runtime != NULL && chi_stepper_may_step(chi_test.runtime);
    CHI_ASSERT(may_step,
               "no runtime is stepped here: chi_test_begin() in another mode or thread, or "
               "this is a handler");
    return may_step ? chi_test.runtime : NULL;
}

bool chi_test_step(uint32_t worker)
{
    struct chi_runtime *runtime = chi_test_stepped();
    if (runtime == NULL || worker >= runtime->worker_count)
        return false;
    return chi_stepper_step(runtime, worker);
}

bool chi_test_run_until_idle(void)
{
    struct chi_runtime *runtime = chi_test_stepped();
    return runtime != NULL && chi_stepper_run(runtime);
}

void chi_test_advance(uint64_t duration_ns)
{
    struct chi_runtime *runtime = chi_test_stepped();
    if (runtime != NULL)
        chi_stepper_advance(runtime, duration_ns);
}

uint64_t chi_test_now_ns(void)
{
    struct chi_runtime *runtime = chi_test_stepped();
    return runtime != NULL ? chi_stepper_now_ns(runtime) : 0;
}

/* ---- single handlers */

int chi_test_start_handler(struct chi_task *task, uint32_t container, uint32_t worker)
{
    if (chi_test.runtime == NULL || chi_test.mode != CHI_TEST_DIRECT)
        return chi_error(-ENOTSUP, "single handlers can be called in CHI_TEST_DIRECT only");
    return chi_direct_start(chi_test.runtime, task, container, worker);
}

int chi_test_run_handler(struct chi_task *task, uint32_t container)
{
    int rc = chi_test_start_handler(task, container, 0);
    return rc == 0 ? chi_task_wait(task) : rc;
}

/* ---- pools */

struct creation {
    const char *mod_name;
    const char *pool_name;
    const struct chi_schema *schema;
    const void *params;
    struct chi_pool_answer answer;
    char error[400];
};

/* Runs as a task of worker 0: the archive is private memory of the runtime. */
static int create(void *argument)
{
    struct creation *creation = argument;
    struct chi_string archive = {0};

    int rc = creation->schema != NULL && creation->params != NULL
                 ? chi_params_save(creation->schema, creation->params, &archive)
                 : 0;
    if (rc == 0) {
        struct chi_view view = chi_string_view(&archive);
        struct chi_pool_request request = {.mod_name = creation->mod_name,
                                           .pool_name = creation->pool_name,
                                           .params = view.data,
                                           .params_size = view.size};
        rc = chi_pool_get_or_create(chi_test.runtime, &request, &creation->answer);
    }
    if (rc < 0) /* the last error belongs to the worker's thread */
        snprintf(creation->error, sizeof(creation->error), "%s", chi_last_error());
    chi_string_fini(&archive);
    return rc;
}

int chi_test_create_pool(const char *mod_name, const char *pool_name,
                         const struct chi_schema *schema, const void *params,
                         chi_pool_id_t *pool_id)
{
    if (chi_test.runtime == NULL)
        return chi_error(CHI_ERUNTIME_DOWN, "no runtime runs; call chi_test_begin()");
    struct creation *creation = calloc(1, sizeof(*creation));
    if (creation == NULL)
        return chi_error(-ENOMEM, "out of memory for the pool \"%s\"", pool_name);
    creation->mod_name = mod_name;
    creation->pool_name = pool_name;
    creation->schema = schema;
    creation->params = params;
    int rc = chi_runtime_call(chi_test.runtime, create, creation, CALL_TIMEOUT_NS);
    if (rc == -ETIMEDOUT) /* the task still uses it */
        return chi_error(rc, "the pool \"%s\" was not created: Create did not return", pool_name);
    if (rc < 0)
        chi_error(rc, "%s", creation->error[0] != '\0' ? creation->error : chi_strerror(rc));
    else
        *pool_id = creation->answer.pool_id;
    free(creation);
    return rc;
}

struct chi_container *chi_test_container(chi_pool_id_t pool_id, uint32_t index)
{
    struct chi_pool *pool =
        chi_test.runtime != NULL ? chi_pool_find(chi_test.runtime->pools, pool_id) : NULL;
    return pool != NULL && index < pool->container_count ? pool->containers[index] : NULL;
}
