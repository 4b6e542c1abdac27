/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of modules that are cut short, replaced or no files, and constructors that do not return.
 */
#include <chimaera/admin/admin_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <test/probe/probe_client.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "test_paths.h"

#define HERE  chi_pool_query_local()
#define PROBE "libtest_probe_runtime.so"

static struct chi_test_daemon daemon_;
static char copy_path[128];

/* The daemon looks for modules in its own folder first. */
static void begin(const char *yaml)
{
    char path[512];
    chi_test_watchdog(120);
    chi_test_daemon_prepare(&daemon_);
    snprintf(path, sizeof(path), "%s:%s", daemon_.dir, getenv("CHI_REPO_PATH"));
    setenv("CHI_REPO_PATH", path, 1);
    snprintf(path, sizeof(path), "%s/hang", daemon_.dir);
    setenv("CHI_TEST_HANG", path, 1);
    snprintf(copy_path, sizeof(copy_path), "%s/" PROBE, daemon_.dir);
    chi_test_daemon_start(&daemon_, yaml);
    assert_int_equal(chi_client_init(), 0);
}

static void finish(int status)
{
    chi_client_fini();
    unsetenv("CHI_TEST_HANG");
    assert_int_equal(chi_test_daemon_stop(&daemon_), status);
    chi_test_daemon_finish(&daemon_);
    chi_test_watchdog(0);
}

static char *read_file(const char *path, size_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    char *bytes = malloc((size_t)st.st_size);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
    close(fd);
    *size = (size_t)st.st_size;
    return bytes;
}

/* In place: the file stays the same one. */
static void write_file(const char *path, const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

/* Begins, and returns the content of the probe's library. */
static char *begin_with_bytes(size_t *size)
{
    begin(CHI_TEST_ONE_WORKER);
    return read_file(CHI_TEST_MODULE_DIR "/" PROBE, size);
}

static void finish_with_bytes(char *bytes)
{
    unlink(copy_path);
    free(bytes);
    finish(0);
}

static int create(const char *module, const char *name, chi_pool_id_t *id)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = module, .pool_name = name};
    return chimaera_admin_get_or_create_pool(HERE, &spec, id);
}

static int call(chi_pool_id_t id)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, id, HERE);
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(task), 0);
    int rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

static void a_file_that_is_cut_short_is_refused(void **state)
{
    size_t size, length;
    char *bytes = begin_with_bytes(&size);
    chi_pool_id_t id;
    (void)state;
    for (int i = 0; i < 60; i++) {
        length = i < 20 ? (size_t)i * 8 : size * (size_t)(i - 20) / 40;
        write_file(copy_path, bytes, length);
        assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), CHI_EBADMODULE);
        assert_non_null(strstr(chi_last_error(), copy_path));
    }
    write_file(copy_path, bytes, size - 1); /* within the table of sections */
    assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), CHI_EBADMODULE);
    write_file(copy_path, bytes, size);
    assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), 0);
    assert_int_equal(call(id), 0);
    finish_with_bytes(bytes);
}

static void damaged_headers_are_refused_or_harmless(void **state)
{
    size_t size;
    char *bytes = begin_with_bytes(&size);
    chi_pool_id_t id;
    (void)state;
    /* Of the header itself; what lies behind it decides what code runs. */
    for (size_t at = 0; at < 64; at++) {
        if (at >= 24 && at < 32)
            continue; /* the entry point, of which a library has none */
        char before = bytes[at];
        bytes[at] = (char)(before ^ 0x81);
        write_file(copy_path, bytes, size);
        int rc = create(TEST_PROBE_LIBRARY, "probe", &id);
        bytes[at] = before;
        if (rc == 0) { /* padding and flags */
            assert_true((at >= 8 && at < 16) || (at >= 48 && at < 52) || at == 20 || at >= 62);
            break;
        }
        assert_int_equal(rc, CHI_EBADMODULE);
    }
    assert_true(chi_test_status_get(&(struct chi_test_status){0}) == 0);
    finish_with_bytes(bytes);
}

static void a_file_that_is_overwritten_changes_nothing_that_runs(void **state)
{
    size_t size;
    char *bytes = begin_with_bytes(&size);
    chi_pool_id_t id;
    (void)state;
    write_file(copy_path, bytes, size);
    assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), 0);
    memset(bytes, 0, size);
    write_file(copy_path, bytes, size);
    assert_int_equal(call(id), 0);
    write_file(copy_path, bytes, 10);
    for (int i = 0; i < 100; i++)
        assert_int_equal(call(id), 0);
    char *status = chi_test_status_text();
    assert_non_null(status);
    free(status);
    assert_int_equal(chimaera_admin_destroy_pool(HERE, id), 0);
    assert_int_equal(create(TEST_PROBE_LIBRARY, "again", &id), 0); /* it is loaded */
    assert_int_equal(call(id), 0);
    finish_with_bytes(bytes);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
    chi_pool_id_t id;
    (void)state;
    begin(CHI_TEST_ONE_WORKER);
    assert_int_equal(mkfifo(copy_path, 0644), 0);
    assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), CHI_EBADMODULE);
    assert_non_null(strstr(chi_last_error(), "not a regular file"));
    unlink(copy_path);
    assert_int_equal(mkdir(copy_path, 0755), 0);
    assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), CHI_EBADMODULE);
    assert_int_equal(rmdir(copy_path), 0);
    finish(0);
}

/* A private copy, but what it needs is found beside the original. */
static void a_library_beside_the_module_is_found(void **state)
{
    chi_pool_id_t id;
    (void)state;
    begin(CHI_TEST_ONE_WORKER);
    assert_int_equal(create("test_needshelper", "helped", &id), CHI_EBADMODULE);
    assert_non_null(strstr(chi_last_error(), "chi_module_descriptor")); /* so it was loaded */
    char *log = chi_test_daemon_log(&daemon_);
    assert_null(strstr(log, "no private copy"));
    free(log);
    finish(0);
}

/* Its name must not become that of the next copy, which would then not be loaded. */
static void a_library_that_cannot_be_unloaded_does_not_stand_in_for_others(void **state)
{
    chi_pool_id_t id;
    (void)state;
    begin(CHI_TEST_ONE_WORKER);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(create("test_nodelete", "broken", &id), CHI_EBADMODULE);
        assert_non_null(strstr(chi_last_error(), "chi_module_descriptor"));
        assert_non_null(strstr(chi_last_error(), "restart"));
    }
    assert_int_equal(create(TEST_PROBE_LIBRARY, "probe", &id), 0);
    assert_int_equal(call(id), 0);
    finish(0);
}

static struct chi_task *ask_for_hanging(const char *name)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = "test_hanging", .pool_name = name};
    struct chimaera_admin_get_or_create_pool_task *task =
        chimaera_admin_get_or_create_pool_async(HERE, &spec);
    assert_non_null(task);
    return &task->base;
}

static void hang(void)
{
    close(open(getenv("CHI_TEST_HANG"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
}

static void a_constructor_that_hangs_holds_up_only_who_asked(void **state)
{
    chi_pool_id_t id;
    (void)state;
    begin(CHI_TEST_ONE_WORKER);
    assert_int_equal(create(TEST_PROBE_LIBRARY, "loaded before", &id), 0);
    hang();
    struct chi_task *first = ask_for_hanging("one"), *second = ask_for_hanging("two");
    for (int i = 0; i < 20; i++) {
        char name[16];
        char *status = chi_test_status_text();
        assert_non_null(status);
        free(status);
        snprintf(name, sizeof(name), "pool %d", i);
        assert_int_equal(create(TEST_PROBE_LIBRARY, name, &id), 0);
        assert_int_equal(call(id), 0);
        assert_int_equal(chimaera_admin_destroy_pool(HERE, id), 0);
    }
    assert_false(chi_task_done(first));
    assert_false(chi_task_done(second));
    assert_int_equal(chi_task_cancel(second), 0);
    assert_int_equal(chi_task_wait(second), -ECANCELED);
    assert_int_equal(unlink(getenv("CHI_TEST_HANG")), 0);
    assert_int_equal(chi_task_wait(first), CHI_EBADMODULE); /* it has no descriptor */
    chi_task_del(first);
    chi_task_del(second);
    finish(0);
}

static void a_constructor_that_hangs_does_not_keep_the_daemon(void **state)
{
    (void)state;
    begin(CHI_TEST_ONE_WORKER "  grace_period: 0\n");
    hang();
    struct chi_task *task = ask_for_hanging("one");
    char *status = chi_test_status_text();
    free(status);
    struct timespec pause = {.tv_nsec = 50000000}; /* likely in the constructor by now */
    nanosleep(&pause, NULL);
    assert_int_equal(kill(daemon_.pid, SIGTERM), 0);
    assert_int_equal(chi_test_daemon_join(&daemon_), EXIT_FAILURE);
    assert_true(chi_task_wait(task) < 0);
    chi_task_del(task);
    chi_client_fini();
    unlink(getenv("CHI_TEST_HANG"));
    unsetenv("CHI_TEST_HANG");
    char *log = chi_test_daemon_log(&daemon_);
    assert_non_null(strstr(log, "do not return"));
    free(log);
    chi_test_daemon_finish(&daemon_);
    chi_test_watchdog(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_cut_short_is_refused),
        cmocka_unit_test(damaged_headers_are_refused_or_harmless),
        cmocka_unit_test(a_file_that_is_overwritten_changes_nothing_that_runs),
        cmocka_unit_test(what_is_no_file_is_refused_at_once),
        cmocka_unit_test(a_library_beside_the_module_is_found),
        cmocka_unit_test(a_library_that_cannot_be_unloaded_does_not_stand_in_for_others),
        cmocka_unit_test(a_constructor_that_hangs_holds_up_only_who_asked),
        cmocka_unit_test(a_constructor_that_hangs_does_not_keep_the_daemon),
    };
    return cmocka_run_group_tests_name("module files", tests, NULL, NULL);
}
