/* SPDX-License-Identifier: BSD-3-Clause */
/* The kinds module's handlers that cancel, forget and repeat subtasks. On the runtime's workers. */
#include <chimaera/status.h>
#include <errno.h>
#include <test/kinds/autogen/kinds_methods.h>
#include <test/kinds/autogen/kinds_runtime_methods.h>
#include <test/kinds/kinds_runtime.h>

#define MS 1000000u

static int code(struct test_kinds_spawn_task *task, int rc)
{
    int32_t value = rc;
    return chi_vector_append(&task->codes, &value, 1);
}

static struct test_kinds_wait_task *new_wait(struct test_kinds *self, uint32_t lane, uint32_t tag)
{
    struct test_kinds_wait_task *sub =
        CHI_TASK_NEW(test_kinds_wait, self->base.pool_id, chi_pool_query_local());
    sub->lane = lane;
    sub->tag = tag;
    return sub;
}

static struct test_kinds_note_task *new_note(chi_pool_id_t pool, uint32_t lane, uint32_t tag)
{
    struct test_kinds_note_task *sub = CHI_TASK_NEW(test_kinds_note, pool, chi_pool_query_local());
    sub->lane = lane;
    sub->tag = tag;
    return sub;
}

static bool is_waiting(struct test_kinds *self, uint32_t count)
{
    pthread_mutex_lock(&self->lock);
    bool is = self->waiting >= count;
    pthread_mutex_unlock(&self->lock);
    return is;
}

static int spawn_cancel(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    /* On this task's own lane nothing begins before this handler parks. */
    struct chi_task *queued = &new_wait(self, task->lane, task->tag + 1)->base;
    struct chi_task *parked = &new_wait(self, task->lane + 1, task->tag + 2)->base;
    struct chi_task *done = &new_note(self->base.pool_id, task->lane, task->tag + 3)->base;

    code(task, chi_task_cancel(queued)); /* new: -EINVAL */
    chi_task_enqueue(queued);
    code(task, chi_task_cancel(queued));
    code(task, chi_task_wait(queued));
    chi_task_enqueue(parked);
    while (!is_waiting(self, 1))
        chi_task_yield();
    code(task, chi_task_cancel(parked));
    /* Twice is as once. Its worker may have ended it meanwhile, which the code 1 says. */
    int again = chi_task_cancel(parked);
    code(task, again == 1 && chi_task_done(parked) ? 0 : again);
    code(task, chi_task_wait(parked));
    chi_task_enqueue(done);
    code(task, chi_task_wait(done));
    code(task, chi_task_cancel(done));
    code(task, chi_task_wait(done));
    chi_task_del(queued);
    chi_task_del(parked);
    chi_task_del(done);
    return 0;
}

static int spawn_timeout(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    struct chi_task *parked = &new_wait(self, task->lane + 1, task->tag + 1)->base;
    struct chi_task *over = &new_wait(self, task->lane, task->tag + 2)->base;
    struct chi_task *early = &new_note(self->base.pool_id, task->lane, task->tag + 3)->base;

    chi_task_set_timeout(parked, 5 * MS);
    chi_task_set_timeout(over, 0);
    chi_task_set_timeout(early, 3600000ull * MS);
    chi_task_enqueue(parked);
    chi_task_enqueue(over);
    chi_task_enqueue(early);
    code(task, chi_task_wait(parked));
    code(task, chi_task_wait(over));
    code(task, chi_task_wait(early));
    chi_task_del(parked);
    chi_task_del(over);
    chi_task_del(early);
    return 0;
}

static int spawn_forget(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    for (uint32_t i = 0; i < task->count; i++) {
        int rc;
        do {
            struct chi_task *sub = &new_note(self->base.pool_id, i, task->tag)->base;
            rc = chi_task_fire_and_forget(sub);
            if (rc == -EAGAIN || i % 256 == 0)
                chi_task_yield();
        } while (rc == -EAGAIN);
        if (rc < 0)
            return rc;
        task->done++;
    }
    return 0;
}

static struct chi_task *new_tick(struct test_kinds *self, uint32_t lane)
{
    struct test_kinds_tick_task *sub =
        CHI_TASK_NEW(test_kinds_tick, self->base.pool_id, chi_pool_query_local());
    sub->lane = lane;
    return &sub->base;
}

static int spawn_periodic(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    struct chi_task *tick = new_tick(self, task->lane + 1);
    uint64_t seen = 0;

    code(task, chi_task_set_period(tick, MS));
    code(task, chi_task_enqueue(tick));
    while (seen < task->count) {
        chi_task_sleep(MS);
        pthread_mutex_lock(&self->lock);
        seen = self->ticks;
        pthread_mutex_unlock(&self->lock);
    }
    code(task, chi_task_done(tick));
    code(task, chi_task_cancel(tick));
    code(task, chi_task_wait(tick));
    task->done = ((struct test_kinds_tick_task *)(void *)tick)->runs;
    chi_task_del(tick);

    tick = new_tick(self, task->lane);
    struct chi_buffer buffer = {.data = chi_shm_ptr(CHI_SEGMENT_CLIENT_DATA, 64), .size = 64};
    ((struct test_kinds_tick_task *)(void *)tick)->buffer = buffer;
    chi_task_set_period(tick, MS);
    code(task, chi_task_enqueue(tick)); /* it would outlive the right to that buffer */
    chi_task_del(tick);
    return 0;
}

static int spawn_leave(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    struct chi_task *tick = new_tick(self, task->lane + 1);
    int rc = chi_task_set_period(tick, MS);
    return rc == 0 ? chi_task_fire_and_forget(tick) : rc;
}

static int spawn_call(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    (void)self;
    for (uint32_t i = 0; i < task->count; i++) {
        struct chi_task *sub = &new_note(task->pool, i, task->tag + i)->base;
        int rc = chi_task_enqueue(sub);
        if (rc == 0)
            rc = chi_task_wait(sub);
        chi_task_del(sub);
        if (rc < 0)
            return rc;
        task->done++;
    }
    return chi_task_fire_and_forget(&new_note(task->pool, 0, task->tag + task->count)->base);
}

static int spawn_late(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    struct chi_task *sub = &new_wait(self, task->lane + 1, task->tag)->base;
    int rc = chi_task_enqueue(sub);
    if (rc == 0)
        rc = chi_task_wait(sub);
    chi_task_del(sub);
    chi_task_fire_and_forget(&new_note(self->base.pool_id, task->lane, task->tag + 1)->base);

    struct chi_task *tidy = &new_note(self->base.pool_id, task->lane, task->tag + 2)->base;
    chi_task_shield(true);
    chi_task_enqueue(tidy);
    code(task, chi_task_wait(tidy));
    chi_task_shield(false);
    chi_task_del(tidy);
    return rc;
}

static int spawn_misuse(struct test_kinds *self, struct test_kinds_spawn_task *task)
{
    struct chi_task *sub = &new_note(self->base.pool_id, task->lane, task->tag)->base;
    code(task, chi_task_set_period(sub, 0));
    code(task, chi_task_set_timeout(sub, MS));
    code(task, chi_task_set_period(sub, MS));
    code(task, chi_task_set_priority(sub, (enum chi_priority)7));
    chi_task_enqueue(sub);
    code(task, chi_task_set_timeout(sub, MS));
    code(task, chi_task_set_priority(sub, CHI_HIGH_LATENCY));
    chi_task_del(sub);
    return 0;
}

int test_kinds_run_spawn(struct test_kinds *self, struct test_kinds_spawn_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    switch (task->kind) {
    case TEST_KINDS_SPAWN_CANCEL:
        return spawn_cancel(self, task);
    case TEST_KINDS_SPAWN_TIMEOUT:
        return spawn_timeout(self, task);
    case TEST_KINDS_SPAWN_FORGET:
        return spawn_forget(self, task);
    case TEST_KINDS_SPAWN_PERIODIC:
        return spawn_periodic(self, task);
    case TEST_KINDS_SPAWN_LEAVE:
        return spawn_leave(self, task);
    case TEST_KINDS_SPAWN_CALL:
        return spawn_call(self, task);
    case TEST_KINDS_SPAWN_LATE:
        return spawn_late(self, task);
    case TEST_KINDS_SPAWN_MISUSE:
        return spawn_misuse(self, task);
    default:
        return -EINVAL;
    }
}
