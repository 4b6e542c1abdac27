/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks of the stress test, made at random. */
#include <errno.h>
#include <string.h>
#include <test/stress/stress_client.h>

#include "stress/actor.h"

#define TEXT_MAX   20000u
#define ANSWER_MAX 300000u
#define BUFFER_MAX 100000u

uint64_t stress_pick(struct stress_actor *actor, uint64_t below)
{
    return stress_random(&actor->seed) % below;
}

static bool chance(struct stress_actor *actor, uint64_t one_in)
{
    return stress_pick(actor, one_in) == 0;
}

/* Mostly small. */
static uint64_t some_size(struct stress_actor *actor, uint64_t max)
{
    return chance(actor, 20) ? stress_pick(actor, max)
                             : stress_pick(actor, chance(actor, 4) ? 3000 : 60);
}

static struct test_stress_steps some_steps(struct stress_actor *actor)
{
    struct test_stress_steps steps = {0};
    if (chance(actor, 3))
        steps.yields = (uint32_t)stress_pick(actor, 6);
    if (chance(actor, 5))
        steps.sleep_us = (uint32_t)stress_pick(actor, 3000);
    if (chance(actor, 10))
        steps.fd_us = 1 + (uint32_t)stress_pick(actor, 2000);
    if (chance(actor, 6))
        steps.compute_us = (uint32_t)stress_pick(actor, 60);
    if (chance(actor, 500)) /* its worker stalls */
        steps.compute_us = (uint32_t)stress_pick(actor, 50000);
    steps.asks = chance(actor, 2);
    return steps;
}

static chi_pool_query_t one_container(struct stress_actor *actor, const struct stress_job *job)
{
    switch (stress_pick(actor, job->passing ? 3 : 4)) {
    case 0:
        return chi_pool_query_local();
    case 1:
        return chi_pool_query_direct_hash((uint32_t)stress_pick(actor, UINT32_MAX));
    case 2:
        return chi_pool_query_dynamic();
    default:
        return chi_pool_query_direct_id((uint32_t)stress_pick(actor, job->containers));
    }
}

static chi_pool_id_t some_pool(struct stress_actor *actor, struct stress_job *job)
{
    uint64_t packed =
        chance(actor, 4) ? atomic_load(&stress_books->pools[stress_pick(actor, STRESS_POOLS)]) : 0;
    job->passing = packed != 0;
    if (job->passing) {
        job->containers = STRESS_POOLS_SIZE;
        return CHI_POOL_ID((uint32_t)(packed >> 32), (uint32_t)packed);
    }
    job->containers = chance(actor, 3) ? 1 : STRESS_MIX_COUNT;
    return job->containers == 1 ? STRESS_ONE : STRESS_MIX;
}

static bool some_buffer(struct stress_actor *actor, struct stress_job *job, uint64_t size)
{
    (void)actor;
    if (chi_buffer_alloc(size, &job->buffer) < 0)
        return false;
    unsigned char *bytes = chi_buffer_data(&job->buffer);
    for (uint64_t i = 0; i < size; i++)
        bytes[i] = test_stress_fill(job->id, i);
    return true;
}

/* ---- making */

static bool make_work(struct stress_actor *actor, struct stress_job *job, chi_pool_id_t pool)
{
    char text[TEXT_MAX];
    uint32_t numbers[64];
    struct test_stress_work_task *task =
        CHI_TASK_NEW(test_stress_work, pool, one_container(actor, job));

    if (task == NULL)
        return false;
    job->task = &task->base;
    task->id = job->id;
    task->lane = (uint32_t)stress_pick(actor, 100);
    task->steps = some_steps(actor);
    task->answer_size = chance(actor, 3) ? some_size(actor, ANSWER_MAX) : 0;
    size_t size = some_size(actor, TEXT_MAX), count = stress_pick(actor, 64);
    memset(text, 'a' + (int)stress_pick(actor, 26), size);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint32_t)stress_random(&actor->seed);
    if (chi_string_assign(&task->text, text, size) < 0 ||
        chi_vector_assign(&task->numbers, numbers, count) < 0 ||
        chi_string_assign(&task->trail, "from ", 5) < 0)
        return false;
    if (chance(actor, 5)) {
        if (!some_buffer(actor, job, 1 + some_size(actor, BUFFER_MAX)))
            return false;
        task->bytes = job->buffer;
    }
    return true;
}

static bool make_section(struct stress_actor *actor, struct stress_job *job, chi_pool_id_t pool)
{
    struct test_stress_section_task *task =
        CHI_TASK_NEW(test_stress_section, pool, one_container(actor, job));

    if (task == NULL)
        return false;
    job->task = &task->base;
    task->id = job->id;
    task->lane = (uint32_t)stress_pick(actor, 100);
    task->lock = (uint32_t)stress_pick(actor, TEST_STRESS_LOCKS);
    task->kind = (uint32_t)stress_pick(actor, 5);
    task->inner = job->ids - 1;
    task->steps.yields = (uint32_t)stress_pick(actor, 4);
    if (chance(actor, 8))
        task->steps.sleep_us = (uint32_t)stress_pick(actor, 500);
    return true;
}

static bool make_share(struct stress_actor *actor, struct stress_job *job, chi_pool_id_t pool)
{
    char text[TEXT_MAX];
    chi_pool_query_t query = chi_pool_query_broadcast();
    uint32_t first = (uint32_t)stress_pick(actor, job->containers);

    if (!job->passing && chance(actor, 2))
        query =
            chi_pool_query_range(first, 1 + (uint32_t)stress_pick(actor, job->containers - first));
    else if (chance(actor, 5))
        query = one_container(actor, job);
    struct test_stress_share_task *task = CHI_TASK_NEW(test_stress_share, pool, query);
    if (task == NULL)
        return false;
    job->task = &task->base;
    task->id = job->id;
    task->fail_mask = chance(actor, 4) ? (uint32_t)stress_pick(actor, 256) : 0;
    task->steps = some_steps(actor);
    size_t size = some_size(actor, 3000);
    memset(text, 'A' + (int)stress_pick(actor, 26), size);
    if (chi_string_assign(&task->text, text, size) < 0)
        return false;
    if (chance(actor, 3)) {
        if (!some_buffer(actor, job, STRESS_POOLS_SIZE))
            return false;
        task->marks = job->buffer;
    }
    return true;
}

struct shape {
    uint32_t levels, width, spread;
};

static bool make_tree(struct stress_actor *actor, struct stress_job *job, chi_pool_id_t pool,
                      struct shape shape)
{
    struct test_stress_tree_task *task =
        CHI_TASK_NEW(test_stress_tree, pool, one_container(actor, job));

    if (task == NULL)
        return false;
    job->task = &task->base;
    task->id = job->id;
    task->lane = (uint32_t)stress_pick(actor, 100);
    task->levels = shape.levels;
    task->width = shape.width;
    task->spread = shape.spread;
    task->end = (uint32_t)stress_pick(actor, TEST_STRESS_START);
    if (job->passing && task->levels == 0 && task->spread == 0) {
        task->end = TEST_STRESS_START;
        stress_expect(job->id + 1, 1, STRESS_ANY);
    }
    task->steps.yields = (uint32_t)stress_pick(actor, 3);
    if (chance(actor, 5))
        task->steps.sleep_us = (uint32_t)stress_pick(actor, 1000);
    return true;
}

static bool make_tick(struct stress_actor *actor, struct stress_job *job, chi_pool_id_t pool)
{
    struct test_stress_tick_task *task =
        CHI_TASK_NEW(test_stress_tick, pool, one_container(actor, job));

    if (task == NULL)
        return false;
    job->task = &task->base;
    task->id = job->id;
    task->lane = (uint32_t)stress_pick(actor, 100);
    task->last = chance(actor, 3) ? 1 + (uint32_t)stress_pick(actor, 10) : 0;
    if (chance(actor, 2))
        task->steps.sleep_us = (uint32_t)stress_pick(actor, 3000);
    return chi_task_set_period(job->task, 200000 + stress_pick(actor, 5000000)) == 0;
}

void stress_job_unmake(struct stress_job *job)
{
    chi_task_del(job->task);
    if (job->buffer.data != 0)
        chi_buffer_free(&job->buffer);
    memset(job, 0, sizeof(*job));
}

bool stress_job_make(struct stress_actor *actor, struct stress_job *job)
{
    static const uint8_t kinds[] = {STRESS_WORK,    STRESS_WORK,    STRESS_WORK,  STRESS_WORK,
                                    STRESS_SECTION, STRESS_SECTION, STRESS_SHARE, STRESS_SHARE,
                                    STRESS_TREE,    STRESS_TICK};
    struct shape shape = {0};
    bool made = false;

    memset(job, 0, sizeof(*job));
    job->kind = kinds[stress_pick(actor, sizeof(kinds))];
    chi_pool_id_t pool = some_pool(actor, job);
    job->ids = 1;
    if (job->kind == STRESS_SECTION) {
        job->ids = 1 + (chance(actor, 4) ? (uint32_t)stress_pick(actor, 4) : 0);
    } else if (job->kind == STRESS_SHARE) {
        job->ids = job->containers;
    } else if (job->kind == STRESS_TREE) {
        shape.levels = (uint32_t)stress_pick(actor, 4);
        shape.width = 1 + (uint32_t)stress_pick(actor, shape.levels < 3 ? 4 : 2);
        shape.spread = chance(actor, 3) ? job->containers : 0;
        job->ids = test_stress_tree_ids(shape.levels, shape.width, shape.spread);
        if (job->passing && job->ids == 1)
            job->ids = 2; /* it leaves a periodic task in a pool that goes away */
    }
    if (!stress_take_ids(job->kind, job->ids, &job->id))
        return false;
    switch (job->kind) {
    case STRESS_WORK:
        made = make_work(actor, job, pool);
        break;
    case STRESS_SECTION:
        made = make_section(actor, job, pool);
        break;
    case STRESS_SHARE:
        made = make_share(actor, job, pool);
        break;
    case STRESS_TREE:
        made = make_tree(actor, job, pool, shape);
        break;
    default:
        made = make_tick(actor, job, pool);
    }
    if (!made) {
        stress_need(chi_last_error_code() == -ENOMEM, job, "make a task");
        atomic_fetch_add(&stress_books->not_sent, 1);
        stress_job_unmake(job);
        return false;
    }
    if (chance(actor, 4))
        chi_task_set_priority(job->task, CHI_HIGH_LATENCY);
    if (job->kind != STRESS_TICK && chance(actor, 8)) {
        job->cut = true;
        stress_need(chi_task_set_timeout(job->task, stress_pick(actor, 5000000)) == 0, job,
                    "set a timeout");
    }
    return true;
}
