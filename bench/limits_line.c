/* SPDX-License-Identifier: BSD-3-Clause */
/* Bare limits of what tasks do: a cache line that goes to and fro, and a sleeper that is woken. */
#include "limits.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "await.h"
#include "base/clock.h"
#include "partner.h"
#include "process.h"
#include "ticks.h"

#define PING_PONGS 8000u
#define WARM_UP    500u
#define WAKES_MAX  1000u

struct table {
    _Alignas(128) _Atomic(uint32_t) ping; /* written by the caller */
    _Alignas(128) _Atomic(uint32_t) pong; /* written by the partner */
    _Alignas(128) uint32_t count;
    bool pause;
};

static void answer_pings(void *context)
{
    struct table *table = context;
    for (uint32_t i = 1; i <= table->count; i++) {
        bench_await(&table->ping, i, table->pause);
        atomic_store_explicit(&table->pong, i, memory_order_release);
    }
}

static double ping_pong(struct table *table, bool pause)
{
    static uint32_t ticks[PING_PONGS];
    atomic_store_explicit(&table->ping, 0, memory_order_relaxed);
    atomic_store_explicit(&table->pong, 0, memory_order_relaxed);
    table->count = WARM_UP + PING_PONGS;
    table->pause = pause;
    bench_partner_start(answer_pings, table);
    uint64_t last = bench_ticks();
    for (uint32_t i = 1; i <= table->count; i++) {
        atomic_store_explicit(&table->ping, i, memory_order_release);
        bench_await(&table->pong, i, pause);
        uint64_t now = bench_ticks();
        if (i > WARM_UP)
            ticks[i - WARM_UP - 1] = (uint32_t)(now - last);
        last = now;
    }
    bench_partner_join();
    return bench_latency_of(ticks, PING_PONGS).p50_ns;
}

double bench_limit_ping_pong(void)
{
    static struct table *table;
    if (table == NULL)
        table = bench_partner_memory(sizeof(*table));
    double with_pause = ping_pong(table, true);
    double without = ping_pong(table, false);
    return with_pause < without ? with_pause : without;
}

/* ---- waking */

static int wake_fd; /* opened before the partner is forked, that both have it */

void bench_limits_init(void)
{
    wake_fd = eventfd(0, EFD_CLOEXEC);
    if (wake_fd < 0)
        bench_die("cannot make an eventfd: %s", strerror(errno));
}

static void answer_wakes(void *context)
{
    struct table *table = context;
    for (uint32_t i = 1; i <= table->count; i++) {
        uint64_t events;
        if (read(wake_fd, &events, sizeof(events)) != sizeof(events))
            bench_die("cannot read an eventfd: %s", strerror(errno));
        atomic_store_explicit(&table->pong, i, memory_order_release);
    }
}

double bench_limit_wake(uint32_t count, uint64_t idle_ns)
{
    static struct table *table;
    static uint32_t ticks[WAKES_MAX];
    if (table == NULL)
        table = bench_partner_memory(sizeof(*table));
    atomic_store_explicit(&table->pong, 0, memory_order_relaxed);
    table->count = count;
    bench_partner_start(answer_wakes, table);
    for (uint32_t i = 1; i <= count; i++) {
        bench_poll_for(idle_ns);
        uint64_t one = 1;
        uint64_t begin = bench_ticks();
        if (write(wake_fd, &one, sizeof(one)) != sizeof(one))
            bench_die("cannot write an eventfd: %s", strerror(errno));
        bench_await(&table->pong, i, true);
        ticks[i - 1] = (uint32_t)(bench_ticks() - begin);
    }
    bench_partner_join();
    return bench_latency_of(ticks, count).p50_ns;
}
