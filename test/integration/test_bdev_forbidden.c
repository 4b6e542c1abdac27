/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the system forbids io_uring, as containers do, a file is served by threads: also where it
 * forbids only to submit, and where it begins to while the device is in use. Filters are for ever,
 * so each case has a process of its own.
 */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"

#define HERE chi_pool_query_local()

/* For all threads of this process, and the daemon that it starts. */
static int forbid(uint32_t call)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

static void threads_take_over(void **state)
{
    (void)state;
    const struct chimaera_bdev_options uring = {.engine = CHIMAERA_BDEV_ENGINE_URING};
    struct chimaera_bdev_client disk;
    struct chimaera_bdev_block block;
    struct chimaera_bdev_stats stats;
    struct chi_buffer buffer;
    char folder[] = "/tmp/chi_bdev_XXXXXX", path[64];
    size_t count = 1;

    assert_int_equal(chi_client_init(), 0);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/device", folder);
    int rc =
        chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, 4 << 20, 0, 0, &uring);
    assert_true(rc == -EPERM || rc == -ENOSYS); /* forbidden, or built without it */
    assert_non_null(strstr(chi_last_error(), "uring"));
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, 4 << 20, 0, 0, NULL), 0);
    assert_int_equal(chi_buffer_alloc(1 << 20, &buffer), 0);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 1 << 20, &block, &count), 0);
    memset(chi_buffer_data(&buffer), 5, 1 << 20);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &buffer), 0);
    assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
    memset(chi_buffer_data(&buffer), 0, 1 << 20);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &buffer), 0);
    for (size_t i = 0; i < 1 << 20; i++)
        assert_int_equal(((uint8_t *)chi_buffer_data(&buffer))[i], 5);
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &stats), 0);
    assert_int_equal(stats.engine, CHIMAERA_BDEV_ENGINE_THREADS);
    assert_int_equal(stats.rings, 0);
    chi_buffer_free(&buffer);
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    chi_client_fini();
}

static void the_device_goes_on_without_io_uring(void **state)
{
    (void)state;
    struct chimaera_bdev_client disk;
    struct chimaera_bdev_block block;
    struct chimaera_bdev_stats stats;
    struct chi_buffer buffer;
    char folder[] = "/tmp/chi_bdev_XXXXXX", path[64];
    size_t count = 1;

    setenv("CHI_WITH_RUNTIME", "1", 1); /* in this process: the filter is for its workers, too */
    assert_int_equal(chi_client_init(), 0);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/device", folder);
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, 4 << 20, 0, 0, NULL), 0);
    assert_int_equal(chi_buffer_alloc(1 << 20, &buffer), 0);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 1 << 20, &block, &count), 0);
    memset(chi_buffer_data(&buffer), 5, 1 << 20);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &buffer), 0);
    assert_int_equal(forbid(SYS_io_uring_enter), 0);
    for (int round = 0; round < 20; round++) {
        memset(chi_buffer_data(&buffer), round, 1 << 20);
        assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &buffer), 0);
        assert_int_equal(chimaera_bdev_flush(&disk, HERE), 0);
        memset(chi_buffer_data(&buffer), 99, 1 << 20);
        assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &buffer), 0);
        for (size_t i = 0; i < 1 << 20; i++)
            assert_int_equal(((uint8_t *)chi_buffer_data(&buffer))[i], round);
    }
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &stats), 0);
    assert_int_equal(stats.engine, CHIMAERA_BDEV_ENGINE_THREADS);
    chi_buffer_free(&buffer);
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    chi_client_fini();
}

static int forbid_setup(void)
{
    return forbid(SYS_io_uring_setup);
}

static int forbid_submitting(void)
{
    return forbid(SYS_io_uring_enter);
}

static const struct run {
    struct CMUnitTest test;
    int (*begin)(void); /* NULL: no daemon */
} runs[] = {
    {cmocka_unit_test(threads_take_over), forbid_setup},
    {cmocka_unit_test(threads_take_over), forbid_submitting},
    {cmocka_unit_test(the_device_goes_on_without_io_uring), NULL},
};

static int run_one(const struct run *run)
{
    const struct CMUnitTest tests[] = {run->test};
    struct chi_test_daemon daemon;

    if (run->begin != NULL && run->begin() < 0) {
        printf("skipped: no seccomp here (%s)\n", strerror(errno));
        return 0;
    }
    chi_test_watchdog(60);
    chi_test_daemon_prepare(&daemon);
    if (run->begin != NULL)
        chi_test_daemon_start(&daemon, CHI_TEST_TWO_WORKERS);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (run->begin != NULL && chi_test_daemon_stop(&daemon) != 0)
        failed++;
    chi_test_daemon_finish(&daemon);
    return failed;
}

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        int status = -1;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0)
            exit(run_one(&runs[i]));
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            failed++;
    }
    return failed;
}
