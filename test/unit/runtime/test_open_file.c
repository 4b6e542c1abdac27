/* SPDX-License-Identifier: BSD-3-Clause */
/* What chi_container_open_file() opens for a pool of another user than the daemon's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chimaera/container.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"

static char folder[32], path[64];
static char *granted[] = {folder, NULL};
static struct chi_runtime runtime = {.config.group_paths = granted};
static struct chi_pool pool = {.runtime = &runtime, .restricted = true};
static struct chi_container_priv priv = {.pool = &pool};
static struct chi_container container = {.priv = &priv};

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/chi-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/file", folder);
    alarm(60);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    alarm(0);
    unlink(path);
    return rmdir(folder);
}

static void make_file(void)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "text", 4), 4);
    close(fd);
}

static off_t size_of_file(void)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static bool says(const char *word)
{
    return strstr(chi_last_error(), word) != NULL;
}

static void a_fifo_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(chi_container_open_file(&container, path, O_RDONLY, 0), -EPERM);
    assert_true(says("regular file"));
    assert_int_equal(chi_container_open_file(&container, path, O_RDWR, 0), -EPERM);
    assert_int_equal(chi_container_open_file(&container, path, O_WRONLY, 0), -ENXIO);
}

static void a_file_blocks_unless_asked_not_to(void **state)
{
    (void)state;
    make_file();
    for (int i = 0; i < 2; i++) {
        int fd = chi_container_open_file(&container, path, O_RDWR | (i == 1 ? O_NONBLOCK : 0), 0);
        assert_true(fd >= 0);
        assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, i == 1 ? O_NONBLOCK : 0);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        close(fd);
    }
    assert_int_equal(size_of_file(), 4);
}

static void a_file_that_is_refused_is_not_truncated(void **state)
{
    char other[80];
    (void)state;
    make_file();
    snprintf(other, sizeof(other), "%s.other", path);
    assert_int_equal(link(path, other), 0);
    assert_int_equal(chi_container_open_file(&container, path, O_RDWR | O_TRUNC, 0), -EPERM);
    assert_true(says("other names"));
    assert_int_equal(size_of_file(), 4);
    assert_int_equal(unlink(other), 0);
    int fd = chi_container_open_file(&container, path, O_RDWR | O_TRUNC, 0);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(size_of_file(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fifo_is_refused_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_blocks_unless_asked_not_to, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_refused_is_not_truncated, setup, teardown),
    };
    return cmocka_run_group_tests_name("open file", tests, NULL, NULL);
}
