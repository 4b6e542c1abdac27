/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIGKILL of a client at each single instruction of what it does to shared memory and to the
 * daemon. After each kill a survivor completes a task; after every few, what the dead held has come
 * back. What a dead producer leaves in its own lane is in test_kill_in_push.c.
 *
 * Operations of some hundred instructions are single-stepped from their start for each point. Those
 * that reach into the daemon or make a client's tables run through many thousand instructions of
 * the C library. There each instruction of our own libraries and each system call is a point (see
 * tracer.h), those of a loop in its first rounds. CHI_TEST_FULL=1 takes those of the C library,
 * too, and more rounds.
 */
#include "harness.h"
#include "tracer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "chimaera/chimaera.h"
#include "chimaera/MOD_NAME/MOD_NAME_client.h"
#include "stress/books.h"
#include "test/stress/stress_client.h"

#define ACCOUNT_EVERY 16u /* kills; fewer than the daemon has slots */
#define ROUNDS        8u  /* of a loop, whose instructions are points */
#define ROUNDS_FULL   64u
#define STEPS_MAX     4000u /* more than any operation takes that is stepped from its start */
#define BATCH         8u
#define LONG_TEXT     10239u /* fills its memory: the answer is longer, and lent by the runtime */
#define LONG_BUFFER   (1u << 20)

/* ---- what the victims do */

static struct victim {
    struct chimaera_MOD_NAME_client client;
    struct chi_task *task;
    struct chi_task *tasks[BATCH];
    struct chi_buffer buffer;
    char text[LONG_TEXT];
} v;

static struct chi_task *new_task(void)
{
    return (struct chi_task *)CHI_TASK_NEW(chimaera_MOD_NAME_custom, v.client.base.pool_id,
                                           chi_pool_query_local());
}

static void need(bool good)
{
    if (!good) {
        fprintf(stderr, "the victim could not get ready: %s\n", chi_last_error());
        _exit(1);
    }
}

static void get_attached(void)
{
    need(chi_client_init() == 0);
    v.client.base.pool_id = FAULT_POOL_ID;
}

/* Memory at hand, so that what follows needs none of the daemon. */
static void get_warm(void)
{
    get_attached();
    for (unsigned i = 0; i < BATCH; i++)
        need((v.tasks[i] = new_task()) != NULL);
    for (unsigned i = 0; i < BATCH; i++)
        chi_task_del(v.tasks[i]);
    need(chi_buffer_alloc(4096, &v.buffer) == 0);
    chi_buffer_free(&v.buffer);
}

static void get_task(void)
{
    get_warm();
    need((v.task = new_task()) != NULL);
}

static void get_task_with_text(void)
{
    get_task();
    struct chimaera_MOD_NAME_custom_task *task = (void *)v.task;
    memset(v.text, 'x', sizeof(v.text));
    need(chi_string_assign(&task->data, v.text, sizeof(v.text)) == 0);
}

static void get_tasks(void)
{
    get_warm();
    for (unsigned i = 0; i < BATCH; i++)
        need((v.tasks[i] = new_task()) != NULL);
}

static void get_broadcast(void)
{
    get_warm();
    v.task =
        (struct chi_task *)CHI_TASK_NEW(test_stress_share, STRESS_MIX, chi_pool_query_broadcast());
    need(v.task != NULL);
}

/* Periodic, so that it is in flight when it is cancelled, and nobody waits for it afterwards. */
static void get_ticking(void)
{
    get_warm();
    v.task = (struct chi_task *)CHI_TASK_NEW(test_stress_tick, STRESS_MIX, chi_pool_query_local());
    need(v.task != NULL && chi_task_set_period(v.task, 50000000) == 0);
    need(chi_task_enqueue(v.task) == 0);
}

static void get_answer(void)
{
    get_task_with_text();
    need(chi_task_enqueue(v.task) == 0);
    need(chi_task_wait(v.task) == 0);
    need(((struct chimaera_MOD_NAME_custom_task *)v.task)->data.bytes.lent != 0);
}

static void get_small_buffer(void)
{
    get_warm();
    need(chi_buffer_alloc(4096, &v.buffer) == 0);
}

static void get_long_buffer(void)
{
    get_warm();
    need(chi_buffer_alloc(LONG_BUFFER, &v.buffer) == 0);
}

/* Something of everything: memory, an output lent, tasks in flight. */
static void get_busy(void)
{
    get_answer();
    need(chi_buffer_alloc(LONG_BUFFER, &v.buffer) == 0);
    for (unsigned i = 0; i < BATCH; i++) {
        need((v.tasks[i] = new_task()) != NULL);
        need(chi_task_enqueue(v.tasks[i]) == 0);
    }
}

static void *keep_pushing(void *started)
{
    for (;;) {
        struct chi_task *task = new_task();
        need(task != NULL);
        while (chi_task_enqueue(task) == -EAGAIN)
            sched_yield();
        chi_task_wait(task);
        chi_task_del(task);
        if (started != NULL) {
            pthread_barrier_wait(started);
            started = NULL;
        }
    }
    return NULL;
}

static void get_task_and_threads(void)
{
    static pthread_barrier_t started;
    pthread_t thread;

    get_task();
    pthread_barrier_init(&started, NULL, 3);
    need(pthread_create(&thread, NULL, keep_pushing, &started) == 0);
    need(pthread_create(&thread, NULL, keep_pushing, &started) == 0);
    pthread_barrier_wait(&started);
}

static void get_nothing(void)
{
}

static void run_new_task(void *unused)
{
    (void)unused;
    v.task = new_task();
}

static void run_del_task(void *unused)
{
    (void)unused;
    chi_task_del(v.task);
}

static void run_set_text(void *unused)
{
    (void)unused;
    struct chimaera_MOD_NAME_custom_task *task = (void *)v.task;
    chi_string_assign(&task->data, v.text, sizeof(v.text));
}

static void run_enqueue(void *unused)
{
    (void)unused;
    chi_task_enqueue(v.task);
}

static void run_enqueue_many(void *unused)
{
    (void)unused;
    chi_task_enqueue_many(v.tasks, BATCH);
}

static void run_fire_and_forget(void *unused)
{
    (void)unused;
    chi_task_fire_and_forget(v.task);
}

static void run_small_alloc(void *unused)
{
    (void)unused;
    chi_buffer_alloc(4096, &v.buffer);
}

static void run_long_alloc(void *unused)
{
    (void)unused;
    chi_buffer_alloc(LONG_BUFFER, &v.buffer);
}

static void run_free(void *unused)
{
    (void)unused;
    chi_buffer_free(&v.buffer);
}

static void run_wait(void *unused)
{
    (void)unused;
    chi_task_enqueue(v.task);
    chi_task_wait(v.task);
    chi_task_del(v.task);
}

static void run_cancel(void *unused)
{
    (void)unused;
    chi_task_cancel(v.task);
}

static void run_attach(void *unused)
{
    (void)unused;
    chi_client_init();
}

static void run_detach(void *unused)
{
    (void)unused;
    chi_client_fini();
}

struct operation {
    const char *name;
    void (*prepare)(void);
    void (*run)(void *);
    void (*kill)(const struct operation *); /* one of the two ways below */
};

static pid_t start_victim(const struct operation *operation)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fault_child();
        operation->prepare();
        tracer_run(operation->run, NULL);
    }
    if (!tracer_await_start(child))
        fail_msg("%s: the victim did not come to its start (is ptrace() allowed here?)",
                 operation->name);
    return child;
}

/* ---- after a kill */

static struct fault_status baseline;
static uint64_t slowest_ms;

static void check_survivor(const struct operation *operation, const char *where)
{
    char text[320];
    snprintf(text, sizeof(text), "a kill in %s at %s", operation->name, where);
    fault_survivor_work(text);
}

static void check_accounts(const struct operation *operation, const char *where)
{
    char text[320];
    snprintf(text, sizeof(text), "up to %u kills in %s, the last at %s", ACCOUNT_EVERY,
             operation->name, where);
    uint64_t ms = fault_await(&baseline, text);
    if (ms > slowest_ms)
        slowest_ms = ms;
}

static void report(const struct operation *operation, size_t kills, const char *what,
                   uint64_t begin_ns)
{
    printf("  %-44s %6zu kills  %s  %.1f s\n", operation->name, kills, what,
           (double)(fault_now_ns() - begin_ns) / 1e9);
}

/* ---- the two ways through an operation */

static void kill_at_each_step(const struct operation *operation)
{
    uint64_t begin = fault_now_ns();
    bool inside = true;
    size_t n = 0;

    for (; inside; n++) {
        char where[64];
        pid_t child = start_victim(operation);
        inside = tracer_step(child, n);
        tracer_kill(child);
        snprintf(where, sizeof(where), "instruction %zu", n);
        check_survivor(operation, where);
        if (n % ACCOUNT_EVERY == ACCOUNT_EVERY - 1 || !inside)
            check_accounts(operation, where);
        assert_true(n < STEPS_MAX);
    }
    report(operation, n, "every instruction", begin);
}

static void kill_at_each_point(const struct operation *operation)
{
    uint64_t begin = fault_now_ns();
    struct tracer_points points;
    size_t missed = 0, kills = 0;
    char what[128];

    pid_t child = start_victim(operation);
    bool learned = tracer_learn(child, fault_full(), fault_full() ? ROUNDS_FULL : ROUNDS, &points);
    tracer_kill(child);
    if (!learned)
        fail_msg("%s: the victim did not come to its end", operation->name);
    for (size_t i = 0; i < points.count; i++) {
        const char *where = tracer_name(points.points[i].address);
        child = start_victim(operation);
        if (tracer_run_to(child, &points.points[i]))
            kills++;
        else
            missed++; /* the course differs a little from run to run: it may have waited less */
        tracer_kill(child);
        check_survivor(operation, where);
        if (i % ACCOUNT_EVERY == ACCOUNT_EVERY - 1 || i + 1 == points.count)
            check_accounts(operation, where);
    }
    snprintf(what, sizeof(what), "of %zu instructions; %zu repeats left out, %zu not met again",
             points.instructions, points.left_out, missed);
    report(operation, kills, what, begin);
    assert_true(missed <= points.count / 4);
    tracer_points_fini(&points);
}

/* ---- with a daemon */

static int start_daemon(void **state)
{
    (void)state;
    fault_daemon_start();
    fault_survivor_start();
    assert_true(fault_status(&baseline));
    assert_int_equal(baseline.clients, 1);
    slowest_ms = 0;
    return 0;
}

static int stop_daemon(void **state)
{
    (void)state;
    fault_await_descriptors(&baseline);
    printf("  what the dead held was back after %llu ms at most\n", (unsigned long long)slowest_ms);
    fault_survivor_stop();
    fault_daemon_stop();
    return 0;
}

/*
 * The operations, those that take longest first: the parts that the test is run in (see main) take
 * one after another.
 */
static const struct operation operations[] = {
    {"allocate the first buffer", get_attached, run_small_alloc, kill_at_each_point},
    {"allocate the first task", get_attached, run_new_task, kill_at_each_point},
    {"detach", get_busy, run_detach, kill_at_each_point},
    {"enqueue a batch", get_tasks, run_enqueue_many, kill_at_each_step},
    {"allocate a long buffer", get_warm, run_long_alloc, kill_at_each_point},
    {"attach", get_nothing, run_attach, kill_at_each_point},
    {"give a task a long text", get_task, run_set_text, kill_at_each_point},
    {"enqueue, wait and free, for several containers", get_broadcast, run_wait, kill_at_each_point},
    {"enqueue, wait and free", get_task, run_wait, kill_at_each_point},
    {"free a task with a lent output", get_answer, run_del_task, kill_at_each_point},
    {"cancel", get_ticking, run_cancel, kill_at_each_point},
    {"fire and forget", get_task, run_fire_and_forget, kill_at_each_step},
    {"free a long buffer", get_long_buffer, run_free, kill_at_each_point},
    {"enqueue beside two threads", get_task_and_threads, run_enqueue, kill_at_each_step},
    {"free a task", get_task, run_del_task, kill_at_each_step},
    {"enqueue for several containers", get_broadcast, run_enqueue, kill_at_each_step},
    {"enqueue", get_task, run_enqueue, kill_at_each_step},
    {"enqueue, text in shared memory", get_task_with_text, run_enqueue, kill_at_each_step},
    {"allocate a task", get_warm, run_new_task, kill_at_each_step},
    {"allocate a buffer", get_warm, run_small_alloc, kill_at_each_step},
    {"free a buffer", get_small_buffer, run_free, kill_at_each_step},
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static unsigned part, parts = 1;

static void client_killed_in_any_operation_harms_nobody(void **state)
{
    unsigned done = 0;
    (void)state;
    for (size_t i = part; i < OPERATIONS; i += parts, done++)
        operations[i].kill(&operations[i]);
    assert_true(done > 0);
}

/* Run as: test_kill_each_instruction [PART PARTS], so that parts can run beside each other. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(client_killed_in_any_operation_harms_nobody, start_daemon,
                                        stop_daemon),
    };
    if (argc == 3) {
        part = (unsigned)atoi(argv[1]);
        parts = (unsigned)atoi(argv[2]);
    }
    if ((argc != 1 && argc != 3) || parts == 0 || part >= parts) {
        fprintf(stderr, "usage: test_kill_each_instruction [PART PARTS]\n");
        return 2;
    }
    fault_begin("kill-each", 16, fault_full() ? 1700 : 900);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fault_end();
    return failed;
}
