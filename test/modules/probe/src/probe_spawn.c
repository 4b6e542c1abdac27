/* SPDX-License-Identifier: BSD-3-Clause */
/* The probe module's handlers that make subtasks. On the runtime's workers. */
#include <chimaera/status.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/autogen/probe_methods.h>
#include <test/probe/autogen/probe_runtime_methods.h>
#include <test/probe/probe_runtime.h>

#define SPAWN_MAX 256u
#define SHORT_NS  1000000u

/* All subtasks go to this container. */
static chi_pool_query_t here(const struct test_probe *self)
{
    return chi_pool_query_direct_id(self->base.container_id);
}

static int note(struct test_probe_spawn_task *task, int code)
{
    int32_t value = code;
    return chi_vector_append(&task->codes, &value, 1);
}

static struct chi_task *new_yield(struct test_probe *self, uint32_t lane, uint32_t times)
{
    struct test_probe_yield_task *sub =
        CHI_TASK_NEW(test_probe_yield, self->base.pool_id, here(self));
    if (sub == NULL)
        return NULL;
    sub->lane = lane;
    sub->times = times;
    return &sub->base;
}

static struct chi_task *new_gate(struct test_probe *self, uint32_t lane, uint32_t gate)
{
    struct test_probe_gate_task *sub =
        CHI_TASK_NEW(test_probe_gate, self->base.pool_id, here(self));
    if (sub == NULL)
        return NULL;
    sub->lane = lane;
    sub->gate = gate;
    return &sub->base;
}

static int move_gate(struct test_probe *self, uint32_t gate, uint32_t shut)
{
    struct test_probe_open_task *sub =
        CHI_TASK_NEW(test_probe_open, self->base.pool_id, here(self));
    if (sub == NULL)
        return -ENOMEM;
    sub->gate = gate;
    sub->shut = shut;
    int rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    chi_task_del(&sub->base);
    return rc;
}

static int spawn_all(struct test_probe *self, struct test_probe_spawn_task *task)
{
    struct chi_task *subs[SPAWN_MAX];
    uint32_t made = 0;
    int rc = 0;

    for (; made < task->count && rc == 0; made++) {
        subs[made] = new_yield(self, made, made % 3);
        if (subs[made] == NULL) {
            rc = -ENOMEM;
            break;
        }
        rc = chi_task_enqueue(subs[made]);
    }
    for (uint32_t i = 0; i < made; i++) { /* where one failed, the last was not submitted */
        if (rc == 0 || i + 1 < made) {
            int code = chi_task_wait(subs[i]);
            task->done += code == 0;
        }
        chi_task_del(subs[i]);
    }
    return rc;
}

/* What a handler must not do. */
static int spawn_keep(struct test_probe *self)
{
    struct chi_task *sub = new_yield(self, 0, 0);
    if (sub == NULL)
        return -ENOMEM;
    int rc = chi_task_enqueue(sub);
    return rc == 0 ? chi_task_wait(sub) : rc;
}

static int spawn_any(struct test_probe *self, struct test_probe_spawn_task *task)
{
    struct chi_task *subs[TEST_PROBE_GATES] = {NULL};
    size_t index = 0;
    int rc = 0;

    for (uint32_t i = 0; i < TEST_PROBE_GATES && rc == 0; i++) {
        subs[i] = new_gate(self, i, i);
        rc = subs[i] != NULL ? chi_task_enqueue(subs[i]) : -ENOMEM;
    }
    if (rc == 0)
        note(task, chi_task_wait_any(subs, TEST_PROBE_GATES, SHORT_NS, &index));
    for (uint32_t i = TEST_PROBE_GATES; rc == 0 && i-- > 0;) { /* the last gate first */
        rc = move_gate(self, i, 0);
        if (rc == 0)
            rc = chi_task_wait_any(subs, TEST_PROBE_GATES, UINT64_MAX, &index);
        if (rc == 0 && index == i)
            task->done++;
        chi_task_del(subs[index]);
        subs[index] = NULL;
        move_gate(self, i, 1);
    }
    return rc;
}

static int spawn_timeout(struct test_probe *self, struct test_probe_spawn_task *task)
{
    struct chi_task *sub = new_gate(self, task->lane + 1, 0);
    if (sub == NULL)
        return -ENOMEM;
    int rc = chi_task_enqueue(sub);
    if (rc == 0) {
        note(task, chi_task_wait_for(sub, 0));
        note(task, chi_task_wait_for(sub, SHORT_NS));
        note(task, move_gate(self, 0, 0));
        note(task, chi_task_wait(sub));
        note(task, chi_task_wait_for(sub, SHORT_NS)); /* done stays done */
        note(task, move_gate(self, 0, 1));
    }
    chi_task_del(sub);
    return rc;
}

static int spawn_detach(struct test_probe *self, struct test_probe_spawn_task *task)
{
    for (uint32_t i = 0; i < task->count; i++) {
        struct chi_task *sub = new_yield(self, i, 3);
        if (sub == NULL)
            return -ENOMEM;
        int rc = chi_task_enqueue(sub);
        if (rc == 0 && i % 2 == 1)
            note(task, chi_task_wait_for(sub, 1)); /* given up while a note is on its way */
        chi_task_del(sub);
        if (rc < 0)
            return rc;
        task->done++;
    }
    return 0;
}

static int spawn_forget(struct test_probe *self, struct test_probe_spawn_task *task)
{
    for (uint32_t i = 0; i < task->count; i++) {
        struct chi_task *sub = new_yield(self, i, 1);
        int rc = sub != NULL ? chi_task_fire_and_forget(sub) : -ENOMEM;
        if (rc < 0)
            return rc;
        task->done++;
    }
    return 0;
}

static int spawn_misuse(struct test_probe *self, struct test_probe_spawn_task *task)
{
    struct chi_task *sub = new_yield(self, 0, 1);
    size_t index;
    if (sub == NULL)
        return -ENOMEM;
    note(task, chi_task_wait(sub));
    note(task, chi_task_wait_any(&sub, 1, 0, &index));
    note(task, chi_task_enqueue(sub));
    note(task, chi_task_enqueue(sub));
    note(task, chi_task_notify(sub));
    note(task, chi_task_wait(sub));
    note(task, chi_task_enqueue(sub));
    chi_task_del(sub);

    sub = chi_task_new(&test_probe_nop_schema, chi_pool_id(999, 9), here(self));
    if (sub == NULL)
        return -ENOMEM;
    note(task, chi_task_enqueue(sub));
    note(task, chi_task_wait(sub));
    chi_task_del(sub);

    sub = chi_task_new(&test_probe_no_route_schema, self->base.pool_id, here(self));
    if (sub == NULL)
        return -ENOMEM;
    note(task, chi_task_enqueue(sub));
    note(task, chi_task_wait(sub));
    chi_task_del(sub);
    return 0;
}

static int spawn_fail(struct test_probe *self, const struct test_probe_spawn_task *task)
{
    struct test_probe_fail_task *sub =
        CHI_TASK_NEW(test_probe_fail, self->base.pool_id, chi_pool_query_direct_id(task->count));
    if (sub == NULL)
        return -ENOMEM;
    sub->code = -EIO;
    int rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    chi_task_del(&sub->base);
    return rc;
}

static int spawn_say(const struct test_probe_spawn_task *task)
{
    char said[64];
    if (chi_last_error()[0] != '\0' || chi_last_error_code() != 0)
        return -EPROTO; /* another's */
    int rc = chi_error(-EDOM, "this is number %u", task->count);
    for (uint32_t i = 0; i < task->count; i++)
        chi_task_yield();
    snprintf(said, sizeof said, "this is number %u", task->count);
    return strcmp(chi_last_error(), said) == 0 && chi_last_error_code() == rc ? rc : -EPROTO;
}

int test_probe_run_spawn(struct test_probe *self, struct test_probe_spawn_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    if (task->count > SPAWN_MAX)
        return -EINVAL;
    switch (task->kind) {
    case TEST_PROBE_SPAWN_ALL:
        return spawn_all(self, task);
    case TEST_PROBE_SPAWN_ANY:
        return spawn_any(self, task);
    case TEST_PROBE_SPAWN_TIMEOUT:
        return spawn_timeout(self, task);
    case TEST_PROBE_SPAWN_DETACH:
        return spawn_detach(self, task);
    case TEST_PROBE_SPAWN_FORGET:
        return spawn_forget(self, task);
    case TEST_PROBE_SPAWN_MISUSE:
        return spawn_misuse(self, task);
    case TEST_PROBE_SPAWN_KEEP:
        return spawn_keep(self);
    case TEST_PROBE_SPAWN_FAIL:
        return spawn_fail(self, task);
    case TEST_PROBE_SPAWN_SAY:
        return spawn_say(task);
    default:
        return -EINVAL;
    }
}

int test_probe_run_depth(struct test_probe *self, struct test_probe_depth_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    task->reached = 1;
    task->minor = task->base.node.minor;
    task->same_group = 1;
    if (task->levels == 0)
        return 0;
    struct test_probe_depth_task *sub =
        CHI_TASK_NEW(test_probe_depth, self->base.pool_id, here(self));
    if (sub == NULL)
        return -ENOMEM;
    sub->lane = task->lane + 1;
    sub->levels = task->levels - 1;
    int rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    if (rc == 0) {
        task->reached += sub->reached;
        task->minor = sub->minor;
        task->same_group = sub->same_group && sub->base.node.major == task->base.node.major &&
                           sub->base.node.tid == task->base.node.tid;
    }
    chi_task_del(&sub->base);
    return rc;
}
