/* SPDX-License-Identifier: BSD-3-Clause */
/* The probe module's handlers for tasks that several containers run, and for steering them. */
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <test/probe/autogen/probe_methods.h>
#include <test/probe/autogen/probe_runtime_methods.h>
#include <test/probe/probe_runtime.h>

_Atomic(uint64_t) test_probe_global, test_probe_gathers;

/* Each container's tasks on a lane that its id chooses, so that they spread over the workers. */
#define MONITOR_SPREAD(method)                                                                     \
    void test_probe_monitor_##method(struct test_probe *self, enum chi_monitor_mode mode,          \
                                     struct test_probe_##method##_task *task,                      \
                                     struct chi_run_context *rctx)                                 \
    {                                                                                              \
        (void)task;                                                                                \
        spread(self, mode, rctx);                                                                  \
    }

static void spread(struct test_probe *self, enum chi_monitor_mode mode,
                   struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_GLOBAL_SCHEDULE)
        atomic_fetch_add(&test_probe_global, 1);
    chi_monitor_lane(&self->base, mode, rctx, TEST_PROBE_QUEUE,
                     self->base.container_id % self->lanes);
}

static int code_of(const struct test_probe *self, uint32_t fail_first, uint32_t fail_count)
{
    uint32_t id = self->base.container_id;
    return id >= fail_first && id - fail_first < fail_count ? -1000 - (int)id : 0;
}

int test_probe_run_share(struct test_probe *self, struct test_probe_share_task *task,
                         struct chi_run_context *rctx)
{
    uint32_t id = self->base.container_id;
    uint8_t *marks = chi_buffer_data(&task->marks);
    struct chi_view text = chi_string_view(&task->text);
    const uint32_t *numbers = chi_vector_items(&task->numbers);
    char tail[16];
    int size = snprintf(tail, sizeof(tail), "/%u", id);

    (void)rctx;
    if (marks != NULL && id < task->marks.size)
        marks[id] = 1;
    task->container = id;
    task->total += id;
    task->text_size = text.size;
    for (size_t i = 0; i < chi_vector_count(&task->numbers); i++)
        task->sum += numbers[i];
    int rc = chi_string_append(&task->trail, tail, (size_t)size);
    if (rc == 0)
        rc = chi_string_assign(&task->answer, text.data, text.size);
    if (rc == 0)
        rc = chi_string_append(&task->answer, tail, (size_t)size);
    if (rc == 0)
        rc = chi_string_set(&task->text, "what others are given is not changed by this");
    return rc == 0 ? code_of(self, task->fail_first, task->fail_count) : rc;
}

MONITOR_SPREAD(share)

int test_probe_run_gather(struct test_probe *self, struct test_probe_gather_task *task,
                          struct chi_run_context *rctx)
{
    uint32_t id = self->base.container_id;

    (void)rctx;
    atomic_fetch_add(&test_probe_gathers, 1);
    if (task->gate != 0 && id == 0) {
        int rc = chi_task_wait_fd(self->gates[task->gate], 1 /* EPOLLIN */);
        if (rc < 0)
            return rc;
    }
    for (uint32_t i = 0; i < task->yields / (id + 1); i++)
        chi_task_yield();
    int rc = chi_vector_append(&task->containers, &id, 1);
    task->sum = id;
    return rc == 0 ? code_of(self, task->fail_first, task->fail_count) : rc;
}

MONITOR_SPREAD(gather)

void test_probe_aggregate_gather(struct test_probe_gather_task *into,
                                 struct test_probe_gather_task *copy)
{
    int32_t code = copy->base.return_code;
    int rc = chi_vector_append(&into->codes, &code, 1);
    if (rc == 0)
        rc = chi_vector_append(&into->containers, chi_vector_items(&copy->containers),
                               chi_vector_count(&copy->containers));
    if (chi_task_aggregate_code(&into->base, &copy->base)) {
        into->sum += copy->sum;
        into->merged = chi_task_aggregate_count(&into->base) + 1;
    }
    if (rc < 0)
        into->base.return_code = rc;
}

int test_probe_run_steer(struct test_probe *self, struct test_probe_steer_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    task->container = self->base.container_id;
    task->containers = self->base.container_count;
    return 0;
}

void test_probe_monitor_steer(struct test_probe *self, enum chi_monitor_mode mode,
                              struct test_probe_steer_task *task, struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_GLOBAL_SCHEDULE) {
        task->base.pool_query = task->to;
        rctx->route_lane = chi_container_lane(&self->base, TEST_PROBE_QUEUE, 0); /* means nothing */
    }
    spread(self, mode, rctx);
}

int test_probe_run_keyed(struct test_probe *self, struct test_probe_keyed_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    task->container = task->deepest = self->base.container_id;
    if (task->levels == 0)
        return 0;
    struct test_probe_keyed_task *sub =
        CHI_TASK_NEW(test_probe_keyed, self->base.pool_id, chi_pool_query_local());
    if (sub == NULL)
        return -ENOMEM;
    sub->levels = task->levels - 1;
    int rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    task->deepest = sub->deepest;
    chi_task_del(&sub->base);
    return rc;
}

void test_probe_monitor_keyed(struct test_probe *self, enum chi_monitor_mode mode,
                              struct test_probe_keyed_task *task, struct chi_run_context *rctx)
{
    struct chi_view key = chi_string_view(&task->key);
    chi_monitor_query_by_hash(mode, &task->base, chi_hash_bytes(key.data, key.size));
    spread(self, mode, rctx);
}

int test_probe_run_nest(struct test_probe *self, struct test_probe_nest_task *task,
                        struct chi_run_context *rctx)
{
    (void)rctx;
    task->leaves = 1;
    if (task->levels == 0)
        return 0;
    struct test_probe_nest_task *sub =
        CHI_TASK_NEW(test_probe_nest, self->base.pool_id, chi_pool_query_broadcast());
    if (sub == NULL)
        return -ENOMEM;
    sub->levels = task->levels - 1;
    int rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    task->leaves = sub->leaves;
    task->failed = chi_task_failed(&sub->base);
    chi_task_del(&sub->base);
    return rc;
}

MONITOR_SPREAD(nest)

void test_probe_aggregate_nest(struct test_probe_nest_task *into, struct test_probe_nest_task *copy)
{
    if (chi_task_aggregate_code(&into->base, &copy->base)) {
        into->leaves += copy->leaves;
        into->failed += copy->failed;
    }
}

static struct chi_task *next_drop(const struct test_probe_drop_pool_task *task)
{
    if (task->hops == 0) {
        struct chimaera_admin_destroy_pool_task *last =
            CHI_TASK_NEW(chimaera_admin_destroy_pool, CHI_ADMIN_POOL_ID, chi_pool_query_local());
        if (last == NULL)
            return NULL;
        last->pool_id = task->pool_id;
        return &last->base;
    }
    struct test_probe_drop_pool_task *hop =
        CHI_TASK_NEW(test_probe_drop_pool, task->via,
                     task->broadcast ? chi_pool_query_broadcast() : chi_pool_query_local());
    if (hop == NULL)
        return NULL;
    hop->pool_id = task->pool_id;
    hop->via = task->via;
    hop->hops = task->hops - 1;
    hop->broadcast = task->broadcast;
    return &hop->base;
}

int test_probe_run_drop_pool(struct test_probe *self, struct test_probe_drop_pool_task *task,
                             struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    struct chi_task *sub = next_drop(task);
    if (sub == NULL)
        return -ENOMEM;
    if (task->forget)
        return chi_task_fire_and_forget(sub);
    int rc = chi_task_enqueue(sub);
    if (rc == 0 && task->delay_ns > 0)
        chi_task_sleep(task->delay_ns);
    if (rc == 0)
        rc = chi_task_wait(sub);
    chi_task_del(sub);
    return rc;
}

MONITOR_SPREAD(drop_pool)
