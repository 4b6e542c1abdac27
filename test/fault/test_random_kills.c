/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients under load that are killed at random: tasks with texts of all sizes, buffers up to
 * megabytes, batches, wait_any, fire-and-forget, a disk in memory, attach and detach, forked
 * children that hold their descriptors open, and what the stress test does: tasks for several
 * containers, subtasks, locks, periods, timeouts, cancelling. A witness, a client like others, must
 * never see an error nor wait in vain; what the dead held must come back, and the daemon must be
 * the same one and stop cleanly. How long the witness waited is printed and no verdict: that is the
 * machine's business as much as ours.
 *
 * Twenty seconds, a minute with CHI_TEST_FULL=1. CHI_TEST_SEED repeats the clients' choices, not
 * their timing.
 */
#include "harness.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chimaera/bdev/bdev_client.h"
#include "chimaera/chimaera.h"
#include "chimaera/MOD_NAME/MOD_NAME_client.h"
#include "stress/actor.h"

#define CLIENTS       5u
#define BUFFERS       6u
#define BATCH         48u
#define BLOCKS        64u
#define TEXT_MAX      6000u
#define BUFFER_MAX    (4u << 20)
#define DISK_PIECE    (64u << 10)
#define STALL_NS      FAULT_WATCHDOG_NS /* nobody waits as long for an answer */
#define OPS_MAX       300u              /* between attach and detach */
#define HOLD_MS       300               /* a forked child outlives its parent by this */
#define KILL_EVERY_MS 25u               /* at most */
#define SECONDS       20u
#define SECONDS_FULL  60u

/* What processes tell this test of themselves. */
static struct shared {
    atomic_bool stop;
    _Atomic(uint64_t) witness_tasks;
    _Atomic(uint64_t) witness_slowest_ns;
    _Atomic(uint64_t) tasks;
    _Atomic(uint64_t) rounds;
} * shared;

struct actor {
    uint64_t seed;
    struct chimaera_MOD_NAME_client demo;
    struct chimaera_bdev_client disk;
    struct held {
        struct chi_buffer buffer;
        unsigned char fill;
    } held[BUFFERS];
    struct stress_actor others;
};

/* What may happen to a client under load, whatever happens to others. */
static bool is_allowed(int rc)
{
    return rc >= 0 || rc == -ENOMEM || rc == -EAGAIN || rc == -ENOSPC || rc == -ENOBUFS;
}

static void need(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "client %d: %s: %s\n", (int)getpid(), what, chi_last_error());
    _exit(1);
}

static void need_code(int rc, const char *what)
{
    if (is_allowed(rc))
        return;
    fprintf(stderr, "client %d: %s: %s\n", (int)getpid(), what, chi_status_name(rc));
    _exit(1);
}

static uint64_t pick(struct actor *actor, uint64_t below)
{
    return fault_random(&actor->seed) % below;
}

/* ---- what clients do */

static struct chimaera_MOD_NAME_custom_task *submit_text(struct actor *actor, char *text)
{
    size_t size = pick(actor, 8) == 0 ? pick(actor, TEXT_MAX) : pick(actor, 40);
    memset(text, 'a' + (int)pick(actor, 26), size);
    text[size] = '\0';
    struct chimaera_MOD_NAME_custom_task *task = chimaera_MOD_NAME_custom_async(
        &actor->demo, chi_pool_query_local(), text, (uint32_t)pick(actor, 1000));
    if (task == NULL)
        need_code(chi_last_error_code(), "submit");
    return task;
}

static void one_task(struct actor *actor)
{
    char text[TEXT_MAX + 1];
    struct chimaera_MOD_NAME_custom_task *task = submit_text(actor, text);
    if (task == NULL)
        return;
    int rc = chi_task_wait_for(&task->base, STALL_NS);
    need_code(rc, "wait");
    if (rc == 0) {
        struct chi_view view = chi_string_view(&task->data);
        size_t size = strlen(text);
        need(view.size == size + strlen("_processed") && memcmp(view.data, text, size) == 0,
             "the answer is not that to this task");
    }
    chi_task_del(&task->base);
    atomic_fetch_add(&shared->tasks, 1);
}

static void batch(struct actor *actor)
{
    struct chi_task *tasks[BATCH] = {NULL};
    char text[TEXT_MAX + 1];
    size_t count = 1 + pick(actor, BATCH), left = 0;

    for (size_t i = 0; i < count; i++) {
        struct chimaera_MOD_NAME_custom_task *task = submit_text(actor, text);
        tasks[i] = task != NULL ? &task->base : NULL;
        left += task != NULL;
    }
    bool any = pick(actor, 2) == 0;
    for (size_t i = 0; any && left > 0; left--) {
        need_code(chi_task_wait_any(tasks, count, STALL_NS, &i), "wait for any");
        need_code(tasks[i]->return_code, "a task of a batch");
        chi_task_del(tasks[i]);
        tasks[i] = NULL;
        if (pick(actor, 20) == 0)
            break;
    }
    for (size_t i = 0; i < count; i++) { /* some in flight: they become orphans */
        if (tasks[i] != NULL && pick(actor, 4) != 0)
            need_code(chi_task_wait_for(tasks[i], STALL_NS), "wait for a task of a batch");
        chi_task_del(tasks[i]);
    }
    atomic_fetch_add(&shared->tasks, count);
}

static bool is_filled(const struct held *held)
{
    const unsigned char *bytes = chi_buffer_data(&held->buffer);
    for (uint64_t i = 0; i < held->buffer.size; i += 509)
        if (bytes[i] != held->fill)
            return false;
    return bytes[held->buffer.size - 1] == held->fill;
}

/* Nobody else may have been given this memory while it was ours. */
static void buffers(struct actor *actor)
{
    struct held *held = &actor->held[pick(actor, BUFFERS)];
    if (held->buffer.data != 0) {
        need(is_filled(held), "somebody else wrote to our buffer");
        chi_buffer_free(&held->buffer);
        return;
    }
    size_t size = 1 + pick(actor, pick(actor, 4) == 0 ? BUFFER_MAX : 20000);
    int rc = chi_buffer_alloc(size, &held->buffer);
    need_code(rc, "allocate a buffer");
    if (rc == 0) {
        held->fill = (unsigned char)pick(actor, 256);
        memset(chi_buffer_data(&held->buffer), held->fill, size);
    }
}

/* A client that dies here leaves its blocks allocated, as documented; so the disk may be full. */
static void disk(struct actor *actor)
{
    struct chimaera_bdev_block blocks[BLOCKS];
    size_t count = BLOCKS;
    struct held held = {.fill = (unsigned char)pick(actor, 256)};
    uint64_t size = 1 + pick(actor, DISK_PIECE);

    int rc = chi_buffer_alloc(size, &held.buffer);
    need_code(rc, "allocate a buffer for the disk");
    if (rc < 0)
        return;
    memset(chi_buffer_data(&held.buffer), held.fill, size);
    rc = chimaera_bdev_allocate_blocks(&actor->disk, chi_pool_query_local(), size, blocks, &count);
    need_code(rc, "allocate blocks");
    if (rc == 0) {
        rc = chimaera_bdev_write(&actor->disk, chi_pool_query_local(), blocks, count, &held.buffer);
        need_code(rc, "write");
        memset(chi_buffer_data(&held.buffer), ~held.fill, size);
        if (rc == 0) {
            rc = chimaera_bdev_read(&actor->disk, chi_pool_query_local(), blocks, count,
                                    &held.buffer);
            need_code(rc, "read");
            need(rc < 0 || is_filled(&held), "the disk gave back something else");
        }
        need_code(chimaera_bdev_free_blocks(&actor->disk, chi_pool_query_local(), blocks, count),
                  "free blocks");
    }
    chi_buffer_free(&held.buffer);
}

/* Behind the library's back, so that the child holds the control socket open. */
static void fork_a_holder(void)
{
    if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) {
        struct timespec hold = {.tv_nsec = HOLD_MS * 1000000L};
        nanosleep(&hold, NULL);
        _exit(0);
    }
}

static void attach(struct actor *actor)
{
    need(chi_client_init() == 0, "attach");
    actor->demo.base.pool_id = FAULT_POOL_ID;
    need(chimaera_bdev_create(&actor->disk, chi_pool_query_local(), FAULT_DISK,
                              CHIMAERA_BDEV_TYPE_RAM, 64u << 20, 0, 0, NULL) == 0,
         "find the disk");
}

static void detach(struct actor *actor)
{
    if (pick(actor, 2) == 0)
        stress_finish(&actor->others);
    for (unsigned i = 0; i < BUFFERS; i++)
        if (actor->held[i].buffer.data != 0 && pick(actor, 2) == 0)
            chi_buffer_free(&actor->held[i].buffer);
    chi_client_fini();
    memset(actor->held, 0, sizeof(actor->held));
    memset(actor->others.jobs, 0, sizeof(actor->others.jobs));
}

static _Noreturn void act(uint64_t seed)
{
    static struct actor actor;

    actor.seed = actor.others.seed = seed;
    actor.others.alone = true;
    fault_child();
    while (!atomic_load(&shared->stop)) {
        attach(&actor);
        uint64_t ops = pick(&actor, OPS_MAX);
        for (uint64_t i = 0; i < ops && !atomic_load(&shared->stop); i++) {
            switch (pick(&actor, 16)) {
            case 0:
                batch(&actor);
                break;
            case 1:
            case 2:
            case 3:
                buffers(&actor);
                break;
            case 4:
                disk(&actor);
                break;
            case 5: {
                char text[TEXT_MAX + 1];
                struct chimaera_MOD_NAME_custom_task *task = submit_text(&actor, text);
                chi_task_del(task != NULL ? &task->base : NULL); /* nobody waits for it */
                break;
            }
            case 6:
                if (pick(&actor, 40) == 0)
                    fork_a_holder();
                break;
            case 7:
            case 8:
            case 9:
            case 10:
                stress_act(&actor.others);
                break;
            default:
                one_task(&actor);
            }
        }
        detach(&actor);
        atomic_fetch_add(&shared->rounds, 1);
    }
    _exit(0);
}

/* ---- the witness */

static _Noreturn void witness(void)
{
    struct chimaera_MOD_NAME_client demo = {.base.pool_id = FAULT_POOL_ID};
    char answer[64];

    fault_child();
    need(chi_client_init() == 0, "the witness attaches");
    while (!atomic_load(&shared->stop)) {
        uint64_t begin = fault_now_ns();
        int rc = chimaera_MOD_NAME_custom(&demo, chi_pool_query_local(), "witness", 1, answer,
                                          sizeof(answer), NULL);
        need(rc == 0 && strcmp(answer, "witness_processed") == 0, "the witness's task");
        uint64_t took = fault_now_ns() - begin;
        if (took > atomic_load(&shared->witness_slowest_ns))
            atomic_store(&shared->witness_slowest_ns, took);
        atomic_fetch_add(&shared->witness_tasks, 1);
        struct timespec pause = {.tv_nsec = 200000};
        nanosleep(&pause, NULL);
    }
    chi_client_fini();
    _exit(0);
}

/* ---- the test */

static pid_t start(uint64_t *seed)
{
    uint64_t its_seed = fault_random(seed);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        act(its_seed);
    return child;
}

static void expect_clean_exit(pid_t child, const char *who)
{
    int state;
    assert_int_equal(waitpid(child, &state, 0), child);
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
        fail_msg("%s ended with wait status 0x%x; it says why above", who, state);
}

static void kill_one(pid_t *client, uint64_t *seed)
{
    int state;
    kill(*client, SIGKILL);
    assert_int_equal(waitpid(*client, &state, 0), *client);
    if (!WIFSIGNALED(state) || WTERMSIG(state) != SIGKILL)
        fail_msg(
            "a client had ended before it was killed, with wait status 0x%x; it says why above",
            state);
    *client = start(seed);
}

static bool all_kinds_done(void)
{
    for (unsigned kind = 0; kind < STRESS_KINDS; kind++)
        if (atomic_load(&stress_books->done[kind]) == 0)
            return false;
    return true;
}

static void clients_killed_at_random_harm_nobody(void **unused)
{
    uint64_t seed = fault_seed();
    uint64_t length_ns = (fault_full() ? SECONDS_FULL : SECONDS) * UINT64_C(1000000000);
    struct fault_status baseline;
    pid_t clients[CLIENTS], the_witness;
    uint64_t kills = 0;

    (void)unused;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    stress_books_open();
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* of the holders that dead clients leave */
    fault_daemon_start();
    assert_true(fault_status(&baseline));
    the_witness = fork();
    assert_true(the_witness >= 0);
    if (the_witness == 0)
        witness();
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = start(&seed);

    uint64_t end = fault_now_ns() + length_ns;
    while (fault_now_ns() < end ||
           (!all_kinds_done() && fault_now_ns() < end + FAULT_WATCHDOG_NS)) {
        struct timespec pause = {.tv_nsec =
                                     (long)(1 + fault_random(&seed) % KILL_EVERY_MS) * 1000000};
        nanosleep(&pause, NULL);
        kill_one(&clients[fault_random(&seed) % CLIENTS], &seed);
        kills++;
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        kill(clients[i], SIGKILL);
        waitpid(clients[i], NULL, 0);
    }
    atomic_store(&shared->stop, true);
    expect_clean_exit(the_witness, "the witness");
    uint64_t ms = fault_await(&baseline, "the last of the random kills");

    printf(
        "  %llu kills; %llu tasks, %llu times attached and detached; the witness: %llu tasks, the "
        "slowest %.1f ms; all back after %llu ms\n",
        (unsigned long long)kills, (unsigned long long)atomic_load(&shared->tasks),
        (unsigned long long)atomic_load(&shared->rounds),
        (unsigned long long)atomic_load(&shared->witness_tasks),
        (double)atomic_load(&shared->witness_slowest_ns) / 1e6, (unsigned long long)ms);
    assert_true(atomic_load(&shared->tasks) > 0);
    fault_await_descriptors(&baseline);
    fault_daemon_stop();
    while (waitpid(-1, NULL, 0) > 0) { /* the holders */
    }
    assert_true(all_kinds_done());
    stress_books_close();
    munmap(shared, sizeof(*shared));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_killed_at_random_harm_nobody),
    };
    fault_begin("random-kills", 64, 280);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fault_end();
    return failed;
}
