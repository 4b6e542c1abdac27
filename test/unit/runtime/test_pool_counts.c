/* SPDX-License-Identifier: BSD-3-Clause */
/* How many tasks of a pool are in flight, asked while workers count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "runtime/core/counter.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/module/pool_table.h"

enum { ASKS = 20000000 };

static struct chi_runtime runtime = {.worker_count = 2};
static struct chi_pool_cell cells[2];
static struct chi_pool pool = {.cells = cells, .runtime = &runtime};
static atomic_bool going, stop;

/* Worker 0 makes copies, one after the other, each of which ends on worker 1. */
static void *come_and_go(void *argument)
{
    (void)argument;
    while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
        CHI_COUNTER_ADD(cells[0].begun, 1);
        CHI_COUNTER_ADD(cells[1].completed, 1);
        atomic_store_explicit(&going, true, memory_order_relaxed);
    }
    return NULL;
}

static void a_task_in_flight_is_seen_while_its_copies_come_and_go(void **state)
{
    pthread_t thread;
    int64_t least = INT64_MAX;
    (void)state;
    CHI_COUNTER_ADD(cells[0].begun, 1); /* the parent */
    assert_int_equal(pthread_create(&thread, NULL, come_and_go, NULL), 0);
    while (!atomic_load(&going))
        ;
    for (int i = 0; i < ASKS; i++) {
        int64_t count = chi_pool_in_flight(&pool);
        least = count < least ? count : least;
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
    assert_true(least >= 1);
    CHI_COUNTER_ADD(cells[0].completed, 1);
    assert_int_equal(chi_pool_in_flight(&pool), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_in_flight_is_seen_while_its_copies_come_and_go),
    };
    return cmocka_run_group_tests_name("pool_counts", tests, NULL, NULL);
}
