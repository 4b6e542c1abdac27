/* SPDX-License-Identifier: BSD-3-Clause */
/* chi_test_end() finds what was left behind, says what it is, and leaves nothing itself. */
#include "kit/kit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/core/record.h"
#include "support/process.h"
#include "test/descriptors.h"
#include "test_paths.h"

/* Open before any test begins: a file in memory, and where standard error went. */
static int captured, real_stderr;

/* chi_test_end(), and what it wrote. */
static int end(char text[1024])
{
    fflush(stderr);
    assert_int_equal(ftruncate(captured, 0), 0);
    lseek(captured, 0, SEEK_SET);
    dup2(captured, STDERR_FILENO);
    int leaks = chi_test_end();
    fflush(stderr);
    dup2(real_stderr, STDERR_FILENO);
    ssize_t n = pread(captured, text, 1023, 0);
    text[n > 0 ? n : 0] = '\0';
    return leaks;
}

static void assert_leak(const char *says)
{
    char text[1024];
    char dir[64];
    struct stat st;
    snprintf(dir, sizeof(dir), "%s", chi_test_dir());
    int leaks = end(text);
    if (leaks != 1 || strstr(text, says) == NULL)
        fail_msg("%d leaks, and \"%s\" is not in: %s", leaks, says, text);
    assert_int_equal(stat(dir, &st), -1);
}

static void a_clients_task_that_is_not_freed_is_told(void **state)
{
    (void)state;
    kit_begin((struct chi_test_options){0});
    kit_nop();
    assert_leak("1 tasks or strings of the client");
}

static void a_clients_buffer_that_is_not_freed_is_told(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    kit_begin((struct chi_test_options){0});
    assert_int_equal(chi_buffer_alloc(5000, &buffer), 0);
    assert_leak("1 buffers or long strings of the client");
}

static void a_private_task_that_is_not_freed_is_told(void **state)
{
    (void)state;
    kit_begin((struct chi_test_options){.mode = CHI_TEST_DIRECT});
    struct chi_task *task = kit_nop();
    assert_leak("1 tasks without chi_task_del()");
    free(chi_record_of(task)); /* for the sanitizer's sake */
}

static void a_private_buffer_that_is_not_freed_is_told(void **state)
{
    struct chi_buffer buffer;
    (void)state;
    kit_begin((struct chi_test_options){.mode = CHI_TEST_DIRECT});
    assert_int_equal(chi_buffer_alloc(50, &buffer), 0);
    void *memory = chi_buffer_data(&buffer);
    assert_leak("1 strings, vectors or buffers of handlers");
    free(memory);
}

static int keep_a_subtask(void *argument)
{
    char text[1024];
    (void)argument;
    kit_begin((struct chi_test_options){0});
    struct test_probe_spawn_task *task =
        CHI_TASK_NEW(test_probe_spawn, pool, chi_pool_query_local());
    task->kind = TEST_PROBE_SPAWN_KEEP;
    if (chi_task_enqueue(&task->base) != 0 || chi_task_wait(&task->base) != 0)
        return 1;
    chi_task_del(&task->base);
    return end(text) == 1 && strstr(text, "1 subtasks of handlers") != NULL ? 0 : 2;
}

static void a_subtask_that_is_not_freed_is_told(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(keep_a_subtask, NULL), 0); /* the sanitizer sees it, too */
}

static void a_descriptor_that_stays_open_is_told(void **state)
{
    (void)state;
    kit_begin((struct chi_test_options){0});
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_leak("/dev/zero");
    close(fd);
}

static void shared_memory_that_stays_is_told(void **state)
{
    char name[128];
    (void)state;
    kit_begin((struct chi_test_options){0});
    snprintf(name, sizeof(name), "/chimaera.%s.more", getenv("CHI_INSTANCE"));
    int fd = shm_open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    char path[160];
    snprintf(path, sizeof(path), "/dev/shm%s", name);
    assert_leak(path);
    shm_unlink(name);
}

/* Its worker is left behind with all it has: in a process of its own. */
static int leave_a_parked_task(void *argument)
{
    char text[1024];
    (void)argument;
    kit_begin((struct chi_test_options){0});
    struct chi_task *task = kit_sleep(UINT64_MAX);
    if (chi_task_wait(task) != -EDEADLK || strstr(chi_last_error(), "1 tasks wait") == NULL)
        return 1;
    if (chi_task_wait_for(task, 10 * MS) != -ETIMEDOUT)
        return 2;
    if (end(text) < 3)
        return 3;
    if (strstr(text, "tasks in flight: 1") == NULL || strstr(text, "parked tasks: 1") == NULL ||
        strstr(text, "a task that did not end") == NULL)
        return 4;
    /* The next test of the program has a runtime all the same. */
    kit_begin((struct chi_test_options){0});
    struct chi_task *next = kit_nop();
    if (chi_task_enqueue(next) != 0 || chi_task_wait(next) != 0)
        return 5;
    chi_task_del(next);
    return chi_test_end() == 0 ? 0 : 6;
}

static void a_task_that_never_ends_is_told_and_the_next_test_runs(void **state)
{
    (void)state;
    assert_int_equal(chi_test_in_child(leave_a_parked_task, NULL), 0);
}

static int crash(void *dir)
{
    kit_begin((struct chi_test_options){0});
    ssize_t n = write(*(int *)dir, getenv("CHI_INSTANCE"), strlen(getenv("CHI_INSTANCE")) + 1);
    raise(n > 0 ? SIGKILL : SIGTERM);
    return 0;
}

static void a_test_that_crashes_leaves_no_shared_memory(void **state)
{
    static const char *const segments[] = {"main", "client_data", "runtime_data"};
    char instance[64] = "", path[160];
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(chi_test_in_child(crash, &ends[1]), -SIGKILL);
    assert_true(read(ends[0], instance, sizeof(instance) - 1) > 0);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "/dev/shm/chimaera.%s.%s", instance, segments[i]);
        assert_int_equal(access(path, F_OK), -1);
    }
    close(ends[0]);
    close(ends[1]);
    snprintf(path, sizeof(path), "rm -rf %s/chi-test-%s",
             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp", strrchr(instance, '-') + 1);
    assert_int_equal(system(path), 0);
}

/* ---- begin and end in the wrong order */

static void end_without_begin_is_told(void **state)
{
    char text[1024];
    (void)state;
    assert_int_equal(end(text), 1);
    assert_non_null(strstr(text, "no runtime runs"));
}

static void begin_twice_is_refused(void **state)
{
    const struct chi_test_options options = {0};
    (void)state;
    kit_begin(options);
    assert_int_equal(chi_test_begin(&options), -EALREADY);
    assert_int_equal(chi_runtime_init(NULL), -EALREADY);
    assert_int_equal(chi_test_end(), 0);
}

static void a_begin_that_fails_leaves_nothing(void **state)
{
    const struct {
        struct chi_test_options options;
        const char *says;
        int rc;
    } cases[] = {
        {{.config = "runtime: {sched_treads: 1}\n"}, "sched_threads", CHI_ECONFIG},
        {{.compose = "  - {mod_name: test_absent, pool_name: p}\n"}, "test_absent", CHI_ENOMODULE},
        {{.sched_threads = 65}, "64 workers", CHI_ECONFIG},
        {{.mode = CHI_TEST_THREADS, .sched_threads = 65}, "64 workers", CHI_ECONFIG},
    };
    int descriptors = chi_test_descriptors();
    (void)state;
    setenv("CHI_INSTANCE", "mine", 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(chi_test_begin(&cases[i].options), cases[i].rc);
        assert_non_null(strstr(chi_last_error(), cases[i].says));
        assert_string_equal(chi_test_dir(), "");
        assert_string_equal(getenv("CHI_INSTANCE"), "mine");
        assert_int_equal(chi_test_descriptors(), descriptors);
    }
    kit_begin((struct chi_test_options){0});
    assert_string_not_equal(getenv("CHI_INSTANCE"), "mine");
    assert_int_equal(chi_test_end(), 0);
    assert_string_equal(getenv("CHI_INSTANCE"), "mine");
    unsetenv("CHI_INSTANCE");
}

static void composed_pools_and_files_of_the_test_are_at_hand(void **state)
{
    const struct chi_test_options options = {
        .modules = CHI_TEST_MODULE_DIR,
        .compose = "  - mod_name: test_probe\n    pool_name: made\n    pool_id: 300.0\n"};
    char path[128];
    (void)state;
    if (chi_test_begin(&options) < 0)
        fail_msg("%s", chi_last_error());
    assert_string_equal(chi_test_container(chi_pool_id(300, 0), 0)->pool_name, "made");
    snprintf(path, sizeof(path), "%s/file", chi_test_dir());
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(chi_test_end(), 0);
    assert_int_equal(access(path, F_OK), -1);
}

static int open_captured(void **state)
{
    (void)state;
    captured = memfd_create("stderr", MFD_CLOEXEC);
    real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    return captured < 0 || real_stderr < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clients_task_that_is_not_freed_is_told),
        cmocka_unit_test(a_clients_buffer_that_is_not_freed_is_told),
        cmocka_unit_test(a_private_task_that_is_not_freed_is_told),
        cmocka_unit_test(a_private_buffer_that_is_not_freed_is_told),
        cmocka_unit_test(a_subtask_that_is_not_freed_is_told),
        cmocka_unit_test(a_descriptor_that_stays_open_is_told),
        cmocka_unit_test(shared_memory_that_stays_is_told),
        cmocka_unit_test(a_task_that_never_ends_is_told_and_the_next_test_runs),
        cmocka_unit_test(a_test_that_crashes_leaves_no_shared_memory),
        cmocka_unit_test(end_without_begin_is_told),
        cmocka_unit_test(begin_twice_is_refused),
        cmocka_unit_test(a_begin_that_fails_leaves_nothing),
        cmocka_unit_test(composed_pools_and_files_of_the_test_are_at_hand),
    };
    return cmocka_run_group_tests_name("leaks", tests, open_captured, NULL);
}
