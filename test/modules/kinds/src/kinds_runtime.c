/* SPDX-License-Identifier: BSD-3-Clause */
/* The kinds module: handlers that wait in every way, tick, and note what happened to them. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <test/kinds/autogen/kinds_methods.h>
#include <test/kinds/autogen/kinds_runtime_methods.h>
#include <test/kinds/kinds_runtime.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE, QUEUE_SLOW };

#define HOUR_NS 3600000000000u

#define MONITOR_LANE(method)                                                                       \
    void test_kinds_monitor_##method(struct test_kinds *self, enum chi_monitor_mode mode,          \
                                     struct test_kinds_##method##_task *task,                      \
                                     struct chi_run_context *rctx)                                 \
    {                                                                                              \
        chi_monitor_lane(&self->base, mode, rctx, QUEUE, task->lane % TEST_KINDS_LANES);           \
    }

#define MONITOR_FIRST(method)                                                                      \
    void test_kinds_monitor_##method(struct test_kinds *self, enum chi_monitor_mode mode,          \
                                     struct test_kinds_##method##_task *task,                      \
                                     struct chi_run_context *rctx)                                 \
    {                                                                                              \
        (void)task;                                                                                \
        chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);                                       \
    }

int test_kinds_run_create(struct test_kinds *self, struct chi_create_task *task,
                          struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    self->notes = calloc(TEST_KINDS_NOTES, sizeof(*self->notes));
    self->gate = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->notes == NULL || self->gate < 0)
        return -ENOMEM;
    pthread_mutex_init(&self->lock, NULL);
    int rc = chi_container_create_queue(&self->base, QUEUE, TEST_KINDS_LANES, CHI_LOW_LATENCY);
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, QUEUE_SLOW, 1, CHI_HIGH_LATENCY);
    return rc;
}

void test_kinds_monitor_create(struct test_kinds *self, enum chi_monitor_mode mode,
                               struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx;
}

int test_kinds_run_destroy(struct test_kinds *self, struct chi_destroy_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    close(self->gate);
    free(self->notes);
    pthread_mutex_destroy(&self->lock);
    return 0;
}

void test_kinds_monitor_destroy(struct test_kinds *self, enum chi_monitor_mode mode,
                                struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

/* ---- notes */

void test_kinds_note(struct test_kinds *self, uint32_t tag)
{
    pthread_mutex_lock(&self->lock);
    if (self->note_count < TEST_KINDS_NOTES)
        self->notes[self->note_count++] = tag;
    pthread_mutex_unlock(&self->lock);
}

int test_kinds_run_note(struct test_kinds *self, struct test_kinds_note_task *task,
                        struct chi_run_context *rctx)
{
    (void)rctx;
    test_kinds_note(self, task->tag);
    return 0;
}

MONITOR_LANE(note)

int test_kinds_run_trace(struct test_kinds *self, struct test_kinds_trace_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    pthread_mutex_lock(&self->lock);
    int rc = chi_vector_assign(&task->tags, self->notes, self->note_count);
    task->waiting = self->waiting;
    task->ended = self->ended;
    task->ticks = self->ticks;
    pthread_mutex_unlock(&self->lock);
    return rc;
}

MONITOR_FIRST(trace)

int test_kinds_run_open(struct test_kinds *self, struct test_kinds_open_task *task,
                        struct chi_run_context *rctx)
{
    uint64_t value = 1;
    (void)rctx;
    ssize_t n = task->shut ? read(self->gate, &value, sizeof(value))
                           : write(self->gate, &value, sizeof(value));
    return n < 0 && errno != EAGAIN ? -errno : 0;
}

MONITOR_FIRST(open)

/* ---- waiting */

/* A descriptor of its own: one worker's epoll takes each only once. */
static int wait_gate(struct test_kinds *self)
{
    int fd = dup(self->gate);
    if (fd < 0)
        return -errno;
    int rc = chi_task_wait_fd(fd, EPOLLIN);
    close(fd);
    return rc < 0 ? rc : 0;
}

static struct chi_task *submit_wait(struct test_kinds *self, uint32_t lane, uint32_t tag)
{
    struct test_kinds_wait_task *sub =
        CHI_TASK_NEW(test_kinds_wait, self->base.pool_id, chi_pool_query_local());
    if (sub == NULL)
        return NULL;
    sub->lane = lane;
    sub->tag = tag;
    if (chi_task_enqueue(&sub->base) == 0)
        return &sub->base;
    chi_task_del(&sub->base);
    return NULL;
}

static int wait_subtasks(struct test_kinds *self, const struct test_kinds_wait_task *task,
                         size_t count)
{
    struct chi_task *subs[2] = {NULL};
    size_t index = 0;
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        subs[i] = submit_wait(self, task->lane + 1 + (uint32_t)i, task->tag + 1 + (uint32_t)i);
        rc = subs[i] != NULL ? 0 : -ENOMEM;
    }
    if (rc == 0)
        rc = count == 1 ? chi_task_wait(subs[0])
                        : chi_task_wait_any(subs, count, UINT64_MAX, &index);
    if (rc == 0 && count > 1)
        rc = subs[index]->return_code;
    for (size_t i = 0; i < count; i++)
        chi_task_del(subs[i]);
    return rc;
}

static int hold_worker(const struct chi_buffer *buffer)
{
    _Atomic(uint8_t) *flag = chi_buffer_data(buffer);
    while (flag != NULL && atomic_load(flag) == 0)
        usleep(100);
    return flag != NULL ? 0 : -EINVAL;
}

static int wait_somehow(struct test_kinds *self, const struct test_kinds_wait_task *task)
{
    int rc = 0;
    switch (task->how) {
    case TEST_KINDS_GATE:
        return wait_gate(self);
    case TEST_KINDS_SLEEP:
        return chi_task_sleep(HOUR_NS);
    case TEST_KINDS_YIELD:
        while (rc == 0)
            rc = chi_task_yield();
        return rc;
    case TEST_KINDS_SUBTASK:
        return wait_subtasks(self, task, 1);
    case TEST_KINDS_ANY:
        return wait_subtasks(self, task, 2);
    case TEST_KINDS_POLL:
        if (chi_buffer_data(&task->flag) != NULL)
            atomic_store((_Atomic(uint8_t) *)chi_buffer_data(&task->flag), 1);
        while (rc == 0)
            rc = chi_task_cancelled();
        return rc;
    case TEST_KINDS_SHIELD:
        chi_task_shield(true);
        rc = wait_gate(self);
        chi_task_shield(false);
        return rc;
    case TEST_KINDS_BUSY:
        return hold_worker(&task->flag);
    default:
        return -EINVAL;
    }
}

static void count_waiting(struct test_kinds *self, int n)
{
    pthread_mutex_lock(&self->lock);
    self->waiting += (uint32_t)n;
    self->ended += n < 0;
    pthread_mutex_unlock(&self->lock);
}

int test_kinds_run_wait(struct test_kinds *self, struct test_kinds_wait_task *task,
                        struct chi_run_context *rctx)
{
    (void)rctx;
    test_kinds_note(self, task->tag);
    count_waiting(self, 1);
    task->first = wait_somehow(self, task);
    task->second = chi_task_yield();
    task->third = chi_task_sleep(1);
    task->asked = chi_task_cancelled();
    count_waiting(self, -1);
    return task->first;
}

MONITOR_LANE(wait)

/* ---- periodic */

int test_kinds_run_tick(struct test_kinds *self, struct test_kinds_tick_task *task,
                        struct chi_run_context *rctx)
{
    struct timespec now;

    (void)rctx;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    task->runs++;
    task->missed = chi_task_missed();
    if (task->runs <= 64)
        chi_vector_append(&task->times, &now_ns, 1);
    pthread_mutex_lock(&self->lock);
    self->ticks++;
    pthread_mutex_unlock(&self->lock);
    if (task->runs == 1 && task->first_run_ns > 0)
        chi_task_sleep(task->first_run_ns);
    return task->runs == task->code_at ? task->code : 0;
}

MONITOR_LANE(tick)
MONITOR_LANE(spawn)

/* ---- priorities */

int test_kinds_run_class(struct test_kinds *self, struct test_kinds_class_task *task,
                         struct chi_run_context *rctx)
{
    char name[16] = "";
    (void)self;
    task->queue = rctx->route_lane == chi_container_lane(&self->base, QUEUE_SLOW, 0);
    pthread_getname_np(pthread_self(), name, sizeof(name));
    return sscanf(name, "chi-worker-%u", &task->thread) == 1 ? 0 : -EPROTO;
}

void test_kinds_monitor_class(struct test_kinds *self, enum chi_monitor_mode mode,
                              struct test_kinds_class_task *task, struct chi_run_context *rctx)
{
    chi_monitor_by_priority(&self->base, mode, &task->base, rctx, QUEUE, QUEUE_SLOW, 0);
}

/* ---- failing */

static __attribute__((noinline)) uint64_t go_deep(volatile uint64_t *above)
{
    volatile uint64_t here[64] = {0};
    here[0] = *above + 1;
    return here[0] != 0 ? go_deep(here) + here[0] : 0; /* always */
}

static __attribute__((noinline)) void use_large_frame(size_t size)
{
    volatile char *frame = __builtin_alloca(size);
    frame[0] = 1;
}

static void fail_by_null(void)
{
    volatile int *volatile nowhere = (volatile int *)(uintptr_t)8;
    *nowhere = 1;
}

/* Makes standard error a pipe that is full. */
static void fill_standard_error(void)
{
    static const char text[4096] = "";
    int ends[2];
    if (pipe2(ends, O_NONBLOCK) < 0)
        return;
    while (write(ends[1], text, sizeof(text)) > 0)
        ;
    fcntl(ends[1], F_SETFL, 0);
    dup2(ends[1], STDERR_FILENO);
}

/* Returns 0 if the processes end as they would without a daemon's handlers. */
static int fail_in_children(void)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        exit(3);
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 3)
        return -EPROTO;
    child = fork();
    if (child == 0)
        fail_by_null();
    if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
        return -EPROTO;
    return 0;
}

int test_kinds_run_fail(struct test_kinds *self, struct test_kinds_fail_task *task,
                        struct chi_run_context *rctx)
{
    static atomic_uint arrived;
    volatile unsigned zero = 0;
    volatile uint64_t start = 0;
    (void)self, (void)rctx;
    switch (task->how) {
    case TEST_KINDS_FAIL_NULL:
        fail_by_null();
        break;
    case TEST_KINDS_FAIL_ARITHMETIC:
        zero = task->lane / zero;
        break;
    case TEST_KINDS_FAIL_INSTRUCTION:
        __builtin_trap();
    case TEST_KINDS_FAIL_ABORT:
        abort();
    case TEST_KINDS_FAIL_DEPTH:
        return (int)go_deep(&start);
    case TEST_KINDS_FAIL_FRAME:
        use_large_frame(300000);
        break;
    case TEST_KINDS_FAIL_FREE: {
        char *volatile inside = (char *)malloc(64) + 8;
        free(inside);
        break;
    }
    case TEST_KINDS_FAIL_EXIT:
        exit(0);
    case TEST_KINDS_FAIL_KILL:
        pthread_kill(pthread_self(), SIGSYS);
        break;
    case TEST_KINDS_FAIL_TWICE:
        atomic_fetch_add(&arrived, 1);
        while (atomic_load(&arrived) < 2)
            ;
        fail_by_null();
        break;
    case TEST_KINDS_FAIL_MUTE:
        fill_standard_error();
        fail_by_null();
        break;
    case TEST_KINDS_FAIL_FORK:
        return fail_in_children();
    default:
        break;
    }
    return -ENOTSUP;
}

MONITOR_LANE(fail)

CHI_TASK_CC(test_kinds, "0.1.0");
