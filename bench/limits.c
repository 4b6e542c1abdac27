/* SPDX-License-Identifier: BSD-3-Clause */
/* Bare limits of what tasks do: a cache line that goes to and fro, and a sleeper that is woken. */
#include "limits.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "measure.h"

#define PING_PONGS 30000u
#define WARM_UP    3000u

struct table {
    _Alignas(128) _Atomic(uint32_t) ping; /* written by the caller */
    _Alignas(128) _Atomic(uint32_t) pong; /* written by the other process */
    _Alignas(128) uint32_t count;
    bool pause;
    int eventfd;
};

static void await(const _Atomic(uint32_t) *word, uint32_t value, bool pause)
{
    if (pause) {
        while (atomic_load_explicit(word, memory_order_acquire) != value)
            chi_cpu_pause();
    } else {
        while (atomic_load_explicit(word, memory_order_acquire) != value)
            ;
    }
}

static void answer_pings(void *context)
{
    struct table *table = context;
    bench_pin(0, bench_worker_core);
    for (uint32_t i = 1; i <= table->count; i++) {
        await(&table->ping, i, table->pause);
        atomic_store_explicit(&table->pong, i, memory_order_release);
    }
}

static double ping_pong(bool pause)
{
    struct table *table = bench_shared_memory(sizeof(*table));
    uint32_t *ticks = malloc(PING_PONGS * sizeof(*ticks));
    if (ticks == NULL)
        bench_die("out of memory");
    table->count = WARM_UP + PING_PONGS;
    table->pause = pause;
    pid_t other = bench_fork(answer_pings, table);
    uint64_t last = bench_ticks();
    for (uint32_t i = 1; i <= table->count; i++) {
        atomic_store_explicit(&table->ping, i, memory_order_release);
        await(&table->pong, i, pause);
        uint64_t now = bench_ticks();
        if (i > WARM_UP)
            ticks[i - WARM_UP - 1] = (uint32_t)(now - last);
        last = now;
    }
    bench_join(other);
    double p50_ns = bench_latency_of(ticks, PING_PONGS).p50_ns;
    free(ticks);
    munmap(table, sizeof(*table));
    return p50_ns;
}

double bench_limit_ping_pong(void)
{
    double with_pause = ping_pong(true);
    double without = ping_pong(false);
    return with_pause < without ? with_pause : without;
}

static void answer_wakes(void *context)
{
    struct table *table = context;
    bench_pin(0, bench_worker_core);
    for (uint32_t i = 1; i <= table->count; i++) {
        uint64_t events;
        if (read(table->eventfd, &events, sizeof(events)) != sizeof(events))
            bench_die("cannot read an eventfd: %s", strerror(errno));
        atomic_store_explicit(&table->pong, i, memory_order_release);
    }
}

double bench_limit_wake(size_t count, uint64_t idle_ns)
{
    struct table *table = bench_shared_memory(sizeof(*table));
    uint32_t *ticks = malloc(count * sizeof(*ticks));
    if (ticks == NULL)
        bench_die("out of memory");
    table->count = (uint32_t)count;
    table->eventfd = eventfd(0, EFD_CLOEXEC);
    if (table->eventfd < 0)
        bench_die("cannot make an eventfd: %s", strerror(errno));
    pid_t other = bench_fork(answer_wakes, table);
    for (uint32_t i = 1; i <= count; i++) {
        bench_poll_for(idle_ns);
        uint64_t one = 1;
        uint64_t begin = bench_ticks();
        if (write(table->eventfd, &one, sizeof(one)) != sizeof(one))
            bench_die("cannot write an eventfd: %s", strerror(errno));
        await(&table->pong, i, true);
        ticks[i - 1] = (uint32_t)(bench_ticks() - begin);
    }
    bench_join(other);
    double p50_ns = bench_latency_of(ticks, count).p50_ns;
    close(table->eventfd);
    free(ticks);
    munmap(table, sizeof(*table));
    return p50_ns;
}

/* ---- memcpy */

struct copying {
    _Alignas(128) _Atomic(uint32_t) filled; /* times the caller has written `source` */
    _Alignas(128) _Atomic(uint32_t) copied;
    uint32_t count;
    double ns; /* the median */
    char *source;
    size_t size;
    size_t places;
};

static void copy_all(void *context)
{
    struct copying *table = context;
    uint32_t *ticks = malloc(table->count * sizeof(*ticks));
    size_t room = table->size * table->places;
    char *places = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (places == MAP_FAILED || ticks == NULL)
        bench_die("out of memory");
    (void)madvise(places, room, MADV_HUGEPAGE); /* as the device does */
    memset(places, 1, room);
    bench_pin(0, bench_worker_core);
    for (uint32_t i = 0; i < table->count; i++) {
        await(&table->filled, i + 1, true);
        uint64_t begin = bench_ticks();
        memcpy(places + i % table->places * table->size, table->source, table->size);
        ticks[i] = (uint32_t)(bench_ticks() - begin);
        atomic_store_explicit(&table->copied, i + 1, memory_order_release);
    }
    table->ns = bench_latency_of(ticks, table->count).p50_ns;
    munmap(places, room);
    free(ticks);
}

double bench_limit_memcpy(size_t size, size_t places, uint32_t count)
{
    struct copying *table = bench_shared_memory(sizeof(*table));
    table->source = bench_shared_memory(size);
    table->size = size;
    table->places = places;
    table->count = count;
    pid_t other = bench_fork(copy_all, table);
    for (uint32_t i = 0; i < count; i++) {
        memset(table->source, (int)i, size);
        atomic_store_explicit(&table->filled, i + 1, memory_order_release);
        await(&table->copied, i + 1, true);
    }
    bench_join(other);
    double ns = table->ns;
    munmap(table->source, size);
    munmap(table, sizeof(*table));
    return ns;
}
