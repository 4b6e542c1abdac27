/* SPDX-License-Identifier: BSD-3-Clause */
/* The bare limit of a device in memory: the copy alone. */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "await.h"
#include "limits.h"
#include "partner.h"
#include "process.h"
#include "ticks.h"

#define COPIES_MAX 10000u

struct copying {
    _Alignas(128) _Atomic(uint32_t) filled; /* times the caller has written `source` */
    _Alignas(128) _Atomic(uint32_t) copied;
    uint32_t count;
    double ns; /* the median */
    char *source;
    size_t size;
    size_t places;
};

static char *make_places(size_t size)
{
    char *places = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (places == MAP_FAILED)
        bench_die("out of memory");
    (void)madvise(places, size, MADV_HUGEPAGE); /* as the device does */
    memset(places, 1, size);
    return places;
}

/* In the partner. */
static void copy_all(void *context)
{
    static uint32_t ticks[COPIES_MAX];
    static char *places;
    struct copying *table = context;
    if (places == NULL)
        places = make_places(table->size * table->places);
    for (uint32_t i = 0; i < table->count; i++) {
        bench_await(&table->filled, i + 1, true);
        uint64_t begin = bench_ticks();
        memcpy(places + i % table->places * table->size, table->source, table->size);
        ticks[i] = (uint32_t)(bench_ticks() - begin);
        atomic_store_explicit(&table->copied, i + 1, memory_order_release);
    }
    table->ns = bench_latency_of(ticks, table->count).p50_ns;
}

double bench_limit_memcpy(size_t size, size_t places, uint32_t count)
{
    static struct copying *table;
    if (table == NULL) {
        table = bench_partner_memory(sizeof(*table));
        table->source = bench_partner_memory(size);
        table->size = size;
        table->places = places;
    }
    atomic_store_explicit(&table->filled, 0, memory_order_relaxed);
    atomic_store_explicit(&table->copied, 0, memory_order_relaxed);
    table->count = count;
    bench_partner_start(copy_all, table);
    for (uint32_t i = 0; i < count; i++) {
        memset(table->source, (int)i, size);
        atomic_store_explicit(&table->filled, i + 1, memory_order_release);
        bench_await(&table->copied, i + 1, true);
    }
    bench_partner_join();
    return table->ns;
}
