/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemon is killed under waiting clients. Every call that waits returns CHI_ERUNTIME_DOWN
 * soon (how soon is printed), and the same process attaches to the next daemon and works.
 *
 * To have tasks that are never answered the daemon is stopped with SIGSTOP, then given the tasks,
 * then killed. Other tests kill it while it answers, so that it dies at any point of its work.
 */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chimaera/chimaera.h"
#include "chimaera/MOD_NAME/MOD_NAME_client.h"

#define LONG_TEXT 20479u /* fills its memory: the answer is longer, and lent by the runtime */
#define LARGE     (24u << 20)
#define BUSY      3u /* threads that make round trips when the daemon is killed */
#define HELD      64u

static const struct chimaera_MOD_NAME_client demo = {.base.pool_id = {7000, 0}};

/* ---- calls that wait, each in a thread of its own */

struct waiting {
    const char *name;
    int (*call)(struct waiting *);
    struct chimaera_MOD_NAME_custom_task *task; /* made before the daemon was stopped, or NULL */
    int rc;
    uint64_t returned_ns;
    pthread_t thread;
};

static atomic_uint begun; /* threads that are about to wait */

static struct chimaera_MOD_NAME_custom_task *submit(const char *text)
{
    return chimaera_MOD_NAME_custom_async(&demo, chi_pool_query_local(), text, 1);
}

static int wait_for_ever(struct waiting *self)
{
    (void)self;
    struct chimaera_MOD_NAME_custom_task *task = submit("wait");
    if (task == NULL)
        return chi_last_error_code();
    atomic_fetch_add(&begun, 1);
    int rc = chi_task_wait(&task->base);
    chi_task_del(&task->base);
    return rc;
}

static int wait_with_limit(struct waiting *self)
{
    (void)self;
    struct chimaera_MOD_NAME_custom_task *task = submit("wait for");
    if (task == NULL)
        return chi_last_error_code();
    atomic_fetch_add(&begun, 1);
    int rc = chi_task_wait_for(&task->base, FAULT_WATCHDOG_NS);
    chi_task_del(&task->base);
    return rc;
}

/* A caller that looks after its task every 20 us: it is polling when the daemon is killed. */
static int wait_in_slices(struct waiting *self)
{
    (void)self;
    struct chimaera_MOD_NAME_custom_task *task = submit("slices");
    if (task == NULL)
        return chi_last_error_code();
    atomic_fetch_add(&begun, 1);
    uint64_t end = fault_now_ns() + FAULT_WATCHDOG_NS;
    int rc = -ETIMEDOUT;
    while (rc == -ETIMEDOUT && fault_now_ns() < end)
        rc = chi_task_wait_for(&task->base, 20000);
    chi_task_del(&task->base);
    return rc;
}

static int wait_for_any(struct waiting *self)
{
    struct chi_task *tasks[3] = {NULL};
    size_t index;
    (void)self;
    for (size_t i = 0; i < 3; i += 2) { /* a hole between them is allowed */
        struct chimaera_MOD_NAME_custom_task *task = submit("any");
        if (task == NULL)
            return chi_last_error_code();
        tasks[i] = &task->base;
    }
    atomic_fetch_add(&begun, 1);
    int rc = chi_task_wait_any(tasks, 3, UINT64_MAX, &index);
    for (size_t i = 0; i < 3; i++)
        chi_task_del(tasks[i]);
    return rc;
}

/* Fills its lane with tasks nobody waits for, then wants another answered. */
static int wait_behind_a_backlog(struct waiting *self)
{
    (void)self;
    atomic_fetch_add(&begun, 1);
    for (;;) {
        struct chimaera_MOD_NAME_custom_task *task = submit("backlog");
        if (task == NULL && chi_last_error_code() != -EAGAIN)
            return chi_last_error_code();
        if (task == NULL)
            sched_yield();
        else
            chi_task_del(&task->base); /* in flight: freed when it has completed, which is never */
    }
}

/* Returns of outputs go by the lane, too, and wait while it is full. */
static int give_back_an_output(struct waiting *self)
{
    atomic_fetch_add(&begun, 1);
    for (int rc = 0; rc == 0;) {
        struct chimaera_MOD_NAME_custom_task *task = submit("fill");
        if (task == NULL)
            rc = chi_last_error_code();
        else
            chi_task_del(&task->base);
    }
    chi_task_del(&self->task->base);
    return wait_for_ever(self);
}

/* Memory of the daemon: the request waits for its answer. */
static int allocate(struct waiting *self)
{
    struct chi_buffer buffer = {0, 0};
    (void)self;
    atomic_fetch_add(&begun, 1);
    int rc = chi_buffer_alloc(LARGE, &buffer);
    chi_buffer_free(&buffer);
    return rc;
}

/* Answered until the daemon dies, in every phase of waiting. */
static int make_round_trips(struct waiting *self)
{
    char answer[64];
    int rc = 0;
    (void)self;
    for (unsigned i = 0; rc == 0; i++) {
        rc = chimaera_MOD_NAME_custom(&demo, chi_pool_query_local(), "round", i, answer,
                                      sizeof(answer), NULL);
        if (rc == -EAGAIN) /* others fill the lane */
            rc = 0;
        if (i == 100)
            atomic_fetch_add(&begun, 1);
    }
    return rc;
}

static void *waiting_main(void *argument)
{
    struct waiting *self = argument;
    self->rc = self->call(self);
    self->returned_ns = fault_now_ns();
    return NULL;
}

static void pause_ms(unsigned ms)
{
    struct timespec pause = {.tv_nsec = (long)ms * 1000000};
    nanosleep(&pause, NULL);
}

static void start_waiting(struct waiting *all, size_t count)
{
    atomic_store(&begun, 0);
    for (size_t i = 0; i < count; i++) { /* in order: some leave no room in the lane */
        assert_int_equal(pthread_create(&all[i].thread, NULL, waiting_main, &all[i]), 0);
        while (atomic_load(&begun) < i + 1)
            pause_ms(1);
    }
    pause_ms(200); /* most of them sleep now; whichever do not, the outcome is the same */
}

static void expect_down(struct waiting *all, size_t count, uint64_t killed_ns)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 120;
        if (pthread_timedjoin_np(all[i].thread, NULL, &until) != 0) {
            fprintf(stderr, "\"%s\" still waits\n", all[i].name);
            exit(1); /* it uses the caller's variables, so there is no going on */
        }
        double took =
            all[i].returned_ns > killed_ns ? (double)(all[i].returned_ns - killed_ns) / 1e6 : 0;
        printf("  %-36s %-18s %7.1f ms\n", all[i].name, chi_status_name(all[i].rc), took);
        wrong += all[i].rc != CHI_ERUNTIME_DOWN;
    }
    assert_int_equal(wrong, 0);
}

/* ---- this process as a client */

static void expect_work(void)
{
    char answer[64];
    struct chi_buffer buffer;
    assert_true(chi_client_alive());
    assert_int_equal(chimaera_MOD_NAME_custom(&demo, chi_pool_query_local(), "works", 1, answer,
                                              sizeof(answer), NULL),
                     0);
    assert_string_equal(answer, "works_processed");
    assert_int_equal(chi_buffer_alloc(1 << 20, &buffer), 0);
    memset(chi_buffer_data(&buffer), 1, 1 << 20);
    chi_buffer_free(&buffer);
}

static void expect_the_next_daemon_works(void)
{
    struct fault_status status;
    assert_false(chi_client_alive());
    fault_daemon_start();
    assert_int_equal(chi_client_init(), 0); /* the old attachment is dropped; calls nest */
    expect_work();
    assert_true(fault_status(&status));
    assert_int_equal(status.clients, 1);
    chi_client_fini();
    expect_work();
    chi_client_fini();
    assert_false(chi_client_alive());
    fault_daemon_stop();
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static unsigned descriptors_before;

static int setup(void **state)
{
    (void)state;
    descriptors_before = open_descriptors();
    fault_daemon_start();
    assert_int_equal(chi_client_init(), 0);
    expect_work();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) /* a test that failed has not detached; else nothing happens */
        chi_client_fini();
    assert_int_equal(open_descriptors(), descriptors_before);
    return 0;
}

/* ---- tests */

static void every_wait_ends_when_a_stopped_runtime_is_killed(void **state)
{
    static char text[LONG_TEXT + 1];
    struct waiting all[] = {
        {.name = "wait", .call = wait_for_ever},
        {.name = "wait again", .call = wait_for_ever},
        {.name = "wait for a minute", .call = wait_with_limit},
        {.name = "wait for any", .call = wait_for_any},
        {.name = "allocate", .call = allocate},
        {.name = "give back an output", .call = give_back_an_output},
        {.name = "behind a backlog", .call = wait_behind_a_backlog},
    };
    (void)state;
    memset(text, 'x', LONG_TEXT);
    all[5].task = submit(text);
    assert_non_null(all[5].task);
    assert_int_equal(chi_task_wait(&all[5].task->base), 0);
    assert_int_not_equal(all[5].task->data.bytes.lent, 0);

    fault_daemon_freeze();
    start_waiting(all, sizeof(all) / sizeof(all[0]));
    uint64_t killed_ns = fault_now_ns();
    fault_daemon_kill();
    expect_down(all, sizeof(all) / sizeof(all[0]), killed_ns);
    expect_the_next_daemon_works();
}

static void short_waits_end_when_a_stopped_runtime_is_killed(void **state)
{
    struct waiting all[] = {{.name = "wait for 20 us, repeatedly", .call = wait_in_slices}};
    (void)state;
    fault_daemon_freeze();
    start_waiting(all, 1);
    uint64_t killed_ns = fault_now_ns();
    fault_daemon_kill();
    expect_down(all, 1, killed_ns);
    expect_the_next_daemon_works();
}

static void every_wait_ends_when_a_runtime_at_work_is_killed(void **state)
{
    struct waiting all[BUSY + 2];
    (void)state;
    memset(all, 0, sizeof(all));
    for (size_t i = 0; i < BUSY; i++)
        all[i] = (struct waiting){.name = "round trips", .call = make_round_trips};
    all[BUSY] = (struct waiting){.name = "round trips, one more", .call = make_round_trips};
    all[BUSY + 1] = (struct waiting){.name = "a backlog that moves", .call = wait_behind_a_backlog};
    start_waiting(all, BUSY + 2);
    uint64_t killed_ns = fault_now_ns();
    fault_daemon_kill();
    expect_down(all, BUSY + 2, killed_ns);
    expect_the_next_daemon_works();
}

/* A child forked behind the library's back has our descriptors; it must not keep us waiting, nor
 * the old attachment alive. */
static void waits_end_while_a_forked_child_holds_our_descriptors(void **state)
{
    struct waiting all[] = {
        {.name = "wait", .call = wait_for_ever},
        {.name = "wait for any", .call = wait_for_any},
        {.name = "allocate", .call = allocate},
    };
    (void)state;
    fault_daemon_freeze();
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    assert_true(child >= 0);
    if (child == 0) {
        fault_child();
        for (;;)
            pause();
    }
    start_waiting(all, 3);
    uint64_t killed_ns = fault_now_ns();
    fault_daemon_kill();
    expect_down(all, 3, killed_ns);
    expect_the_next_daemon_works();
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* As a process forked by the daemon would: copies of its sockets stay open when it is dead, so that
 * nobody hears them close. */
static unsigned copy_sockets(pid_t daemon, int *copies, unsigned room)
{
    char path[64];
    struct dirent *entry;
    unsigned count = 0;
    int pidfd = (int)syscall(SYS_pidfd_open, daemon, 0);
    assert_true(pidfd >= 0);
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)daemon);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL && count < room) {
        struct stat status;
        int fd = entry->d_name[0] == '.'
                     ? -1
                     : (int)syscall(SYS_pidfd_getfd, pidfd, atoi(entry->d_name), 0);
        if (fd < 0)
            continue;
        if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode))
            copies[count++] = fd;
        else
            close(fd);
    }
    closedir(dir);
    close(pidfd);
    return count;
}

static void waits_end_while_another_process_holds_the_runtimes_sockets(void **state)
{
    struct waiting all[] = {
        {.name = "wait", .call = wait_for_ever},
        {.name = "wait for a minute", .call = wait_with_limit},
        {.name = "wait for any", .call = wait_for_any},
        {.name = "allocate", .call = allocate},
    };
    int copies[HELD];
    (void)state;
    unsigned count = copy_sockets(fault_daemon_pid(), copies, HELD);
    assert_true(count >= 2); /* it listens, and it speaks with us */
    fault_daemon_freeze();
    start_waiting(all, 4);
    uint64_t killed_ns = fault_now_ns();
    fault_daemon_kill();
    expect_down(all, 4, killed_ns);
    for (unsigned i = 0; i < count; i++)
        close(copies[i]);
    expect_the_next_daemon_works();
}

static void tasks_and_buffers_of_a_dead_runtime_are_let_go(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    struct chimaera_MOD_NAME_custom_task *done = submit("done");
    assert_non_null(done);
    assert_int_equal(chi_task_wait(&done->base), 0);
    assert_int_equal(chi_buffer_alloc(4096, &buffer), 0);
    struct chi_buffer copy = buffer;
    fault_daemon_freeze();
    struct chimaera_MOD_NAME_custom_task *waits = submit("never done");
    assert_non_null(waits);
    fault_daemon_kill();

    assert_int_equal(chi_task_wait(&waits->base), CHI_ERUNTIME_DOWN);
    assert_int_equal(chi_task_wait(&done->base), 0); /* its answer had come */
    assert_true(chi_string_equal(&done->data, "done_processed"));
    assert_int_equal(chi_task_fire_and_forget(&done->base), CHI_ERUNTIME_DOWN);
    assert_null(submit("too late"));
    assert_int_equal(chi_last_error_code(), CHI_ERUNTIME_DOWN);
    chi_buffer_free(&buffer);
    fault_daemon_start();
    assert_int_equal(chi_client_init(), 0);
    chi_task_del(&waits->base); /* of the old attachment: nothing happens */
    expect_work();
    chi_buffer_free(&copy);
    expect_work();
    chi_client_fini();
    chi_client_fini();
    fault_daemon_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_wait_ends_when_a_stopped_runtime_is_killed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(short_waits_end_when_a_stopped_runtime_is_killed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(every_wait_ends_when_a_runtime_at_work_is_killed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(waits_end_while_a_forked_child_holds_our_descriptors, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(waits_end_while_another_process_holds_the_runtimes_sockets,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(tasks_and_buffers_of_a_dead_runtime_are_let_go, setup,
                                        teardown),
    };
    fault_begin("daemon-killed", 16, 280);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fault_end();
    return failed;
}
