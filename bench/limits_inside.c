/* SPDX-License-Identifier: BSD-3-Clause */
/* Bare limits of what happens on one core: taking and giving a word, and switching stacks. */
#include <stdatomic.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "limits.h"
#include "partner.h"
#include "process.h"

#define COUNT   1000000u
#define WARM_UP 10000u

static void exchange_pairs(void *context)
{
    double *ns = context;
    static _Atomic(uint32_t) word;
    uint64_t begin = 0;

    for (uint32_t i = 0; i < WARM_UP + COUNT; i++) {
        if (i == WARM_UP)
            begin = chi_clock_now_ns();
        if (atomic_exchange_explicit(&word, 1, memory_order_acquire) != 0)
            bench_die("a word of our own was taken");
        atomic_exchange_explicit(&word, 0, memory_order_release);
    }
    *ns = (double)(chi_clock_now_ns() - begin) / COUNT;
}

static struct chi_fiber *home;

static void switch_back(void *argument)
{
    (void)argument;
    for (;;)
        chi_fiber_switch(chi_fiber_current(), home);
}

static void switch_fibers(void *context)
{
    static struct chi_fiber *fiber;
    double *ns = context;
    uint64_t begin = 0;

    if (fiber == NULL) {
        struct chi_fiber_pool *pool;
        if (chi_fiber_pool_create(64 << 10, 2, &pool) < 0 ||
            (home = chi_fiber_adopt(pool)) == NULL ||
            chi_fiber_create(pool, switch_back, NULL, &fiber) < 0)
            bench_die("no memory for a fiber");
    }
    for (uint32_t i = 0; i < WARM_UP + COUNT; i++) {
        if (i == WARM_UP)
            begin = chi_clock_now_ns();
        chi_fiber_switch(home, fiber);
    }
    *ns = (double)(chi_clock_now_ns() - begin) / COUNT;
}

/* On the worker's core, while the worker sleeps. */
static double in_partner(void (*body)(void *))
{
    static double *ns;
    if (ns == NULL)
        ns = bench_partner_memory(sizeof(*ns));
    bench_partner_start(body, ns);
    bench_partner_join();
    return *ns;
}

double bench_limit_exchange_pair(void)
{
    return in_partner(exchange_pairs);
}

double bench_limit_fiber_switch(void)
{
    return in_partner(switch_fibers);
}
