/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stress module: handlers that wait in every way, and a ledger of what ran. On the runtime's
 * workers.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <test/stress/autogen/stress_methods.h>
#include <test/stress/autogen/stress_runtime_methods.h>
#include <test/stress/stress_runtime.h>
#include <time.h>
#include <unistd.h>

#define ENDED (1u << 16) /* in an entry: one end; below it, beginnings */

/* Of all pools: it outlives those that are destroyed. */
static _Atomic(uint32_t) ledger[TEST_STRESS_IDS];

void test_stress_began(uint32_t id)
{
    atomic_fetch_add_explicit(&ledger[id % TEST_STRESS_IDS], 1, memory_order_relaxed);
}

void test_stress_ended(uint32_t id)
{
    atomic_fetch_add_explicit(&ledger[id % TEST_STRESS_IDS], ENDED, memory_order_relaxed);
}

int test_stress_run_create(struct test_stress *self, struct chi_create_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    int rc = chi_container_create_queue(&self->base, TEST_STRESS_QUEUE, TEST_STRESS_LANES,
                                        CHI_LOW_LATENCY);
    return rc == 0 ? chi_container_create_queue(&self->base, TEST_STRESS_QUEUE_SLOW,
                                                TEST_STRESS_LANES, CHI_HIGH_LATENCY)
                   : rc;
}

void test_stress_monitor_create(struct test_stress *self, enum chi_monitor_mode mode,
                                struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx;
}

static _Atomic(uint64_t) passed;

int test_stress_run_destroy(struct test_stress *self, struct chi_destroy_task *task,
                            struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    atomic_fetch_add(&passed, test_stress_unsettled(self));
    return 0;
}

void test_stress_monitor_destroy(struct test_stress *self, enum chi_monitor_mode mode,
                                 struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, TEST_STRESS_QUEUE, 0);
}

/* ---- steps */

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int wait_timer(uint32_t us)
{
    struct itimerspec in = {
        .it_value = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    int rc = timerfd_settime(fd, 0, &in, NULL) < 0 ? -errno : 0;
    if (rc == 0)
        rc = chi_task_wait_fd(fd, EPOLLIN);
    close(fd);
    return rc < 0 ? rc : 0;
}

static int compute(uint32_t us, uint32_t asks)
{
    int rc = 0;
    for (uint64_t end = now_ns() + us * 1000ull; rc == 0 && now_ns() < end;)
        rc = asks ? chi_task_cancelled() : 0;
    return rc;
}

int test_stress_walk(const struct test_stress_steps *steps)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < steps->yields; i++)
        rc = chi_task_yield();
    if (rc == 0 && steps->sleep_us > 0)
        rc = chi_task_sleep(steps->sleep_us * 1000ull);
    if (rc == 0 && steps->fd_us > 0)
        rc = wait_timer(steps->fd_us);
    if (rc == 0 && steps->compute_us > 0)
        rc = compute(steps->compute_us, steps->asks);
    return rc;
}

/* ---- work */

static int work(struct test_stress_work_task *task)
{
    struct chi_view text = chi_string_view(&task->text);
    size_t count;
    const uint32_t *numbers = chi_vector_span(&task->numbers, &count);

    task->sum = test_stress_sum(task->id, text.data, text.size) +
                test_stress_sum(task->id, numbers, count * sizeof(*numbers));
    int rc = test_stress_walk(&task->steps);
    if (rc == 0)
        rc = chi_string_append(&task->trail, text.data, text.size);
    if (rc == 0)
        rc = chi_bytes_resize(&task->answer.bytes, task->answer_size);
    if (rc < 0)
        return rc;
    unsigned char *bytes = chi_buffer_data(&task->bytes);
    for (uint64_t i = 0; bytes != NULL && i < task->bytes.size; i++)
        bytes[i] = (unsigned char)~bytes[i];
    unsigned char *answer = chi_bytes_data(&task->answer.bytes);
    for (size_t i = 0; i < task->answer_size; i++)
        answer[i] = test_stress_fill(task->id, i);
    return 0;
}

int test_stress_run_work(struct test_stress *self, struct test_stress_work_task *task,
                         struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    test_stress_began(task->id);
    int rc = work(task);
    test_stress_ended(task->id);
    return rc;
}

TEST_STRESS_MONITOR(work, task->lane)

/* ---- for several containers */

static int share(struct test_stress *self, struct test_stress_share_task *task)
{
    uint32_t id = self->base.container_id;
    struct chi_view text = chi_string_view(&task->text);
    unsigned char *marks = chi_buffer_data(&task->marks);

    int rc = test_stress_walk(&task->steps);
    if (rc < 0)
        return rc;
    if (marks != NULL && id < task->marks.size)
        marks[id] = (unsigned char)~marks[id];
    if (id < 32 && (task->fail_mask >> id & 1) != 0)
        return -3000 - (int)id;
    task->sum = test_stress_sum(task->id, text.data, text.size) + id;
    return chi_vector_push(&task->containers, &id);
}

int test_stress_run_share(struct test_stress *self, struct test_stress_share_task *task,
                          struct chi_run_context *rctx)
{
    (void)rctx;
    test_stress_began(task->id + self->base.container_id);
    int rc = share(self, task);
    test_stress_ended(task->id + self->base.container_id);
    return rc;
}

TEST_STRESS_MONITOR(share, task->id + self->base.container_id)

void test_stress_aggregate_share(struct test_stress_share_task *into,
                                 struct test_stress_share_task *copy)
{
    if (!chi_task_aggregate_code(&into->base, &copy->base))
        return;
    into->sum += copy->sum;
    int rc = chi_vector_append(&into->containers, chi_vector_items(&copy->containers),
                               chi_vector_count(&copy->containers));
    if (rc < 0)
        into->base.return_code = rc;
}

/* ---- periodic */

int test_stress_run_tick(struct test_stress *self, struct test_stress_tick_task *task,
                         struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    test_stress_began(task->id);
    task->runs++;
    int rc = test_stress_walk(&task->steps);
    test_stress_ended(task->id);
    return rc == 0 && task->runs == task->last ? -ENODATA : rc;
}

TEST_STRESS_MONITOR(tick, task->lane)

/* ---- accounts */

int test_stress_run_ledger(struct test_stress *self, struct test_stress_ledger_task *task,
                           struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    if (task->first > TEST_STRESS_IDS || task->count > TEST_STRESS_IDS - task->first)
        return -EINVAL;
    int rc = chi_vector_resize(&task->entries, task->count);
    if (rc < 0)
        return rc;
    uint32_t *entries = chi_vector_data(&task->entries);
    for (uint32_t i = 0; i < task->count; i++)
        entries[i] = atomic_load_explicit(&ledger[task->first + i], memory_order_relaxed);
    return 0;
}

TEST_STRESS_MONITOR(ledger, task->first)

/* A task that is to be cleaned up has a load, and the other way round. */
void test_stress_monitor_load(struct test_stress *self, enum chi_monitor_mode mode,
                              struct chi_run_context *rctx)
{
    if (mode == CHI_MONITOR_EST_LOAD) {
        rctx->load = 1 + atomic_fetch_add(&self->estimated, 1) % 100;
    } else if (mode == CHI_MONITOR_CLEANUP) {
        atomic_fetch_add(&self->cleaned, 1);
    }
}

uint64_t test_stress_unsettled(struct test_stress *self)
{
    uint64_t unsettled = atomic_load(&self->estimated) - atomic_load(&self->cleaned);
    for (uint32_t queue = TEST_STRESS_QUEUE; queue <= TEST_STRESS_QUEUE_SLOW; queue++) {
        for (uint32_t i = 0; i < TEST_STRESS_LANES; i++) {
            const struct chi_lane *lane = chi_container_lane(&self->base, queue, i);
            unsettled += !chi_lane_is_empty(lane) || chi_lane_load(lane) != 0;
        }
    }
    return unsettled;
}

static void look_at_locks(struct test_stress *self, struct test_stress_report_task *task)
{
    uint64_t changed = 0;
    for (int i = 0; i < TEST_STRESS_LOCKS; i++) {
        struct test_stress_guarded *guarded = &self->guarded[i];
        if (chi_comutex_try_lock(&guarded->mutex) == 0) {
            changed += guarded->under_mutex;
            chi_comutex_unlock(&guarded->mutex);
        } else {
            task->locked++;
        }
        if (chi_corwlock_try_write_lock(&guarded->rw) == 0) {
            changed += guarded->under_rw;
            chi_corwlock_write_unlock(&guarded->rw);
        } else {
            task->locked++;
        }
    }
    task->lost = atomic_load(&self->sections) - changed;
}

int test_stress_run_report(struct test_stress *self, struct test_stress_report_task *task,
                           struct chi_run_context *rctx)
{
    (void)rctx;
    look_at_locks(self, task);
    task->sections = atomic_load(&self->visits);
    task->intrusions = atomic_load(&test_stress_intrusions);
    task->unsettled = test_stress_unsettled(self);
    task->passed = atomic_load(&passed);
    return 0;
}

/* It is not to see itself. */
void test_stress_monitor_report(struct test_stress *self, enum chi_monitor_mode mode,
                                struct test_stress_report_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, TEST_STRESS_QUEUE, 0);
}

void test_stress_aggregate_report(struct test_stress_report_task *into,
                                  struct test_stress_report_task *copy)
{
    if (!chi_task_aggregate_code(&into->base, &copy->base))
        return;
    into->intrusions = copy->intrusions;
    into->passed = copy->passed;
    into->lost += copy->lost;
    into->locked += copy->locked;
    into->sections += copy->sections;
    into->unsettled += copy->unsettled;
}

CHI_TASK_CC_MODES(test_stress, "0.1.0", CHI_WANTS_EST_LOAD | CHI_WANTS_CLEANUP);
