/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client memory registered with the rings of a file: the kernel uses its current pages, not those
 * of an earlier owner, and it is unregistered when its client ends.
 */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/kernel.h"
#include "support/process.h"

#define MIB    ((uint64_t)1 << 20)
#define HERE   chi_pool_query_local()
#define LARGE  (4 * MIB)
#define ROUNDS 6u
/* Room for an operation's memory in each of two rings; a round needs twice that. */
#define LOCKED (4 * MIB)

static char path[128];
static struct chimaera_bdev_client disk;

/* ---- helpers */

static int setup(void **state)
{
    int rc = chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    const struct chi_test_daemon *daemon = *state;
    snprintf(path, sizeof path, "%s/device", daemon->dir);
    return rc;
}

static int teardown(void **state)
{
    unlink(path);
    return chi_test_daemon_teardown(state);
}

static void begin(void)
{
    const struct chimaera_bdev_options raw = {.mode = CHIMAERA_BDEV_MODE_RAW};
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, 64 * MIB, 0, 0, &raw), 0);
}

static void end(void)
{
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
    chi_client_fini();
}

static struct chimaera_bdev_stats stats(void)
{
    struct chimaera_bdev_stats s;
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &s), 0);
    return s;
}

/* Whether there is anything to test. */
static bool registers(void)
{
    struct chi_buffer buffer = {0};
    assert_int_equal(chi_buffer_alloc(MIB, &buffer), 0);
    assert_int_equal(chimaera_bdev_raw_read(&disk, HERE, 0, &buffer), 0);
    chi_buffer_free(&buffer);
    if (stats().engine == CHIMAERA_BDEV_ENGINE_URING && chi_test_linux_at_least(5, 19)) {
        assert_true(stats().registered_operations > 0);
        return true;
    }
    print_message("skipped: no registered buffers here (no io_uring, or before Linux 5.19)\n");
    return false;
}

static uint64_t word(uint64_t seed, uint64_t i)
{
    return (seed + i) * 0x9E3779B97F4A7C15u;
}

static void fill(const struct chi_buffer *buffer, uint64_t seed)
{
    uint64_t *words = chi_buffer_data(buffer);
    for (uint64_t i = 0; i < buffer->size / sizeof *words; i++)
        words[i] = word(seed, i);
}

static bool holds(const struct chi_buffer *buffer, uint64_t seed)
{
    const uint64_t *words = chi_buffer_data(buffer);
    for (uint64_t i = 0; i < buffer->size / sizeof *words; i++)
        if (words[i] != word(seed, i))
            return false;
    return true;
}

/* Writes `seed` at `offset` from one buffer and reads it into another; 0, or what was wrong. */
static int write_and_read(uint64_t offset, size_t size, uint64_t seed)
{
    struct chi_buffer out = {0}, in = {0};
    int rc = chi_buffer_alloc(size, &out);
    if (rc == 0)
        rc = chi_buffer_alloc(size, &in);
    if (rc == 0) {
        fill(&out, seed);
        rc = chimaera_bdev_raw_write(&disk, HERE, offset, &out);
    }
    if (rc == 0)
        rc = chimaera_bdev_raw_read(&disk, HERE, offset, &in);
    if (rc == 0 && !holds(&in, seed))
        rc = -EBADMSG;
    chi_buffer_free(&out);
    chi_buffer_free(&in);
    return rc;
}

/* ---- tests */

/* Looks for what the one before wrote, then writes for the next. */
static int next_client(void *argument)
{
    uint64_t round = *(uint64_t *)argument;
    struct chi_buffer buffer = {0};
    if (chi_client_init() != 0 || chimaera_bdev_open(&disk, HERE, path) != 0 ||
        chi_buffer_alloc(LARGE, &buffer) != 0)
        return 1;
    memset(chi_buffer_data(&buffer), 0xee, LARGE);
    if (round > 0 &&
        (chimaera_bdev_raw_read(&disk, HERE, 0, &buffer) != 0 || !holds(&buffer, round - 1)))
        return 2;
    fill(&buffer, round);
    if (chimaera_bdev_raw_write(&disk, HERE, 0, &buffer) != 0)
        return 3;
    if (round % 2 == 0)
        _exit(0); /* dies with everything in hand */
    chi_buffer_free(&buffer);
    chi_client_fini();
    return 0;
}

static void memory_of_a_client_that_is_gone_is_let_go_of(void **state)
{
    (void)state;
    begin();
    if (registers()) {
        uint64_t before = stats().registered_bytes;
        for (uint64_t round = 0; round < ROUNDS; round++)
            assert_int_equal(chi_test_in_child(next_client, &round), 0);
        while (stats().registered_bytes > before)
            usleep(1000); /* the watchdog ends it */
    }
    end();
}

static void memory_that_was_returned_is_registered_again(void **state)
{
    (void)state;
    begin();
    if (registers()) {
        uint64_t before = stats().registered_operations;
        for (uint64_t round = 0; round < ROUNDS; round++)
            assert_int_equal(write_and_read(round * LARGE, LARGE + round * 65536, round), 0);
        assert_true(stats().registered_operations >= before + ROUNDS * 2 * LARGE / MIB);
        assert_int_equal(stats().bytes_bounced, 0);
    }
    end();
}

static atomic_bool stop;

/* Memory of its neighbours leaves all the time. */
static void *churn(void *argument)
{
    uint64_t number = (uint64_t)(uintptr_t)argument;
    unsigned seed = (unsigned)number;
    int rc = 0;
    for (uint64_t round = 0; rc == 0 && !atomic_load(&stop); round++) {
        size_t size = (size_t)(1 + rand_r(&seed) % 48) * 32768;
        rc = write_and_read(number * 8 * MIB + 4096 * (round % 64), size, number << 32 | round);
    }
    return (void *)(intptr_t)rc;
}

static void neighbours_that_leave_disturb_no_other_client(void **state)
{
    (void)state;
    begin();
    if (registers()) {
        pthread_t threads[3];
        atomic_store(&stop, false);
        for (uintptr_t i = 0; i < 3; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)), 0);
        for (uint64_t round = 0; round < 8; round++) {
            assert_int_equal(chi_test_in_child(next_client, &round), 0);
            usleep(50000); /* for their sake, not for an order */
        }
        atomic_store(&stop, true);
        for (int i = 0; i < 3; i++) {
            void *rc;
            assert_int_equal(pthread_join(threads[i], &rc), 0);
            assert_int_equal((intptr_t)rc, 0);
        }
        assert_int_equal(stats().errors, 0);
    }
    end();
}

/* So much may this process and its children lock, and no more. */
static bool limit_locked_memory(uint64_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    const uint32_t lock = 1u << CAP_IPC_LOCK, admin = 1u << CAP_SYS_RESOURCE;

    if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0 ||
        (geteuid() == 0 && (prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0) < 0 ||
                            prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0) < 0)) ||
        syscall(SYS_capget, &header, data) < 0)
        return false;
    data[0].effective &= ~(lock | admin);
    data[0].permitted &= ~(lock | admin);
    data[0].inheritable &= ~(lock | admin);
    return syscall(SYS_capset, &header, data) == 0;
}

static void where_little_may_be_locked_the_rest_goes_by_address(void **state)
{
    (void)state;
    begin();
    if (registers()) {
        uint64_t before = stats().registered_operations;
        for (uint64_t round = 0; round < ROUNDS; round++)
            assert_int_equal(write_and_read(round * LARGE, LARGE, round), 0);
        assert_in_range(stats().registered_bytes, 1, LOCKED);
        assert_true(stats().registered_operations > before); /* a part of what was too large */
        assert_true(stats().registered_operations < stats().operations);
    }
    end();
}

static int with_little_locked_memory(void *argument)
{
    (void)argument;
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        where_little_may_be_locked_the_rest_goes_by_address, setup, teardown)};
    if (!limit_locked_memory(LOCKED)) {
        printf("skipped: cannot limit the memory that may be locked (%s)\n", strerror(errno));
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_of_a_client_that_is_gone_is_let_go_of, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(memory_that_was_returned_is_registered_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(neighbours_that_leave_disturb_no_other_client, setup,
                                        teardown),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + chi_test_in_child(with_little_locked_memory, NULL);
}
