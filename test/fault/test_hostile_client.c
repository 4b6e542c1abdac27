/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clients that write whatever they like wherever they may: header, bells, lanes, tasks and data of
 * their own and of others, items that are no tasks, tasks that are nearly right and change while
 * they are read, requests that make no sense. The daemon lives, goes on answering, takes everything
 * back, serves whoever attaches afterwards, and stops cleanly.
 *
 * A bystander, a client of the same user, may fail meanwhile: that is promised to nobody. 5
 * seconds, 60 with CHI_TEST_FULL=1; CHI_TEST_SEED repeats the choices, not their timing.
 */
#include "by_hand.h"
#include "harness.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chimaera/bdev/bdev_client.h"
#include "chimaera/chimaera.h"
#include "chimaera/MOD_NAME/MOD_NAME_client.h"
#include "lane/bell.h"
#include "lane/ingress_lane.h"

#define HOSTILES   3u
#define RESTART_MS 400u

/* ---- what it does */

/* As the first was told, before anybody wrote anything. */
static uint64_t bells_offset;

static struct chi_shm_bell *bells_of(const struct by_hand *self)
{
    return (void *)(self->segment[CHI_SEGMENT_MAIN] + bells_offset);
}

static uint64_t pick(uint64_t *seed, uint64_t below)
{
    return fault_random(seed) % below;
}

/* A number that some check may have forgotten. */
static uint64_t odd_number(uint64_t *seed)
{
    static const uint64_t odd[] = {
        0,    1,     23,    24,         63,         64,         4095,       4096,
        4097, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, UINT64_MAX, UINT64_MAX - 63};
    if (pick(seed, 3) != 0)
        return odd[pick(seed, sizeof(odd) / sizeof(odd[0]))];
    return fault_random(seed) >> pick(seed, 64);
}

static void scribble(unsigned char *base, uint64_t size, uint64_t *seed)
{
    unsigned char bytes[256];
    size_t count = 1 + pick(seed, sizeof(bytes));
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)fault_random(seed);
    memcpy(base + pick(seed, size - count), bytes, count);
}

/* Where the lane's reader will accept an item: found by looking, as its position is not ours. */
static void push_item(struct by_hand *self, uint64_t item, uint64_t *seed)
{
    uint32_t which = (uint32_t)pick(seed, self->reply.lane_count);
    uint32_t depth_log2 = self->reply.depth_log2;
    struct chi_shm_lane *lane =
        (void *)(self->segment[CHI_SEGMENT_MAIN] + self->reply.lane_offset[which]);
    if (pick(seed, 50) != 0) {
        /* As the protocol wants it, but for a tail that somebody may have overwritten. */
        uint64_t position = atomic_load(&lane->tail);
        uint64_t mask = (UINT64_C(1) << depth_log2) - 1;
        for (uint64_t i = 0; i <= mask; i++, position++) {
            uint64_t empty = chi_lane_word(position, depth_log2, 0);
            if (atomic_compare_exchange_strong(&lane->words[position & mask], &empty,
                                               empty | item)) {
                atomic_store(&lane->tail, position + 1);
                break;
            }
        }
    } else {
        atomic_store(&lane->words[pick(seed, UINT64_C(1) << depth_log2)], fault_random(seed));
    }
    chi_bell_ring(&bells_of(self)[self->reply.lane_worker[which]], lane,
                  self->reply.lane_number[which],
                  self->fds[CHI_SEGMENT_COUNT + 1 + self->reply.lane_worker[which]]);
}

static uint64_t random_position(struct by_hand *self, uint64_t *seed)
{
    uint32_t segment = (uint32_t)pick(seed, 3);
    uint64_t offset = self->granted[segment] + pick(seed, (uint64_t)BY_HAND_UNITS * BY_HAND_UNIT);
    if (pick(seed, 6) == 0)
        return fault_random(seed);
    if (pick(seed, 6) == 0)
        offset = odd_number(seed) & CHI_SHM_OFFSET_MASK;
    return chi_shm_ptr((enum chi_segment)segment, offset & ~(uint64_t)(pick(seed, 2) * 63));
}

static void make_bytes(struct by_hand *self, struct chi_bytes *bytes, uint64_t *seed)
{
    memset(bytes, (int)pick(seed, 3), sizeof(*bytes));
    bytes->size = (uint32_t)(pick(seed, 2) == 0 ? pick(seed, 64) * 16 : odd_number(seed));
    bytes->capacity =
        (uint32_t)(pick(seed, 2) == 0 ? bytes->size + pick(seed, 20) : odd_number(seed));
    bytes->own = random_position(self, seed);
    bytes->lent = pick(seed, 4) == 0 ? random_position(self, seed) : 0;
}

/* A task that is right but for what chance makes wrong; returns its size. */
static size_t make_task(struct by_hand *self, unsigned char *at, uint64_t *seed)
{
    static const struct {
        uint32_t pool, method;
        size_t size;
    } kinds[] = {
        {7000, CHIMAERA_MOD_NAME_METHOD_CUSTOM, sizeof(struct chimaera_MOD_NAME_custom_task)},
        {7001, CHIMAERA_BDEV_METHOD_ALLOCATE_BLOCKS,
         sizeof(struct chimaera_bdev_allocate_blocks_task)},
        {7001, CHIMAERA_BDEV_METHOD_FREE_BLOCKS, sizeof(struct chimaera_bdev_free_blocks_task)},
        {7001, CHIMAERA_BDEV_METHOD_WRITE, sizeof(struct chimaera_bdev_write_task)},
        {7001, CHIMAERA_BDEV_METHOD_READ, sizeof(struct chimaera_bdev_read_task)},
        {7001, CHIMAERA_BDEV_METHOD_GET_STATS, sizeof(struct chimaera_bdev_get_stats_task)},
    };
    size_t kind = pick(seed, sizeof(kinds) / sizeof(kinds[0]));
    size_t size = kinds[kind].size;
    struct chi_task *task = (void *)at;

    for (size_t i = sizeof(*task); i < size; i++)
        at[i] = (unsigned char)(pick(seed, 4) == 0 ? fault_random(seed) : 0);
    *task = (struct chi_task){.state = CHI_TASK_QUEUED,
                              .magic = CHI_TASK_MAGIC,
                              .size = (uint16_t)size,
                              .method = kinds[kind].method,
                              .pool_id = CHI_POOL_ID(kinds[kind].pool, 0),
                              .pool_query = chi_pool_query_local()};
    atomic_fetch_or(&task->state, (uint32_t)pick(seed, 8) << 4); /* waiters that are not there */
    if (kinds[kind].method == CHIMAERA_MOD_NAME_METHOD_CUSTOM && kinds[kind].pool == 7000) {
        make_bytes(self, (void *)(at + sizeof(*task)), seed);
    } else if (kinds[kind].method == CHIMAERA_BDEV_METHOD_WRITE ||
               kinds[kind].method == CHIMAERA_BDEV_METHOD_READ ||
               kinds[kind].method == CHIMAERA_BDEV_METHOD_FREE_BLOCKS) {
        struct chi_bytes *blocks = (void *)(at + sizeof(*task));
        make_bytes(self, blocks, seed);
        if (pick(seed, 2) == 0) { /* one block, in the task itself */
            uint64_t block[2] = {pick(seed, 64) * 4096, 4096};
            blocks->size = sizeof(block);
            blocks->capacity = 0;
            blocks->lent = 0;
            memcpy(blocks->small, block, sizeof(block));
        }
        if (kinds[kind].method != CHIMAERA_BDEV_METHOD_FREE_BLOCKS) {
            struct chi_buffer *buffer = (void *)(blocks + 1);
            buffer->data = random_position(self, seed);
            buffer->size = pick(seed, 2) == 0 ? pick(seed, 8192) : odd_number(seed);
        }
    } else if (kinds[kind].method == CHIMAERA_BDEV_METHOD_ALLOCATE_BLOCKS) {
        uint64_t wanted = pick(seed, 2) == 0 ? pick(seed, 65536) : odd_number(seed);
        memcpy(at + sizeof(*task), &wanted, sizeof(wanted));
    }
    if (pick(seed, 8) == 0)
        task->size = (uint16_t)odd_number(seed);
    if (pick(seed, 8) == 0)
        task->method = (uint32_t)odd_number(seed);
    if (pick(seed, 8) == 0)
        task->pool_query.mode = (uint8_t)fault_random(seed);
    if (pick(seed, 8) == 0)
        at[pick(seed, size)] ^= (unsigned char)(1u << pick(seed, 8));
    /* Pools that end others' work are not a matter of memory: any client may ask for that. */
    if (task->pool_id.major < 7000)
        task->pool_id.major = 7000;
    return size;
}

static void submit(struct by_hand *self, uint64_t *seed)
{
    unsigned char *main_base = self->segment[CHI_SEGMENT_MAIN];
    uint64_t offset = self->granted[CHI_SEGMENT_MAIN] +
                      pick(seed, (uint64_t)BY_HAND_UNITS * BY_HAND_UNIT / 64) * 64;
    unsigned char task[CHI_TASK_MAX_SIZE] __attribute__((aligned(64)));
    size_t size = make_task(self, task, seed);
    uint64_t end = self->granted[CHI_SEGMENT_MAIN] + (uint64_t)BY_HAND_UNITS * BY_HAND_UNIT;

    if (offset + size <= end || pick(seed, 2) == 0)
        memcpy(main_base + offset, task, offset + size <= end ? size : 64);
    push_item(self, offset / 64, seed);
    for (unsigned i = 0; i < 4; i++) /* while the daemon reads it */
        main_base[offset + pick(seed, size)] = (unsigned char)fault_random(seed);
}

static void ask_nonsense(struct by_hand *self, uint64_t *seed)
{
    struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC,
        .type = (uint32_t)pick(seed, 6),
        .abi = CHI_LAYOUT_ABI,
        .segment = (uint32_t)(pick(seed, 2) == 0 ? pick(seed, 4) : odd_number(seed)),
        .first = (uint32_t)odd_number(seed),
        .units = (uint32_t)odd_number(seed)};
    static char answer[CHI_CONTROL_TEXT];
    if (request.type == CHI_CONTROL_GRANT)
        request.units %= 4; /* to take all there is harms others, as it may */
    if (pick(seed, 10) == 0)
        request.magic = (uint32_t)fault_random(seed);
    by_hand_ask(self, &request, pick(seed, 4) == 0 ? self->notify : -1);
    while (pick(seed, 4) != 0 && recv(self->socket, answer, sizeof(answer), MSG_DONTWAIT) > 0) {
    }
}

static void touch_bells(struct by_hand *self, uint64_t *seed)
{
    struct chi_shm_bell *bell = &bells_of(self)[pick(seed, self->reply.worker_count)];
    switch (pick(seed, 5)) {
    case 0:
        atomic_store(&bell->rung[pick(seed, CHI_RUNG_WORDS)], fault_random(seed));
        break;
    case 1:
        atomic_store(&bell->summary, fault_random(seed));
        break;
    case 2:
        atomic_store(&bell->sleeping, (uint32_t)fault_random(seed));
        break;
    case 3:
        chi_eventfd_wake(self->fds[CHI_SEGMENT_COUNT + 1 + pick(seed, self->reply.worker_count)]);
        break;
    default:
        scribble((unsigned char *)bells_of(self),
                 self->reply.worker_count * sizeof(struct chi_shm_bell), seed);
    }
}

static void do_harm(struct by_hand *self, uint64_t *seed)
{
    switch (pick(seed, 12)) {
    case 0:
        scribble(self->segment[CHI_SEGMENT_CLIENT_DATA],
                 self->reply.segment_size[CHI_SEGMENT_CLIENT_DATA], seed);
        break;
    case 1:
        scribble(self->segment[CHI_SEGMENT_MAIN] + self->granted[CHI_SEGMENT_MAIN],
                 (uint64_t)BY_HAND_UNITS * BY_HAND_UNIT, seed);
        break;
    case 2:
        touch_bells(self, seed);
        break;
    case 3:
        push_item(self, fault_random(seed) >> pick(seed, 64) & CHI_LANE_ITEM_MASK, seed);
        break;
    case 4:
        if (pick(seed, 20) == 0)
            ask_nonsense(self, seed);
        break;
    default:
        submit(self, seed);
    }
}

static void be_hostile(uint64_t seed)
{
    struct by_hand self;

    fault_child();
    if (!by_hand_attach(&self))
        _exit(0); /* another's doing; the next one may be luckier */
    for (;;) {
        /* What ends its own lane is rare: a hostile client without one can do little more. */
        switch (pick(&seed, 4000)) {
        case 0:
            scribble(self.segment[CHI_SEGMENT_MAIN], self.reply.segment_size[CHI_SEGMENT_MAIN],
                     &seed);
            break;
        case 1:
            scribble(self.segment[CHI_SEGMENT_MAIN], pick(&seed, 2) == 0 ? BY_HAND_UNIT : 1024,
                     &seed);
            break;
        case 2:
            scribble(self.segment[CHI_SEGMENT_MAIN] + self.reply.lane_offset[0], BY_HAND_UNIT,
                     &seed);
            break;
        default:
            do_harm(&self, &seed);
        }
    }
}

/* A client like any other, which may fail, or hang, or fall over what others wrote. */
static _Noreturn void stand_by(void)
{
    struct chimaera_MOD_NAME_client demo = {.base.pool_id = FAULT_POOL_ID};

    fault_child();
    if (chi_client_init() < 0)
        _exit(0);
    for (;;) {
        struct chimaera_MOD_NAME_custom_task *task =
            chimaera_MOD_NAME_custom_async(&demo, chi_pool_query_local(), "bystander", 1);
        if (task == NULL)
            continue;
        chi_task_wait_for(&task->base, 20000000);
        chi_task_del(&task->base);
    }
}

/* ---- the test */

static pid_t start(void (*hostile)(uint64_t), uint64_t seed)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        freopen("/dev/null", "w", stderr); /* what the bystander has to say helps nobody */
        if (hostile != NULL)
            hostile(seed);
        stand_by();
    }
    return child;
}

/* Returns whether it still ran. */
static bool end(pid_t child)
{
    int state;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &state, 0), child);
    return WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL;
}

static void expect_alive(const char *when)
{
    struct fault_status status;
    int state;
    if (waitpid(fault_daemon_pid(), &state, WNOHANG) != 0)
        fail_msg("%s: the daemon ended with wait status 0x%x", when, state);
    if (!fault_status(&status))
        fail_msg("%s: the daemon does not answer", when);
    assert_int_equal(status.pid, fault_daemon_pid());
}

static void daemon_outlives_clients_that_write_anything(void **unused)
{
    uint64_t seed = fault_seed();
    uint64_t length_ns = (fault_full() ? 60 : 5) * UINT64_C(1000000000);
    struct fault_status baseline, now;
    struct by_hand first;
    pid_t hostiles[HOSTILES];
    unsigned rounds = 0, kept_on = 0;
    (void)unused;

    fault_daemon_start();
    assert_true(fault_status(&baseline));
    assert_true(by_hand_attach(&first));
    bells_offset = first.reply.bells_offset;
    by_hand_detach(&first);
    uint64_t until = fault_now_ns() + length_ns;
    while (fault_now_ns() < until) {
        pid_t bystander = start(NULL, 0);
        for (unsigned i = 0; i < HOSTILES; i++)
            hostiles[i] = start(be_hostile, fault_random(&seed));
        for (unsigned ms = 0; ms < RESTART_MS; ms += 50) {
            struct timespec pause = {.tv_nsec = 50000000};
            nanosleep(&pause, NULL);
            expect_alive("among hostile clients");
        }
        for (unsigned i = 0; i < HOSTILES; i++)
            kept_on += end(hostiles[i]);
        end(bystander);
        rounds++;
    }
    uint64_t ms = fault_await(&baseline, "the hostile clients have gone");
    assert_true(fault_status(&now));
    printf("  %u rounds of %u hostile clients, %u of which kept on; %llu tasks; what they held was "
           "back after %llu ms\n",
           rounds, HOSTILES, kept_on, now.tasks, (unsigned long long)ms);
    assert_true(kept_on > rounds && now.tasks > 1000); /* else this test has shown nothing */
    /* Whoever comes now finds a runtime that works. */
    fault_survivor_start();
    for (int i = 0; i < 100; i++)
        fault_survivor_work("hostile clients");
    fault_survivor_stop();
    fault_await(&baseline, "the client that came afterwards has gone");
    fault_daemon_stop();
}

static void daemon_outlives_clients_that_truncate_segments(void **unused)
{
    uint64_t seed = fault_seed();
    (void)unused;

    fault_daemon_start();
    for (int round = 0; round < 20; round++) {
        pid_t hostile = start(be_hostile, fault_random(&seed));
        pid_t truncating = fork();
        assert_true(truncating >= 0);
        if (truncating == 0) {
            struct by_hand self;
            fault_child();
            if (by_hand_attach(&self)) {
                int segment = (int)pick(&seed, 2);
                for (int i = 0; i < 20; i++)
                    (void)!ftruncate(self.fds[segment], (off_t)(pick(&seed, 3) * BY_HAND_UNIT));
            }
            _exit(0);
        }
        waitpid(truncating, NULL, 0);
        expect_alive("after a segment was truncated");
        end(hostile);
    }
    expect_alive("after segments were truncated");
    fault_survivor_start();
    fault_survivor_work("segments were truncated");
    fault_survivor_stop();
    fault_daemon_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(daemon_outlives_clients_that_write_anything),
        cmocka_unit_test(daemon_outlives_clients_that_truncate_segments),
    };
    fault_begin("hostile-client", 16, fault_full() ? 400 : 250);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fault_end();
    return failed;
}
