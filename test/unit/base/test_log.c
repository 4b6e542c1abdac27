/* SPDX-License-Identifier: BSD-3-Clause */
/* What is logged, where it goes, and that lines stay whole. */
#include "chimaera/log.h"
#include "chimaera/status.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/chi_test_log_XXXXXX";
static char content[1 << 20];

static int open_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static int descriptors_before;

static int set_up(void **state)
{
    (void)state;
    unsetenv("CHI_LOG");
    unsetenv("CHI_DEBUG");
    descriptors_before = open_descriptors();
    return truncate(path, 0);
}

static int tear_down(void **state)
{
    (void)state;
    unsetenv("CHI_LOG");
    unsetenv("CHI_DEBUG");
    int rc = chi_log_configure(NULL, NULL);
    return rc || open_descriptors() != descriptors_before;
}

static size_t read_log(void)
{
    FILE *file = fopen(path, "r");
    size_t size = fread(content, 1, sizeof content - 1, file);
    content[size] = '\0';
    fclose(file);
    return size;
}

static void a_line_has_time_level_topic_and_message(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("info", path), 0);
    errno = ENOENT;
    chi_log_info("kv", "put %d: %m", 7);
    assert_int_equal(errno, ENOENT);
    read_log();
    int year, month, day, hour, minute, second, ms, end = 0;
    sscanf(content, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ info kv: put 7: No such file or directory\n%n",
           &year, &month, &day, &hour, &minute, &second, &ms, &end);
    assert_int_equal(end, strlen(content));
    assert_true(year >= 2024);
}

static void a_level_lets_through_what_is_as_severe(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("warn", path), 0);
    assert_true(chi_log_enabled("a", CHI_LOG_ERROR));
    assert_true(chi_log_enabled("a", CHI_LOG_WARN));
    assert_false(chi_log_enabled("a", CHI_LOG_INFO));
    assert_false(chi_log_enabled("a", CHI_LOG_NONE));
    chi_log_error("a", "1");
    chi_log_warn("a", "2");
    chi_log_info("a", "3");
    chi_log_debug("a", "4");
    read_log();
    assert_non_null(strstr(content, "error a: 1\n"));
    assert_non_null(strstr(content, "warn a: 2\n"));
    assert_null(strstr(content, ": 3\n"));
    assert_null(strstr(content, ": 4\n"));
    assert_int_equal(chi_log_configure("none", path), 0);
    assert_false(chi_log_enabled("a", CHI_LOG_ERROR));
}

static void a_topic_can_have_a_level_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("error,net:debug,kv:none", NULL), 0);
    assert_true(chi_log_enabled("net", CHI_LOG_DEBUG));
    assert_false(chi_log_enabled("network", CHI_LOG_WARN));
    assert_false(chi_log_enabled("ne", CHI_LOG_WARN));
    assert_false(chi_log_enabled("kv", CHI_LOG_ERROR));
    assert_true(chi_log_enabled("other", CHI_LOG_ERROR));
    assert_int_equal(chi_log_configure("kv:debug", NULL), 0);
    assert_true(chi_log_enabled("kv", CHI_LOG_DEBUG));
    assert_true(chi_log_enabled("other", CHI_LOG_WARN));
    assert_false(chi_log_enabled("other", CHI_LOG_INFO));
    assert_int_equal(chi_log_configure("kv:debug,kv:error", NULL), 0);
    assert_false(chi_log_enabled("kv", CHI_LOG_WARN));
}

static void the_environment_wins_over_the_configuration(void **state)
{
    (void)state;
    setenv("CHI_LOG", "error,kv:info", 1);
    assert_int_equal(chi_log_configure("debug", NULL), 0);
    assert_false(chi_log_enabled("a", CHI_LOG_WARN));
    assert_true(chi_log_enabled("kv", CHI_LOG_INFO));
    setenv("CHI_DEBUG", "1", 1);
    assert_int_equal(chi_log_configure("none", NULL), 0);
    assert_true(chi_log_enabled("a", CHI_LOG_DEBUG));
    unsetenv("CHI_DEBUG");
    setenv("CHI_LOG", "nonsense", 1);
    assert_int_equal(chi_log_configure("info", NULL), 0);
    assert_true(chi_log_enabled("a", CHI_LOG_INFO));
}

static void a_malformed_level_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("debug", NULL), 0);
    const char *const malformed[] = {"",
                                     "loud",
                                     "info,",
                                     ",info",
                                     ":info",
                                     "kv:",
                                     "kv:lou",
                                     "INFO",
                                     "info ",
                                     "a:b:c",
                                     "debugdebugdebugdebug",
                                     "a123456789012345678901234567890123:info"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        assert_int_equal(chi_log_configure(malformed[i], NULL), -EINVAL);
        assert_true(chi_last_error()[0] != '\0');
    }
    assert_int_equal(chi_log_configure("debgu", NULL), -EINVAL);
    assert_non_null(strstr(chi_last_error(), "did you mean \"debug\"?"));
    assert_true(chi_log_enabled("a", CHI_LOG_DEBUG));
}

static void more_than_32_topics_are_refused(void **state)
{
    (void)state;
    char text[1024] = "info";
    for (int i = 0; i < 32; i++)
        sprintf(text + strlen(text), ",t%d:warn", i);
    assert_int_equal(chi_log_configure(text, NULL), 0);
    strcat(text, ",t32:warn");
    assert_int_equal(chi_log_configure(text, NULL), -EINVAL);
}

static void a_file_that_cannot_be_opened_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("info", "/nonexistent/folder/log"), -ENOENT);
    assert_non_null(strstr(chi_last_error(), "/nonexistent/folder/log"));
}

static void a_message_stays_one_line_whatever_it_contains(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("info", path), 0);
    chi_log_info("a", "%s", "x\n2000-01-01 error a: forged\r\x1b[31m");
    size_t size = read_log();
    assert_ptr_equal(strchr(content, '\n'), content + size - 1);
    assert_null(strchr(content, '\x1b'));
}

static void a_long_message_is_written_whole_up_to_64_kib(void **state)
{
    (void)state;
    static char text[100000];
    assert_int_equal(chi_log_configure("info", path), 0);
    memset(text, 'x', 5000);
    chi_log_info("a", "%s", text);
    size_t size = read_log();
    assert_non_null(strstr(content, text));
    assert_ptr_equal(strchr(content, '\n'), content + size - 1);
    memset(text, 'x', sizeof text - 1);
    chi_log_info("a", "%s", text);
    assert_int_equal(read_log() - size, 65536);
}

static void lines_are_appended_to_what_the_file_held(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("info", path), 0);
    chi_log_info("a", "first");
    assert_int_equal(chi_log_configure("info", NULL), 0);
    assert_int_equal(chi_log_configure("info", path), 0);
    chi_log_info("a", "second");
    read_log();
    char *first = strstr(content, "first\n");
    assert_non_null(first);
    assert_non_null(strstr(first, "second\n"));
}

enum { THREADS = 4, LINES = 1000 };
static atomic_int running;

static void *write_lines(void *argument)
{
    for (int i = 0; i < LINES; i++)
        chi_log_info("a", "thread %d line %d end", (int)(uintptr_t)argument, i);
    running--;
    return NULL;
}

static void lines_of_many_threads_stay_whole_while_the_log_is_reconfigured(void **state)
{
    (void)state;
    assert_int_equal(chi_log_configure("info", path), 0);
    pthread_t threads[THREADS];
    running = THREADS;
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, (void *)i), 0);
    while (running > 0)
        assert_int_equal(chi_log_configure("info", path), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    read_log();
    int lines = 0;
    for (char *line = strtok(content, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        int thread, number, end = 0;
        char *message = strstr(line, " info a: ");
        assert_non_null(message);
        sscanf(message, " info a: thread %d line %d end%n", &thread, &number, &end);
        assert_true(end > 0 && message[end] == '\0');
    }
    assert_int_equal(lines, THREADS * LINES);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_time_level_topic_and_message),
        TEST(a_level_lets_through_what_is_as_severe),
        TEST(a_topic_can_have_a_level_of_its_own),
        TEST(the_environment_wins_over_the_configuration),
        TEST(a_malformed_level_is_refused_and_changes_nothing),
        TEST(more_than_32_topics_are_refused),
        TEST(a_file_that_cannot_be_opened_is_an_error),
        TEST(a_message_stays_one_line_whatever_it_contains),
        TEST(a_long_message_is_written_whole_up_to_64_kib),
        TEST(lines_are_appended_to_what_the_file_held),
        TEST(lines_of_many_threads_stay_whole_while_the_log_is_reconfigured),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return rc;
}
