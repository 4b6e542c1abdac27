/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything at once: clients with one and with several threads that stay, clients that end in
 * every way or are killed, pools that come and go, and questions for the status. At the end each
 * task has run as often as it must, locks kept out whom they must, and everything is as at the
 * start.
 *
 * CHI_TEST_SEED repeats the clients' choices, not their timing. CHI_TEST_SECONDS: how long, instead
 * of 10, or 60 with CHI_TEST_FULL=1.
 */
#include "stress/actor.h"

#include <chimaera/admin/admin_client.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <test/stress/stress_client.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"

#define STAYING  3u /* clients with 1, 2, 3 threads */
#define LEAVING  3u
#define CLIENTS  (STAYING + LEAVING + 1u) /* and the one that makes pools */
#define OPS_MAX  400u                     /* of a client that leaves, between attach and detach */
#define DYING_S  60
#define PAUSE_MS 30u /* at most, between two kills */

/* With few fibers a handler may find no room for its subtasks. */
static void write_config(uint64_t *seed, char *text, size_t size)
{
    static const unsigned fibers[] = {1024, 1024, 32, 8}, depths[] = {1024, 64, 16};
    static const unsigned stalls[] = {100, 20, 5, 1};
    uint64_t choice = stress_random(seed);
    unsigned max_fibers = fibers[choice % 4];

    stress_books->few_fibers = max_fibers < 1024;
    snprintf(text, size,
             "memory: {main_segment_size: 128MB, client_data_segment_size: 256MB, "
             "runtime_data_segment_size: 256MB}\n"
             "runtime: {sched_threads: %u, slow_threads: %u, max_fibers: %u, queue_depth: %u, "
             "lane_map_policy: %s, first_busy_wait: %s, "
             "stall_ms: %u}\n"
             "compose:\n"
             "  - {mod_name: test_stress, pool_name: mix, pool_id: 7100.0, "
             "containers_per_node: %u}\n"
             "  - {mod_name: test_stress, pool_name: one, pool_id: 7101.0}\n",
             1 + (unsigned)(choice >> 8) % 3, (unsigned)(choice >> 16) % 2, max_fibers,
             depths[(choice >> 24) % 3], (choice >> 32) % 2 ? "round_robin" : "least_loaded",
             (choice >> 40) % 2 ? "50us" : "0us", stalls[(choice >> 48) % 4], STRESS_MIX_COUNT);
}

static void attach(void)
{
    stress_need(chi_client_init() == 0, NULL, "attach");
    atomic_fetch_add(&stress_books->attached, 1);
}

/* ---- clients that stay to the end */

struct thread {
    uint64_t seed;
    bool alone;
};

static void *stay_thread(void *argument)
{
    const struct thread *thread = argument;
    struct stress_actor *actor = calloc(1, sizeof(*actor));

    stress_need(actor != NULL, NULL, "memory");
    actor->seed = thread->seed;
    actor->stays = true;
    actor->alone = thread->alone;
    while (!atomic_load(&stress_books->stop))
        stress_act(actor);
    stress_finish(actor);
    free(actor);
    return NULL;
}

struct start {
    uint64_t seed;
    unsigned threads;
};

static int stay(void *argument)
{
    const struct start *start = argument;
    uint64_t its_seed = start->seed;
    struct thread threads[STAYING];
    pthread_t others[STAYING];

    attach();
    for (unsigned i = 0; i < start->threads; i++) {
        threads[i] = (struct thread){stress_random(&its_seed), start->threads == 1};
        stress_need(pthread_create(&others[i], NULL, stay_thread, &threads[i]) == 0, NULL,
                    "a thread");
    }
    for (unsigned i = 0; i < start->threads; i++)
        pthread_join(others[i], NULL);
    stress_need(chimaera_admin_flush(chi_pool_query_local()) == 0, NULL, "flush at the end");
    chi_client_fini();
    return 0;
}

/* ---- clients that leave, or are killed */

enum { LEAVE_DONE, LEAVE_DETACHED, LEAVE_SUDDENLY, LEAVE_AND_RETURN, LEAVE_WAYS };

static int leave(void *argument)
{
    static struct stress_actor actor;
    const struct start *start = argument;

    actor.seed = start->seed;
    actor.alone = true;
    for (;;) {
        attach();
        uint64_t ops = stress_pick(&actor, OPS_MAX);
        for (uint64_t i = 0; i < ops && !atomic_load(&stress_books->stop); i++)
            stress_act(&actor);
        uint64_t way = stress_pick(&actor, LEAVE_WAYS);
        if (way == LEAVE_SUDDENLY)
            return 0;
        if (way == LEAVE_DONE)
            stress_finish(&actor);
        chi_client_fini();
        memset(actor.jobs, 0, sizeof(actor.jobs)); /* gone with the attachment */
        if (way != LEAVE_AND_RETURN || atomic_load(&stress_books->stop))
            return 0;
    }
}

/* ---- pools that come and go */

static void make_pool(struct stress_actor *actor, unsigned slot)
{
    char name[32];
    chi_pool_id_t pool;

    snprintf(name, sizeof(name), "passing %u", slot);
    uint32_t count = 1 + (uint32_t)stress_pick(actor, STRESS_POOLS_SIZE);
    stress_need(test_stress_create(name, count, &pool) == 0, NULL, "make a pool");
    atomic_store(&stress_books->pools[slot], (uint64_t)pool.major << 32 | pool.minor);
    atomic_fetch_add(&stress_books->pools_made, 1);
}

static struct chi_task *destroy_async(chi_pool_id_t pool, bool cancel)
{
    struct chimaera_admin_destroy_spec spec = {.pool_id = pool, .cancel = cancel};
    struct chimaera_admin_destroy_pool_task *task =
        chimaera_admin_destroy_pool_async(chi_pool_query_local(), &spec);
    stress_need(task != NULL, NULL, "destroy a pool");
    return &task->base;
}

/* While others send to it. Sometimes two destroy it at once. */
static void destroy_pool(struct stress_actor *actor, unsigned slot)
{
    uint64_t packed = atomic_load(&stress_books->pools[slot]);
    chi_pool_id_t pool = CHI_POOL_ID((uint32_t)(packed >> 32), (uint32_t)packed);
    struct chi_task *first = destroy_async(pool, stress_pick(actor, 2) == 0);
    struct chi_task *second =
        stress_pick(actor, 3) == 0 ? destroy_async(pool, stress_pick(actor, 2) == 0) : NULL;

    int rc = chi_task_wait(first);
    int other = second != NULL ? chi_task_wait(second) : CHI_ENOPOOL;
    if (!((rc == 0 || rc == CHI_ENOPOOL) && (other == 0 || other == CHI_ENOPOOL) &&
          (rc == 0 || other == 0))) {
        fprintf(stderr, "destroying pool %u.%u: %s, %s\n", pool.major, pool.minor,
                chi_status_name(rc), chi_status_name(other));
        stress_need(false, NULL, "nobody destroyed it");
    }
    chi_task_del(first);
    chi_task_del(second);
    struct test_stress_work_task *late =
        CHI_TASK_NEW(test_stress_work, pool, chi_pool_query_local());
    stress_need(late != NULL && chi_task_enqueue(&late->base) == 0 &&
                    chi_task_wait(&late->base) == CHI_ENOPOOL,
                NULL, "a pool that is destroyed takes a task");
    chi_task_del(&late->base);
    atomic_store(&stress_books->pools[slot], 0);
}

static int make_pools(void *argument)
{
    static struct stress_actor actor;

    actor.seed = ((const struct start *)argument)->seed;
    attach();
    while (!atomic_load(&stress_books->stop)) {
        unsigned slot = (unsigned)stress_pick(&actor, STRESS_POOLS);
        if (atomic_load(&stress_books->pools[slot]) == 0)
            make_pool(&actor, slot);
        else
            destroy_pool(&actor, slot);
        struct timespec pause = {.tv_nsec = (long)stress_pick(&actor, 10000000)};
        nanosleep(&pause, NULL);
    }
    for (unsigned slot = 0; slot < STRESS_POOLS; slot++)
        if (atomic_load(&stress_books->pools[slot]) != 0)
            destroy_pool(&actor, slot);
    chi_client_fini();
    return 0;
}

/* ---- the test */

static uint64_t seed;

struct run {
    uint64_t seed;
    pid_t clients[CLIENTS];
    uint64_t kills, questions;
};

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool leaves(unsigned client)
{
    return client >= STAYING && client < STAYING + LEAVING;
}

static void start_client(struct run *run, unsigned i)
{
    struct start start = {.seed = stress_random(&run->seed), .threads = i + 1};
    run->clients[i] = chi_test_fork(i < STAYING ? stay : leaves(i) ? leave : make_pools, &start);
}

/* A sanitizer that found something in the daemon takes its time to say so. */
static void let_it_finish(const struct chi_test_daemon *daemon)
{
    char *text = chi_test_status_text();
    siginfo_t ended = {0};

    for (int i = 0; text == NULL && ended.si_pid == 0 && i < DYING_S * 10; i++) {
        struct timespec pause = {.tv_nsec = 100000000};
        nanosleep(&pause, NULL);
        waitid(P_PID, (id_t)daemon->pid, &ended, WEXITED | WNOHANG | WNOWAIT);
    }
    free(text);
}

static void complain(const struct chi_test_daemon *daemon, const char *what, int status)
{
    let_it_finish(daemon);
    char *log = chi_test_daemon_log(daemon);
    print_message("%s", log);
    free(log);
    fail_msg("%s ended with %d; it says why above", what, status);
}

/* Whoever has ended had no reason to, or was to leave. */
static void reap(struct run *run, const struct chi_test_daemon *daemon)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        int status;
        if (waitpid(run->clients[i], &status, WNOHANG) != run->clients[i])
            continue;
        if (status != 0 || (!leaves(i) && !atomic_load(&stress_books->stop)))
            complain(daemon, "a client", WIFSIGNALED(status) ? -WTERMSIG(status) : status >> 8);
        start_client(run, i);
    }
}

static void kill_one(struct run *run, const struct chi_test_daemon *daemon)
{
    unsigned i = STAYING + (unsigned)(stress_random(&run->seed) % LEAVING);
    kill(run->clients[i], SIGKILL);
    int status = chi_test_join(run->clients[i]);
    if (status != -SIGKILL && status != 0)
        complain(daemon, "a client", status);
    start_client(run, i);
    run->kills++;
}

/* In the midst of whatever it does, for longer than anybody would wait for it. */
static void stop_one(struct run *run)
{
    unsigned i = STAYING + (unsigned)(stress_random(&run->seed) % LEAVING);
    struct timespec pause = {.tv_nsec = (long)(stress_random(&run->seed) % 20) * 1000000};
    kill(run->clients[i], SIGSTOP);
    nanosleep(&pause, NULL);
    kill(run->clients[i], SIGCONT);
}

static void run_for(struct run *run, const struct chi_test_daemon *daemon, uint64_t seconds)
{
    uint64_t end = now_ns() + seconds * 1000000000u;
    while (now_ns() < end && !atomic_load(&stress_books->stop)) {
        struct timespec pause = {.tv_nsec =
                                     (long)(1 + stress_random(&run->seed) % PAUSE_MS) * 1000000};
        struct chi_test_status status;
        nanosleep(&pause, NULL);
        reap(run, daemon);
        uint64_t choice = stress_random(&run->seed) % 5;
        if (choice == 0) {
            stop_one(run);
        } else if (choice < 3) {
            kill_one(run, daemon);
        } else {
            assert_int_equal(chi_test_status_get(&status), 0);
            run->questions++;
        }
    }
    atomic_store(&stress_books->stop, true);
    for (unsigned i = 0; i < CLIENTS; i++) {
        int status = chi_test_join(run->clients[i]);
        if (status != 0)
            complain(daemon, i < STAYING ? "a client that stays" : "a client", status);
    }
}

static void say_what_was_done(const struct run *run)
{
    char *status = chi_test_status_text();
    uint64_t workers;
    const struct stress_books *b = stress_books;
    printf("  %u ids; work %lu, sections %lu, shares %lu, trees %lu, ticks %lu; cut short %lu, "
           "pool gone %lu, given up %lu, not sent %lu\n"
           "  %lu pools, %lu flushes, %lu times attached, %lu kills, %lu questions, "
           "%.0f stalls, %.0f moves\n",
           b->next_id, b->done[0], b->done[1], b->done[2], b->done[3], b->done[4], b->cut,
           b->no_pool, b->forgotten, b->not_sent, b->pools_made, b->flushes, b->attached,
           run->kills, run->questions, chi_test_json_sum(status, "workers", "stalls", &workers),
           chi_test_json_sum(status, "workers", "moves", &workers));
    free(status);
}

static void check_containers(chi_pool_id_t pool)
{
    struct test_stress_report_task *task =
        CHI_TASK_NEW(test_stress_report, pool, chi_pool_query_broadcast());
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    assert_int_equal(task->intrusions, 0);
    assert_int_equal(task->lost, 0);
    assert_int_equal(task->locked, 0);
    assert_int_equal(task->unsettled, 0);
    assert_int_equal(task->passed, 0);
    assert_true(task->sections > 0);
    chi_task_del(&task->base);
}

static void every_task_of_a_random_mix_runs_once_and_nothing_is_left(void **state)
{
    struct chi_test_daemon *daemon = *state;
    bool full = number_of("CHI_TEST_FULL", 0) == 1;
    uint64_t seconds = number_of("CHI_TEST_SECONDS", full ? 60 : 10);
    struct run run = {.seed = seed};
    struct chi_test_status now;

    chi_test_watchdog((unsigned)seconds + 120);
    for (unsigned i = 0; i < CLIENTS; i++)
        start_client(&run, i);
    run_for(&run, daemon, seconds);
    say_what_was_done(&run);
    chi_test_daemon_settle(daemon);
    assert_int_equal(chi_test_status_get(&now), 0);
    assert_int_equal(now.pools, daemon->idle.pools);

    assert_int_equal(chi_client_init(), 0);
    unsigned wrong = stress_audit();
    check_containers(STRESS_MIX);
    check_containers(STRESS_ONE);
    chi_client_fini();
    assert_int_equal(wrong, 0);
    for (unsigned kind = 0; kind < STRESS_KINDS; kind++)
        assert_true(atomic_load(&stress_books->done[kind]) > 0);
}

static int setup(void **state)
{
    char config[1024];

    seed = number_of("CHI_TEST_SEED", now_ns());
    stress_books_open();
    printf("  CHI_TEST_SEED=%lu\n", seed);
    write_config(&seed, config, sizeof(config));
    printf("  %.*s\n", (int)strcspn(strstr(config, "runtime: "), "\n"),
           strstr(config, "runtime: "));
    return chi_test_daemon_setup(state, config);
}

static int teardown(void **state)
{
    int rc = chi_test_daemon_teardown(state);
    stress_books_close();
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_task_of_a_random_mix_runs_once_and_nothing_is_left,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
