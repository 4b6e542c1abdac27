/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A daemon with a file device, killed at any moment and started again: what a flush has said to be
 * durable is there, with its content, and belongs to one block only.
 */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"

#define HERE   chi_pool_query_local()
#define SIZE   ((uint64_t)8 << 20)
#define BLOCKS 2048u
#define KILLS  8u

enum state {
    GONE,
    NEW,     /* allocated and written; no flush since */
    DURABLE, /* a flush that began later has succeeded */
    FREED,   /* no flush since: may be there or not */
};

struct owned {
    struct chimaera_bdev_block block;
    enum state state;
    uint8_t stamp;
};

static struct owned owned[BLOCKS];
static struct chimaera_bdev_client disk;
static struct chi_buffer buffer;
static uint64_t seed = 88172645463325252u;

static uint64_t pick(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

struct killer {
    pid_t pid;
    long after_ns;
};

static void *kill_later(void *argument)
{
    const struct killer *killer = argument;
    struct timespec pause = {.tv_nsec = killer->after_ns};
    nanosleep(&pause, NULL);
    kill(killer->pid, SIGKILL);
    return NULL;
}

/* Whether the daemon is still there. */
static bool lives(int rc)
{
    if (rc != CHI_ERUNTIME_DOWN && rc != CHI_ENOTATTACHED)
        assert_int_equal(rc, 0);
    return rc == 0;
}

static bool add_one(void)
{
    struct owned *free_place = NULL;
    for (unsigned i = 0; i < BLOCKS && free_place == NULL; i++)
        if (owned[i].state == GONE)
            free_place = &owned[i];
    if (free_place == NULL)
        return true;
    size_t count = 1;
    int rc = chimaera_bdev_allocate_blocks(&disk, HERE, 4096 * (1 + pick(4)), &free_place->block,
                                           &count);
    if (rc == -ENOSPC || rc == -ENOBUFS)
        return true;
    if (!lives(rc))
        return false;
    free_place->stamp = (uint8_t)(1 + pick(255));
    struct chi_buffer data = chi_buffer_slice(&buffer, 0, free_place->block.size);
    memset(chi_buffer_data(&data), free_place->stamp, data.size);
    if (!lives(chimaera_bdev_write(&disk, HERE, &free_place->block, 1, &data)))
        return false;
    free_place->state = NEW;
    return true;
}

static bool free_one(void)
{
    struct owned *one = &owned[pick(BLOCKS)];
    if (one->state != DURABLE && one->state != NEW)
        return true;
    /* Blocks being freed as the daemon dies may be freed or not. */
    one->state = FREED;
    return lives(chimaera_bdev_free_blocks(&disk, HERE, &one->block, 1));
}

static bool flush(void)
{
    if (!lives(chimaera_bdev_flush(&disk, HERE)))
        return false;
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (owned[i].state == NEW)
            owned[i].state = DURABLE;
        else if (owned[i].state == FREED)
            owned[i].state = GONE;
    }
    return true;
}

static void use_until_killed(void)
{
    bool there = true;
    while (there) {
        for (unsigned i = pick(12); there && i > 0; i--)
            there = pick(5) < 3 ? add_one() : free_one();
        there = there && flush();
    }
}

/* Everything durable is there, as it was. Those in doubt are given up: they stay allocated. */
static uint64_t check_durable(void)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (owned[i].state != DURABLE) {
            owned[i].state = GONE;
            continue;
        }
        struct chi_buffer data = chi_buffer_slice(&buffer, 0, owned[i].block.size);
        assert_int_equal(chimaera_bdev_read(&disk, HERE, &owned[i].block, 1, &data), 0);
        for (uint64_t b = 0; b < data.size; b++)
            assert_int_equal(((uint8_t *)chi_buffer_data(&data))[b], owned[i].stamp);
        bytes += data.size;
    }
    return bytes;
}

static void attach(const char *path, enum chimaera_bdev_engine engine)
{
    const struct chimaera_bdev_options options = {.engine = engine};
    assert_int_equal(chi_client_init(), 0);
    int rc = chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, SIZE, 0, 0, &options);
    if (rc != 0)
        fail_msg("%s", chi_last_error());
    assert_int_equal(chi_buffer_alloc(16384, &buffer), 0);
}

static void survive(enum chimaera_bdev_engine engine)
{
    struct chi_test_daemon daemon;
    struct chimaera_bdev_stats stats;
    char folder[] = "/tmp/chi_bdev_XXXXXX", path[64];

    memset(owned, 0, sizeof owned);
    chi_test_watchdog(600);
    chi_test_daemon_prepare(&daemon);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/device", folder);
    /* On a crowded machine it may take longer until something is durable. */
    uint64_t durable = 0;
    for (unsigned i = 0; i < KILLS || (durable == 0 && i < 12 * KILLS); i++) {
        pthread_t thread;
        chi_test_daemon_start(&daemon, CHI_TEST_TWO_WORKERS);
        attach(path, engine);
        durable = check_durable();
        struct killer killer = {.pid = daemon.pid,
                                .after_ns = (long)(pick(80) * (1 + i / KILLS) * 1000000)};
        assert_int_equal(pthread_create(&thread, NULL, kill_later, &killer), 0);
        use_until_killed();
        pthread_join(thread, NULL);
        chi_client_fini();
        chi_test_daemon_kill(&daemon);
    }
    chi_test_daemon_start(&daemon, CHI_TEST_TWO_WORKERS);
    attach(path, engine);
    durable = check_durable();
    assert_true(durable > 0);
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &stats), 0);
    assert_true(stats.remaining + durable <= stats.total);
    for (unsigned i = 0; i < BLOCKS; i++) /* each is one block, owned once */
        if (owned[i].state == DURABLE)
            assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &owned[i].block, 1), 0);
    uint64_t before = stats.remaining;
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &stats), 0);
    assert_int_equal(stats.remaining, before + durable);
    chi_buffer_free(&buffer);
    chi_client_fini();
    assert_int_equal(chi_test_daemon_stop(&daemon), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    chi_test_daemon_finish(&daemon);
}

static void a_killed_daemon_loses_nothing_durable(void **state)
{
    (void)state;
    survive(CHIMAERA_BDEV_ENGINE_AUTO);
}

static void nor_does_one_with_threads(void **state)
{
    (void)state;
    survive(CHIMAERA_BDEV_ENGINE_THREADS);
}

/* An orderly stop flushes by itself. */
static void a_stopped_daemon_loses_nothing(void **state)
{
    (void)state;
    struct chi_test_daemon daemon;
    struct chimaera_bdev_block block;
    struct chimaera_bdev_stats stats;
    char folder[] = "/tmp/chi_bdev_XXXXXX", path[64];
    size_t count = 1;

    chi_test_watchdog(600);
    chi_test_daemon_prepare(&daemon);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/device", folder);
    chi_test_daemon_start(&daemon, CHI_TEST_TWO_WORKERS);
    attach(path, CHIMAERA_BDEV_ENGINE_AUTO);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, 8192, &block, &count), 0);
    chi_client_fini();
    assert_int_equal(chi_test_daemon_stop(&daemon), 0);
    chi_test_daemon_start(&daemon, CHI_TEST_TWO_WORKERS);
    attach(path, CHIMAERA_BDEV_ENGINE_AUTO);
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &stats), 0);
    assert_int_equal(stats.allocated_blocks, 1);
    assert_int_equal(chimaera_bdev_free_blocks(&disk, HERE, &block, 1), 0);
    chi_client_fini();
    assert_int_equal(chi_test_daemon_stop(&daemon), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    chi_test_daemon_finish(&daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_daemon_loses_nothing_durable),
        cmocka_unit_test(nor_does_one_with_threads),
        cmocka_unit_test(a_stopped_daemon_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
