/* SPDX-License-Identifier: BSD-3-Clause */
/* What became of the stress test's tasks: results, codes, and what the books are to expect. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <test/stress/stress_client.h>
#include <unistd.h>

#include "stress/actor.h"

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
    stress_job_unmake(job);
}

void stress_job_never(struct stress_job *job)
{
    stress_expect(job->id, job->ids, STRESS_TIMES);
    atomic_fetch_add(&stress_books->not_sent, 1);
    stress_job_unmake(job);
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
