/* SPDX-License-Identifier: BSD-3-Clause */
/* `chimaera bdev` as a person meets it: images in and out, lists, statistics, mistakes. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/daemon.h"
#include "support/process.h"
#include "test/json.h"
#include "test/status.h"
#include "test_paths.h"

static char output[CHI_TEST_OUTPUT_MAX];
static const struct chi_test_daemon *daemon_of_test;

#define MIB ((uint64_t)1 << 20)

#define POOLS                                                                                      \
    "compose:\n"                                                                                   \
    "  - {mod_name: chimaera_bdev, pool_name: raw, type: ram, mode: raw, total_size: 20MB,\n"      \
    "     containers_per_node: 2}\n"                                                               \
    "  - {mod_name: chimaera_bdev, pool_name: 'odd \"one\" \\', type: ram, total_size: 1MB}\n"

static int setup(void **state)
{
    int rc = chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS POOLS);
    daemon_of_test = *state;
    return rc;
}

/* Removes what the test wrote to the daemon's folder. */
static int teardown(void **state)
{
    chi_test_run(output, "rm -f %s/in %s/out", daemon_of_test->dir, daemon_of_test->dir);
    return chi_test_daemon_teardown(state);
}

/* In the daemon's folder. */
#define run_bdev(arguments, ...)                                                                   \
    chi_test_run(output, "cd %s && %s/chimaera bdev " arguments, daemon_of_test->dir,              \
                 CHI_TEST_BIN, ##__VA_ARGS__)
#define run_shell(command) chi_test_run(output, "cd %s && " command, daemon_of_test->dir)

static void assert_says(const char *text)
{
    if (strstr(output, text) == NULL)
        fail_msg("it does not say \"%s\":\n%s", text, output);
}

static void files_go_in_and_come_out(void **state)
{
    (void)state;
    /* Many pieces, the last one broken, at a broken offset. */
    assert_int_equal(run_shell("head -c 12345678 /dev/urandom >in"), 0);
    assert_int_equal(run_bdev("put raw in --offset 4097"), 0);
    assert_says("put 12345678 bytes at 4097 of raw");
    assert_int_equal(run_bdev("get raw out --offset 4097 --size 12345678"), 0);
    assert_says("got 12345678 bytes at 4097 of raw");
    assert_int_equal(run_shell("cmp in out"), 0);
    /* To the end; what was there before is not left behind the new bytes. */
    assert_int_equal(run_bdev("get raw out --offset 19MB"), 0);
    assert_int_equal(run_shell("cmp -n 1048576 out /dev/zero && stat -c %%s out"), 0);
    assert_string_equal(output, "1048576\n");
    assert_int_equal(run_bdev("get raw out --size 0"), 0);
    assert_int_equal(run_shell("stat -c %%s out"), 0);
    assert_string_equal(output, "0\n");
    /* The other container is another device. */
    assert_int_equal(run_bdev("get raw out --container 1"), 0);
    assert_int_equal(run_shell("cmp -n 20971520 out /dev/zero"), 0);
}

/* What is zeros takes no room on either side. */
static void holes_stay_holes(void **state)
{
    (void)state;
    assert_int_equal(run_shell("truncate -s 4M in && head -c 300000 /dev/urandom >>in && "
                               "truncate -s 20M in"),
                     0);
    assert_int_equal(run_bdev("put raw in"), 0);
    assert_says("put 20971520 bytes");
    assert_int_equal(run_bdev("stat raw --json"), 0);
    assert_true(chi_test_json_number(output, "bytes_written") <= MIB);
    assert_int_equal(run_bdev("get raw out"), 0);
    assert_says("got 20971520 bytes");
    assert_int_equal(run_shell("cmp in out"), 0);
    assert_int_equal(run_shell("test $(stat -c %%b out) -lt $((8 << 11))"), 0);
    assert_int_equal(run_bdev("stat raw --json"), 0);
    assert_true(chi_test_json_number(output, "bytes_read") < 8 * MIB);
    /* A pipe gets the zeros, and so does a file that is not begun anew. */
    assert_int_equal(run_bdev("get raw - | cmp - in"), 0);
    assert_int_equal(run_shell("head -c 21000000 /dev/urandom >out"), 0);
    assert_int_equal(run_bdev("get raw - 1<>out"), 0);
    assert_int_equal(run_shell("cmp -n 20971520 in out && stat -c %%s out"), 0);
    assert_string_equal(output, "21000000\n");
    assert_int_equal(run_bdev("get raw out --offset 4194305 --size 15MB"), 0);
    assert_int_equal(run_shell("tail -c +4194306 in | cmp -n 15728640 - out && stat -c %%s out"),
                     0);
    assert_string_equal(output, "15728640\n");
    /* Zeros replace what was there. */
    assert_int_equal(run_shell("head -c 3000000 /dev/zero >in"), 0);
    assert_int_equal(run_bdev("put raw in --offset 4000001"), 0);
    assert_int_equal(run_bdev("get raw out --offset 4000001 --size 3000000"), 0);
    assert_int_equal(run_shell("cmp in out"), 0);
}

static void pipes_will_do_for_files(void **state)
{
    (void)state;
    assert_int_equal(run_shell("head -c 3000001 /dev/urandom >in"), 0);
    assert_int_equal(chi_test_run(output,
                                  "cd %s && (head -c 1000 in; tail -c +1001 in) | "
                                  "%s/chimaera bdev put 2.0 - --container 1",
                                  daemon_of_test->dir, CHI_TEST_BIN),
                     0);
    assert_int_equal(run_bdev("get 2 - --container 1 --size 3000001 | cmp - in"), 0);
    assert_string_equal(output, "");
}

static void the_file_that_a_pool_lies_on_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(run_shell("head -c 300000 /dev/urandom >in && cp in out"), 0);
    assert_int_equal(run_shell("flock -n out -c true"), 0);
    assert_int_equal(chi_test_run(output,
                                  "cd %s && flock -n out %s/chimaera bdev get raw out --size 1MB",
                                  daemon_of_test->dir, CHI_TEST_BIN),
                     1); /* locked as by a pool */
    assert_says("out is in use");
    assert_int_equal(run_shell("cmp in out"), 0);
}

static void closed_standard_descriptors_are_an_error(void **state)
{
    (void)state;
    assert_int_equal(run_bdev("put raw - <&-"), 1);
    assert_says("Bad file descriptor");
    assert_int_equal(run_bdev("get raw - 2>&1 >&-"), 1);
    assert_says("Bad file descriptor");
    assert_int_equal(run_bdev("ls >/dev/full"), 1);
    assert_says("cannot write to standard output: No space left");
    assert_int_equal(run_bdev("stat raw 2>&1 >&-"), 1);
    assert_int_equal(run_bdev("put --help"), 0);
    assert_says("Usage");
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run_shell("head -c 2097153 /dev/urandom >in"), 0);
    assert_int_equal(run_bdev("put raw in --offset 18MB"), 1);
    assert_says("in has 2097153 bytes; pool raw has only 2097152");
    assert_int_equal(run_bdev("get raw - --offset 18MB | cmp -n 2097152 - /dev/zero"), 0);
    assert_int_equal(run_bdev("put raw - --offset 18MB <in | cat"), 0); /* cat's status */
    assert_int_equal(chi_test_run(output,
                                  "cd %s && cat in | %s/chimaera bdev put raw - --offset 18MB",
                                  daemon_of_test->dir, CHI_TEST_BIN),
                     1);
    assert_says("larger than the rest of the device");
    assert_int_equal(run_bdev("get raw out --offset 21MB"), 1);
    assert_says("ends at 20971520");
    assert_int_equal(run_bdev("get raw out --offset 1 --size 20MB"), 1);
    assert_int_equal(run_bdev("get raw /dev/full --size 4096"), 1);
    assert_says("No space left");
    assert_int_equal(run_bdev("put raw absent"), 1);
    assert_says("absent: No such file");
    assert_int_equal(run_shell("test -e out"), 1);
}

static void mistakes_about_pools_are_told(void **state)
{
    (void)state;
    assert_int_equal(run_bdev("stat nope"), 1);
    assert_says("there is no pool \"nope\"");
    assert_int_equal(run_bdev("stat 77.7"), 1);
    assert_says("there is no pool 77.7");
    assert_int_equal(run_bdev("stat 1.0"), 1);
    assert_says("chimaera_admin");
    assert_int_equal(run_bdev("stat raw --container 2"), 1);
    assert_says("container");
    assert_int_equal(run_bdev("get 3 out"), 1);
    assert_says("mode raw");
}

static void ls_and_stat_show_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(run_bdev("ls"), 0);
    assert_says("2        ram   raw     -            40 MiB          -  raw\n");
    assert_says("3        ram   blocks  -           1.0 MiB    1.0 MiB  odd \"one\" \\\n");
    assert_null(strstr(output, "admin"));
    assert_int_equal(run_bdev("ls --json | python3 -m json.tool --compact"), 0);
    assert_says("{\"id\":\"3.0\",\"name\":\"odd \\\"one\\\" \\\\\",\"type\":\"ram\",\"mode\":"
                "\"blocks\",\"engine\":\"-\",\"containers\":1,\"size\":1048576,"
                "\"remaining\":1048576}");
    assert_int_equal(run_shell("head -c 8192 /dev/urandom >in"), 0);
    assert_int_equal(run_bdev("put raw in"), 0);
    assert_int_equal(run_bdev("stat raw"), 0);
    assert_says("size       20 MiB (20971520 bytes)");
    assert_says("1 flushes");
    assert_int_equal(run_bdev("stat raw --json"), 0);
    assert_int_equal((int)chi_test_json_number(output, "bytes_written"), 8192);
    assert_int_equal((int)chi_test_json_number(output, "writes"), 1);
    assert_int_equal(run_bdev("stat raw --json | python3 -m json.tool"), 0);
    assert_int_equal(run_bdev("stat 3.0"), 0);
    assert_says("remaining  1.0 MiB in units of 4096 bytes, 0 blocks allocated");
}

static void a_wrong_command_line_is_exit_status_2(void **state)
{
    static const char *const wrong[] = {"",
                                        "ls surplus",
                                        "ls --container 1",
                                        "stat",
                                        "stat raw surplus",
                                        "stat raw --offset 1",
                                        "stat raw --container x",
                                        "stat raw --container 4294967296",
                                        "put raw",
                                        "put raw in --size 3",
                                        "put raw in --json",
                                        "put raw in --offset -1",
                                        "put raw in --offset",
                                        "get raw out --size 1Q",
                                        "get raw out surplus"};
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int status = run_bdev("%s", wrong[i]);
        if (status != 2)
            fail_msg("\"chimaera bdev %s\" ended with %d: %s", wrong[i], status, output);
    }
    assert_int_equal(run_bdev("lss"), 2);
    assert_says("did you mean \"ls\"?");
    assert_int_equal(chi_test_run(output, "%s/chimaera bdve", CHI_TEST_BIN), 2);
    assert_says("did you mean \"bdev\"?");
    assert_int_equal(run_bdev("help"), 0);
    assert_says("put POOL FILE");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(files_go_in_and_come_out),
        TEST(holes_stay_holes),
        TEST(pipes_will_do_for_files),
        TEST(the_file_that_a_pool_lies_on_is_left_alone),
        TEST(closed_standard_descriptors_are_an_error),
        TEST(what_does_not_fit_is_refused),
        TEST(mistakes_about_pools_are_told),
        TEST(ls_and_stat_show_what_is_there),
        TEST(a_wrong_command_line_is_exit_status_2),
    };
    return cmocka_run_group_tests_name("command bdev", tests, NULL, NULL);
}
