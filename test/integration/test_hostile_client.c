/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients that write what they please wherever they may: lanes, bells, tasks, the control socket,
 * the length of a segment. After each the daemon serves a well-behaved client.
 */
#include "support/cmocka_all.h"

#include <chimaera/chimaera.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "lane/bell.h"
#include "lane/ingress_lane.h"
#include "shm/extents.h"
#include "support/daemon.h"
#include "support/process.h"
#include "support/raw_client.h"

static chi_pool_id_t pool;
static struct chi_test_raw raw;

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_ONE_WORKER);
    assert_int_equal(chi_client_init(), 0);
    assert_int_equal(test_probe_create("probe", 2, &pool), 0);
    chi_client_fini();
    chi_test_raw_attach(&raw);
    return 0;
}

/* A client in a process of its own attaches, works and detaches. */
static int work(void *argument)
{
    (void)argument;
    if (chi_client_init() < 0)
        return 1;
    for (int i = 0; i < 100; i++) {
        struct test_probe_big_output_task *task =
            CHI_TASK_NEW(test_probe_big_output, pool, chi_pool_query_local());
        if (task == NULL)
            return 2;
        task->size = 5000;
        if (chi_task_enqueue(&task->base) != 0 || chi_task_wait(&task->base) != 0 ||
            chi_string_size(&task->bytes) != 5000 ||
            (unsigned char)chi_string_view(&task->bytes).data[100] != (unsigned char)700)
            return 3;
        chi_task_del(&task->base);
    }
    chi_client_fini();
    return 0;
}

static void assert_others_work(void)
{
    assert_int_equal(chi_test_in_child(work, NULL), 0);
}

static int teardown(void **state)
{
    assert_others_work();
    chi_test_raw_detach(&raw);
    assert_others_work();
    return chi_test_daemon_teardown(state);
}

/* A good task behind the bad ones: when it is done they have been dealt with. */
static void pass_a_good_task(void)
{
    uint64_t offset;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    struct chi_task *task =
        chi_test_raw_task(&raw, offset, sizeof(*task), TEST_PROBE_METHOD_NOP, pool);
    chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
    assert_int_equal(chi_test_raw_wait(task), 0);
}

static uint64_t refused(void)
{
    struct chi_test_status status;
    assert_int_equal(chi_test_status_get(&status), 0);
    return status.refused;
}

static void garbage_offsets_in_a_lane_are_refused_and_counted(void **state)
{
    static const uint64_t items[] = {
        1,                    /* the header's unit */
        (16u << 20) / 64 - 1, /* nobody's */
        (16u << 20) / 64,     /* just behind the segment */
        CHI_LANE_ITEM_MASK & ~CHI_LANE_RETURN_BIT,
        0x123456789,
    };
    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        chi_test_raw_push(&raw, items[i]);
    pass_a_good_task();
    assert_int_equal(refused(), sizeof(items) / sizeof(items[0]));
}

static void outputs_that_were_never_lent_are_refused_and_counted(void **state)
{
    static const uint64_t items[] = {0, 1, 1024, (32u << 20) / 64, CHI_LANE_RETURN_BIT - 1};
    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        chi_test_raw_push(&raw, CHI_LANE_RETURN_BIT | items[i]);
    pass_a_good_task();
    assert_int_equal(refused(), sizeof(items) / sizeof(items[0]));
}

/* Runs a big_output of `size` bytes at `offset` and returns its task. */
static struct test_probe_big_output_task *lend(uint64_t offset, uint64_t size)
{
    struct test_probe_big_output_task *task =
        chi_test_raw_task(&raw, offset, sizeof(*task), TEST_PROBE_METHOD_BIG_OUTPUT, pool);
    task->size = size;
    chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
    assert_int_equal(chi_test_raw_wait(&task->base), 0);
    assert_int_equal(chi_shm_segment(task->bytes.bytes.lent), CHI_SEGMENT_RUNTIME_DATA);
    return task;
}

static void an_output_given_back_twice_is_refused_the_second_time(void **state)
{
    uint64_t offset;
    struct chi_test_status status;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    struct test_probe_big_output_task *task = lend(offset, 3000);
    uint64_t item = chi_shm_offset(task->bytes.bytes.lent) / CHI_CACHE_LINE | CHI_LANE_RETURN_BIT;
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_true(status.client_lent >= 3000);
    chi_test_raw_push(&raw, item);
    chi_test_raw_push(&raw, item);
    chi_test_raw_push(&raw, item + 1); /* into the middle of it */
    pass_a_good_task();
    assert_int_equal(refused(), 2);
    assert_int_equal(chi_test_status_get(&status), 0);
    assert_int_equal(status.client_lent, 0);
    assert_int_equal(status.lent, 0);
}

static void an_output_lent_to_another_client_is_refused(void **state)
{
    struct chi_test_raw other;
    uint64_t offset;
    struct chi_test_status status;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    struct test_probe_big_output_task *task = lend(offset, 3000);
    chi_test_raw_attach(&other);
    chi_test_raw_push(&other, chi_shm_offset(task->bytes.bytes.lent) / CHI_CACHE_LINE |
                                  CHI_LANE_RETURN_BIT);
    do {
        assert_int_equal(chi_test_status_get(&status), 0);
    } while (status.refused == 0); /* the watchdog ends it */
    assert_int_equal(status.refused, 1);
    assert_true(status.client_lent >= 3000);
    chi_test_raw_detach(&other);
}

static void a_client_that_never_gives_outputs_back_loses_them_with_its_slot(void **state)
{
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    for (int i = 0; i < 50; i++)
        lend(offset, 100000);
} /* teardown sees nothing lent after the detach */

static void outputs_that_nobody_returns_end_at_the_clients_share(void **state)
{
    uint64_t offset;
    int rc = 0;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    for (int i = 0; i < 64 && rc == 0; i++) { /* 64 MB of 32 */
        struct test_probe_big_output_task *task =
            chi_test_raw_task(&raw, offset, sizeof(*task), TEST_PROBE_METHOD_BIG_OUTPUT, pool);
        task->size = 1u << 20;
        chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
        rc = chi_test_raw_wait(&task->base);
        if (rc < 0)
            assert_int_equal(chi_string_size(&task->bytes), 0);
    }
    assert_int_equal(rc, CHI_EQUOTA);
}

static void one_task_pushed_many_times_harms_nobody(void **state)
{
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    struct test_probe_big_output_task *task =
        chi_test_raw_task(&raw, offset, sizeof(*task), TEST_PROBE_METHOD_BIG_OUTPUT, pool);
    task->size = 3000;
    for (int i = 0; i < 5000; i++)
        chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
    pass_a_good_task();
}

static void a_task_that_overlaps_the_end_of_a_grant_is_refused(void **state)
{
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    uint64_t last = offset + CHI_EXTENT_UNIT - CHI_CACHE_LINE;
    struct chi_task *task =
        chi_test_raw_task(&raw, last, sizeof(*task), TEST_PROBE_METHOD_NOP, pool);
    task->size = 4096; /* the rest is not this client's */
    chi_test_raw_push(&raw, last / CHI_CACHE_LINE);
    assert_int_equal(chi_test_raw_wait(task), CHI_EBADTASK);
}

static void random_words_in_lane_and_bell_harm_nobody(void **state)
{
    unsigned seed = 4711;
    uint64_t words = 1ull << raw.attached.depth_log2;
    (void)state;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 50; i++) {
            uint64_t value = (uint64_t)rand_r(&seed) << 33 ^ (uint64_t)rand_r(&seed) << 11 ^
                             (uint64_t)rand_r(&seed);
            atomic_store(&raw.lane->words[(uint64_t)rand_r(&seed) % words], value);
        }
        atomic_store(&raw.lane->tail, (uint64_t)rand_r(&seed) << 20);
        atomic_store(&raw.lane->armed, (uint32_t)rand_r(&seed) % 3);
        raw.lane->depth_log2 = (uint32_t)rand_r(&seed);
        raw.lane->worker = (uint32_t)rand_r(&seed);
        raw.lane->number = (uint32_t)rand_r(&seed);
        for (uint32_t i = 0; i < CHI_RUNG_WORDS; i++)
            atomic_fetch_or(&raw.bells[0].rung[i], (uint64_t)rand_r(&seed) << 32);
        atomic_store(&raw.bells[0].summary, UINT64_MAX);
        chi_eventfd_wake(raw.worker_fd[0]);
        if (round % 50 == 0)
            assert_others_work();
    }
}

static void every_word_of_a_task_can_be_garbage(void **state)
{
    unsigned seed = 1;
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    for (int round = 0; round < 3000; round++) {
        struct test_probe_echo_task *task =
            chi_test_raw_task(&raw, offset, sizeof(*task), TEST_PROBE_METHOD_ECHO, pool);
        uint32_t *words = (void *)task;
        for (int i = 0; i < 3; i++) {
            uint32_t at = 1 + (uint32_t)rand_r(&seed) % (sizeof(*task) / 4 - 1);
            words[at] = (uint32_t)rand_r(&seed) << (rand_r(&seed) % 24);
        }
        chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
        chi_test_raw_wait(&task->base); /* any code, but it ends */
    }
}

static void a_task_that_changes_while_it_is_taken_in_harms_nobody(void **state)
{
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 2, &offset), 0);
    for (int round = 0; round < 2000; round++) {
        struct test_probe_echo_task *task =
            chi_test_raw_task(&raw, offset, sizeof(*task), TEST_PROBE_METHOD_ECHO, pool);
        struct chi_bytes *bytes = &task->in_string.bytes;
        bytes->size = 3000;
        bytes->capacity = 4096;
        bytes->own = chi_shm_ptr(CHI_SEGMENT_MAIN, offset + CHI_EXTENT_UNIT);
        chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
        for (uint32_t i = 0; !((atomic_load(&task->base.state)) & CHI_TASK_DONE); i++) {
            __atomic_store_n(&bytes->size, i % 2 ? 3000 : UINT32_MAX - 1, __ATOMIC_RELAXED);
            __atomic_store_n(&bytes->capacity, i % 3 ? 4096 : UINT32_MAX, __ATOMIC_RELAXED);
            __atomic_store_n(&task->base.size, i % 2 ? sizeof(*task) : 4096, __ATOMIC_RELAXED);
        }
    }
}

/* ---- control socket */

static void garbage_on_the_control_socket_ends_that_connection(void **state)
{
    char garbage[4096];
    (void)state;
    for (size_t size = 1; size <= sizeof(garbage); size = size * 3 + 1) {
        int fd = chi_test_raw_connect();
        memset(garbage, (int)size, sizeof(garbage));
        assert_int_equal(send(fd, garbage, size, MSG_NOSIGNAL), size);
        char answer[64];
        ssize_t got = recv(fd, answer, sizeof(answer), 0);
        /* Only one of the right size is answered, with an error. */
        assert_true(size == sizeof(struct chi_control_request) ? got > 0 : got <= 0);
        close(fd);
    }
}

static int request(int fd, uint32_t type, uint32_t segment, uint32_t first, uint32_t units)
{
    struct chi_control_request message = {.magic = CHI_CONTROL_MAGIC,
                                          .type = type,
                                          .abi = CHI_LAYOUT_ABI,
                                          .segment = segment,
                                          .first = first,
                                          .units = units};
    return chi_test_raw_request(fd, &message, NULL);
}

static void each_wrong_request_has_its_code(void **state)
{
    struct chi_control_request message = {.magic = 1, .type = CHI_CONTROL_STATUS};
    int fd = chi_test_raw_connect();
    (void)state;
    assert_int_equal(chi_test_raw_request(fd, &message, NULL), CHI_EPROTOCOL);
    assert_int_equal(request(fd, 99, 0, 0, 0), CHI_EPROTOCOL);
    assert_int_equal(request(fd, CHI_CONTROL_GRANT, 0, 0, 1), CHI_ENOTATTACHED);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, 0, 0, 1), CHI_ENOTATTACHED);
    message = (struct chi_control_request){
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_ATTACH, .abi = CHI_LAYOUT_ABI + 1};
    assert_int_equal(chi_test_raw_request(fd, &message, NULL), CHI_EABI);
    close(fd);

    fd = raw.control;
    assert_int_equal(request(fd, CHI_CONTROL_ATTACH, 0, 0, 0), CHI_EPROTOCOL); /* twice */
    assert_int_equal(request(fd, CHI_CONTROL_GRANT, CHI_SEGMENT_MAIN, 0, 0), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_GRANT, CHI_SEGMENT_RUNTIME_DATA, 0, 1), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_GRANT, 17, 0, 1), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_GRANT, CHI_SEGMENT_MAIN, 0, UINT32_MAX), -ENOMEM);
}

static void memory_that_is_not_the_clients_cannot_be_released(void **state)
{
    uint32_t lane_unit = (uint32_t)(raw.attached.lane_offset[0] / CHI_EXTENT_UNIT);
    int fd = raw.control;
    uint64_t offset;
    (void)state;
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, lane_unit, 1), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, 0, 1), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, 0, UINT32_MAX), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, UINT32_MAX, 2), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, 200, 0), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_RUNTIME_DATA, 0, 1), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, UINT32_MAX, 0, 1), -EINVAL);
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 2, &offset), 0);
    uint32_t first = (uint32_t)(offset / CHI_EXTENT_UNIT);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, first, 1), 0);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, first, 1), -EINVAL);
    assert_int_equal(request(fd, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, first, 2), -EINVAL);
}

static void a_task_in_released_memory_is_refused(void **state)
{
    uint64_t offset;
    (void)state;
    assert_int_equal(chi_test_raw_grant(&raw, CHI_SEGMENT_MAIN, 1, &offset), 0);
    uint32_t first = (uint32_t)(offset / CHI_EXTENT_UNIT);
    chi_test_raw_task(&raw, offset, sizeof(struct chi_task), TEST_PROBE_METHOD_NOP, pool);
    assert_int_equal(request(raw.control, CHI_CONTROL_RELEASE, CHI_SEGMENT_MAIN, first, 1), 0);
    uint64_t before = refused();
    chi_test_raw_push(&raw, offset / CHI_CACHE_LINE);
    while (refused() == before) /* the watchdog ends it */
        sched_yield();
}

static double cpu_seconds_of_daemon(const struct chi_test_daemon *daemon)
{
    char path[64];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)daemon->pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %lu %lu",
                            &user, &system),
                     2);
    fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* As many connections as the daemon takes, then more. */
static void flood(struct chi_test_daemon *daemon)
{
    enum { CONNECTIONS = 2500 };
    static int fds[CONNECTIONS];
    struct rlimit limit;
    int open = 0;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (; open < CONNECTIONS; open++) {
        fds[open] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/chimaera.%s.sock", daemon->dir,
                 daemon->instance);
        if (fds[open] < 0)
            break;
        if (connect(fds[open], (struct sockaddr *)&address, sizeof(address)) < 0) {
            close(fds[open]); /* its backlog is full: it does not accept any more */
            break;
        }
    }
    /* It has some work to take them in; one that spins does not come to rest after that. */
    double used = 1;
    for (int i = 0; i < 20 && used > 0.2; i++) {
        double before = cpu_seconds_of_daemon(daemon);
        usleep(400000);
        used = cpu_seconds_of_daemon(daemon) - before;
    }
    for (int i = 0; i < open; i++)
        close(fds[i]);
    if (used > 0.2)
        fail_msg("%d open connections cost %.2f s of CPU in 0.4 s, again and again", open, used);
    assert_others_work();
}

static void a_flood_of_connections_neither_spins_nor_stays(void **state)
{
    flood(*state);
}

static void a_flood_on_a_daemon_short_of_descriptors_neither_spins_nor_stays(void **state)
{
    struct chi_test_daemon *daemon = *state;
    struct rlimit limit = {.rlim_cur = 64, .rlim_max = 64};
    assert_int_equal(prlimit(daemon->pid, RLIMIT_NOFILE, &limit, NULL), 0);
    flood(daemon);
}

/* ---- the length of a segment */

static void truncate_segment(struct chi_test_daemon *daemon, int segment)
{
    daemon->settles = false; /* which pages are backed is not known any more */
    assert_int_equal(ftruncate(raw.segment_fd[segment], 0), 0);
    close(raw.control);
    raw.control = chi_test_raw_connect();
    assert_true(raw.control >= 0);
    /* Who attaches while the segment is being repaired may be detached with all the others. */
    for (int i = 0; i < 3 && chi_test_in_child(work, NULL) != 0; i++)
        ;
    assert_others_work();
}

static void a_client_that_truncates_client_data_does_not_stop_the_daemon(void **state)
{
    truncate_segment(*state, CHI_SEGMENT_CLIENT_DATA);
}

static void a_client_that_truncates_main_does_not_stop_the_daemon(void **state)
{
    truncate_segment(*state, CHI_SEGMENT_MAIN);
}

static void a_client_cannot_change_runtime_data(void **state)
{
    (void)state;
    assert_int_equal(ftruncate(raw.segment_fd[CHI_SEGMENT_RUNTIME_DATA], 0), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(garbage_offsets_in_a_lane_are_refused_and_counted),
        TEST(outputs_that_were_never_lent_are_refused_and_counted),
        TEST(an_output_given_back_twice_is_refused_the_second_time),
        TEST(an_output_lent_to_another_client_is_refused),
        TEST(a_client_that_never_gives_outputs_back_loses_them_with_its_slot),
        TEST(outputs_that_nobody_returns_end_at_the_clients_share),
        TEST(one_task_pushed_many_times_harms_nobody),
        TEST(a_task_that_overlaps_the_end_of_a_grant_is_refused),
        TEST(random_words_in_lane_and_bell_harm_nobody),
        TEST(every_word_of_a_task_can_be_garbage),
        TEST(a_task_that_changes_while_it_is_taken_in_harms_nobody),
        TEST(garbage_on_the_control_socket_ends_that_connection),
        TEST(each_wrong_request_has_its_code),
        TEST(memory_that_is_not_the_clients_cannot_be_released),
        TEST(a_task_in_released_memory_is_refused),
        TEST(a_flood_of_connections_neither_spins_nor_stays),
        TEST(a_flood_on_a_daemon_short_of_descriptors_neither_spins_nor_stays),
        TEST(a_client_that_truncates_client_data_does_not_stop_the_daemon),
        TEST(a_client_that_truncates_main_does_not_stop_the_daemon),
        TEST(a_client_cannot_change_runtime_data),
    };
    return cmocka_run_group_tests_name("hostile client", tests, NULL, NULL);
}
