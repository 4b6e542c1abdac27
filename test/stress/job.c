/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks of the stress test: made at random, and checked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <test/stress/stress_client.h>
#include <unistd.h>

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

void stress_need(bool good, const struct stress_job *job, const char *what)
{
    if (good)
        return;
    if (job != NULL && job->task != NULL)
        fprintf(stderr,
                "client %d: task %u (kind %d, of %u containers%s%s, state 0x%x, code %d): %s: %s\n",
                (int)getpid(), job->id, (int)job->kind, job->containers,
                job->passing ? ", passing" : "", job->cut ? ", cut" : "",
                atomic_load(&job->task->state), job->task->return_code, what, chi_last_error());
    else
        fprintf(stderr, "client %d: %s: %s\n", (int)getpid(), what, chi_last_error());
    _exit(1);
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

static void unmake(struct stress_job *job)
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
        unmake(job);
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

/* ---- checking */

static void check_buffer(const struct stress_job *job, uint64_t i, bool inverted)
{
    const unsigned char *bytes = chi_buffer_data(&job->buffer);
    unsigned char was = test_stress_fill(job->id, i);
    stress_need(bytes[i] == (inverted ? (unsigned char)~was : was), job,
                inverted ? "its buffer was not written" : "its buffer was written");
}

static void check_work(const struct stress_job *job, int rc)
{
    const struct test_stress_work_task *task = (const void *)job->task;
    struct chi_view text = chi_string_view(&task->text);
    struct chi_view trail = chi_string_view(&task->trail);
    struct chi_view answer = chi_string_view(&task->answer);

    for (uint64_t i = 0; i < job->buffer.size; i++)
        check_buffer(job, i, rc == 0);
    if (rc != 0)
        return;
    stress_need(task->sum ==
                    test_stress_sum(job->id, text.data, text.size) +
                        test_stress_sum(job->id, chi_vector_items(&task->numbers),
                                        chi_vector_count(&task->numbers) * sizeof(uint32_t)),
                job, "the sum is wrong");
    stress_need(trail.size == 5 + text.size && memcmp(trail.data, "from ", 5) == 0 &&
                    memcmp((const char *)trail.data + 5, text.data, text.size) == 0,
                job, "the trail is wrong");
    stress_need(answer.size == task->answer_size, job, "the answer's size is wrong");
    for (size_t i = 0; i < answer.size; i++)
        stress_need(((const unsigned char *)answer.data)[i] == test_stress_fill(job->id, i), job,
                    "the answer is wrong");
    stress_expect_times(job->id, 1);
}

static void check_section(const struct stress_job *job, int rc)
{
    const struct test_stress_section_task *task = (const void *)job->task;

    if (rc == 0) {
        stress_need(task->entered == job->ids, job, "not all levels were entered");
        stress_expect(job->id, job->ids, STRESS_TIMES + 1);
    } else if ((rc == -EBUSY && task->kind == TEST_STRESS_TRY) ||
               (rc == -EDEADLK && task->kind == TEST_STRESS_UPGRADE)) {
        stress_expect(job->id, 1, STRESS_TIMES + 1);
        stress_expect(job->id + 1, job->ids - 1, STRESS_TIMES);
    }
}

/* Which containers a query that was made here names; -1 where only the runtime knows. */
static int64_t mask_of(const struct stress_job *job, chi_pool_query_t query)
{
    switch (chi_pool_query_mode(query)) {
    case CHI_ROUTE_BROADCAST:
        return job->passing ? -1 : (1ll << job->containers) - 1;
    case CHI_ROUTE_RANGE:
        return ((1ll << query.count) - 1) << query.first;
    case CHI_ROUTE_DIRECT_ID:
        return 1ll << query.first;
    case CHI_ROUTE_DIRECT_HASH:
        return job->passing ? -1 : 1ll << query.first % job->containers;
    default:
        return -1;
    }
}

static void check_share_known(const struct stress_job *job, int rc, uint32_t mask)
{
    const struct test_stress_share_task *task = (const void *)job->task;
    uint32_t failing = mask & task->fail_mask;

    stress_need(rc == (failing != 0 ? -3000 - __builtin_ctz(failing) : 0), job,
                "the code is not that of the first container that fails");
    stress_need(chi_task_failed(job->task) == (uint32_t)__builtin_popcount(failing), job,
                "as many failed as should not");
    stress_need(chi_vector_count(&task->containers) == (size_t)__builtin_popcount(mask & ~failing),
                job, "as many succeeded as should not");
    for (uint32_t c = 0; c < job->containers; c++) {
        stress_expect_times(job->id + c, mask >> c & 1);
        if (job->buffer.data != 0)
            check_buffer(job, c, mask >> c & 1);
    }
}

static void check_share(const struct stress_job *job, int rc)
{
    const struct test_stress_share_task *task = (const void *)job->task;
    struct chi_view text = chi_string_view(&task->text);
    int64_t mask = mask_of(job, job->task->pool_query);
    size_t count;
    const uint32_t *containers = chi_vector_span(&task->containers, &count);
    uint64_t sum = 0;

    if (rc != 0 && rc > -3000)
        return;
    for (size_t i = 0; i < count; i++) {
        stress_need(containers[i] < job->containers, job, "a container that is not there");
        stress_need(i == 0 || containers[i - 1] < containers[i], job,
                    "copies are not merged in order");
        sum += test_stress_sum(job->id, text.data, text.size) + containers[i];
        stress_expect(job->id + containers[i], 1, STRESS_TIMES + 1);
    }
    stress_need(task->sum == sum, job, "the sum of all is wrong");
    if (mask >= 0 && !job->cut)
        check_share_known(job, rc, (uint32_t)mask);
}

static uint64_t tree_nodes(const struct test_stress_tree_task *task, uint32_t levels)
{
    return test_stress_tree_ids(levels, task->width, task->spread);
}

static void check_tree(const struct stress_job *job, int rc)
{
    const struct test_stress_tree_task *task = (const void *)job->task;
    uint64_t all = job->ids, first = 0;

    if (rc != 0 || job->passing)
        return;
    if (task->end == TEST_STRESS_CANCEL && (task->levels > 0 || task->spread > 0))
        first = task->levels > 0 ? tree_nodes(task, task->levels - 1) : task->spread;
    if (task->end == TEST_STRESS_FORGET || task->end == TEST_STRESS_ABANDON)
        stress_need(task->nodes == 1, job, "it did not wait, and counts");
    else
        stress_need(task->nodes <= all && task->nodes >= all - first, job, "nodes are missing");
    stress_expect(job->id, 1, STRESS_TIMES + 1);
    stress_expect(job->id + 1 + (uint32_t)first, (uint32_t)(all - 1 - first), STRESS_TIMES + 1);
}

static void check_code(const struct stress_job *job, int rc)
{
    bool known = rc == 0;

    known |= job->cut && (rc == -ECANCELED || rc == -ETIMEDOUT);
    known |= job->passing && (rc == CHI_ENOPOOL || rc == -ECANCELED);
    known |= stress_books->few_fibers && rc == -EAGAIN && job->ids > 1;
    known |= job->kind == STRESS_SECTION && (rc == -EBUSY || rc == -EDEADLK);
    known |= job->kind == STRESS_SHARE && rc <= -3000 && rc > -3032;
    known |= job->kind == STRESS_TICK && rc == -ENODATA;
    stress_need(known, job, "a code that it cannot end with");
    stress_need((chi_task_failed(job->task) == 0) == (rc == 0), job, "failed, and with code 0");
}

void stress_job_check(struct stress_job *job)
{
    int rc = job->task->return_code;

    check_code(job, rc);
    switch (job->kind) {
    case STRESS_WORK:
        check_work(job, rc);
        break;
    case STRESS_SECTION:
        check_section(job, rc);
        break;
    case STRESS_SHARE:
        check_share(job, rc);
        break;
    case STRESS_TREE:
        check_tree(job, rc);
        break;
    default:
        stress_expect_times(job->id,
                            ((const struct test_stress_tick_task *)(void *)job->task)->runs);
    }
    if (rc == CHI_ENOPOOL)
        atomic_fetch_add(&stress_books->no_pool, 1);
    else if (rc == -ECANCELED || rc == -ETIMEDOUT)
        atomic_fetch_add(&stress_books->cut, 1);
    else
        atomic_fetch_add(&stress_books->done[job->kind], 1);
    unmake(job);
}

void stress_job_never(struct stress_job *job)
{
    stress_expect(job->id, job->ids, STRESS_TIMES);
    atomic_fetch_add(&stress_books->not_sent, 1);
    unmake(job);
}

/* Before it is given up. */
void stress_job_owed(struct stress_job *job)
{
    const struct test_stress_tree_task *tree = (const void *)job->task;
    if (!job->passing && !job->cut &&
        (job->kind == STRESS_WORK || (job->kind == STRESS_TREE && tree->end != TEST_STRESS_CANCEL)))
        stress_expect(job->id, job->ids, STRESS_TIMES + 1);
    atomic_fetch_add(&stress_books->forgotten, 1);
}
