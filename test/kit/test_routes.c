/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks reach the worker that runs them without a stop at another one, and stay in order. */
#include "kit/kit.h"

#include <chimaera/admin/admin_client.h>
#include <errno.h>
#include <stdatomic.h>
#include <test/probe/probe_runtime.h>

#define WORKERS 4

#ifdef __SANITIZE_THREAD__ /* for which one thread is not the place to look */
#define SEEDS 5
#else
#define SEEDS 60
#endif

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % limit;
}

static void begin(uint64_t seed)
{
    kit_begin((struct chi_test_options){.sched_threads = WORKERS, .seed = seed});
}

static void end(uint64_t seed)
{
    if (chi_test_end() != 0)
        fail_msg("with seed %lu", seed);
}

static bool was_moved(const struct chi_task *task)
{
    return (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_MOVED) != 0;
}

static struct chi_task *record(chi_pool_id_t id, chi_pool_query_t query, uint32_t lane,
                               uint32_t yields)
{
    struct test_probe_record_task *task = CHI_TASK_NEW(test_probe_record, id, query);
    assert_non_null(task);
    task->lane = lane;
    task->yields = yields;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

/* Another method for the same lanes. */
static struct chi_task *weigh(uint32_t lane)
{
    struct test_probe_weigh_task *task =
        CHI_TASK_NEW(test_probe_weigh, pool, chi_pool_query_local());
    assert_non_null(task);
    task->lane = lane;
    task->gate = TEST_PROBE_GATES;
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    return &task->base;
}

static uint64_t place_of(struct chi_task *task)
{
    return task->method == TEST_PROBE_METHOD_RECORD
               ? ((struct test_probe_record_task *)(void *)task)->place
               : ((struct test_probe_weigh_task *)(void *)task)->place;
}

/* Waits for it. Returns whether a worker passed it on to another one. */
static bool finish(struct chi_task *task)
{
    assert_int_equal(chi_task_wait(task), 0);
    bool moved = was_moved(task);
    chi_task_del(task);
    return moved;
}

static bool call(chi_pool_id_t id, chi_pool_query_t query, uint32_t lane)
{
    return finish(record(id, query, lane, 0));
}

static void later_tasks_go_straight_to_their_worker(void **state)
{
    uint32_t moved = 0;
    (void)state;
    for (uint32_t lane = 0; lane < WORKERS; lane++) {
        begin(1);
        moved += call(pool, chi_pool_query_local(), lane);
        for (int i = 0; i < 10; i++)
            assert_false(call(pool, chi_pool_query_local(), lane));
        assert_false(finish(weigh(lane))); /* other methods of the container, too */
        end(1);
    }
    assert_int_equal(moved, WORKERS - 1);
}

static void a_container_with_lanes_of_several_workers_keeps_one_route(void **state)
{
    uint32_t moved = 0;
    (void)state;
    begin(5);
    for (uint32_t i = 0; i < 200; i++)
        moved += call(pool, chi_pool_query_local(), i % 2);
    assert_in_range(moved, 1, 104); /* not each of them, as if each changed the route */
    moved = 0;
    for (uint32_t i = 0; i < 200; i++)
        moved += call(pool, chi_pool_query_local(), i % 8 == 0);
    assert_in_range(moved, 1, 100); /* the lane of most has won */
    end(5);
}

static void each_container_of_a_hash_has_a_route(void **state)
{
    const struct test_probe_create_params params = {.lanes = 1};
    const struct chimaera_admin_pool_spec spec = {.mod_name = TEST_PROBE_LIBRARY,
                                                  .pool_name = "spread",
                                                  .containers = 8,
                                                  .params_schema = &test_probe_create_params_schema,
                                                  .params = &params};
    chi_pool_id_t id;
    uint32_t moved = 0;
    (void)state;
    begin(2);
    assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id), 0);
    for (uint32_t hash = 0; hash < 64; hash++)
        moved += call(id, chi_pool_query_direct_hash(hash), 0);
    assert_true(moved > 0 && moved <= 8);
    for (uint32_t hash = 64; hash < 1000; hash += 7)
        assert_false(call(id, chi_pool_query_direct_hash(hash), 0));
    for (uint32_t container = 0; container < 8; container++)
        call(id, chi_pool_query_direct_id(container), 0);
    for (uint32_t container = 0; container < 8; container++)
        assert_false(call(id, chi_pool_query_direct_id(container), 0));
    end(2);
}

static void short_tasks_for_the_least_loaded_lane_stay_where_they_came_in(void **state)
{
    (void)state;
    begin(4);
    for (int i = 0; i < 100; i++) {
        assert_false(finish(weigh(TEST_PROBE_LEAST_LOADED)));
    }
    end(4);
}

static void a_pool_made_again_is_learned_again(void **state)
{
    const struct test_probe_create_params params = {.lanes = 1};
    struct chimaera_admin_pool_spec spec = {.mod_name = TEST_PROBE_LIBRARY,
                                            .pool_name = "again",
                                            .pool_id = {900, 0},
                                            .params_schema = &test_probe_create_params_schema,
                                            .params = &params};
    (void)state;
    begin(3);
    for (uint32_t containers = 1; containers <= 7; containers += 3) {
        chi_pool_id_t id;
        spec.containers = containers;
        assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id), 0);
        /* The first that is moved tells the new number of containers. */
        for (uint32_t hash = 0; hash < 20 * containers; hash++)
            call(id, chi_pool_query_direct_hash(hash), 0);
        for (uint32_t hash = 0; hash < 20; hash++)
            assert_false(call(id, chi_pool_query_direct_hash(hash), 0));
        assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), id), 0);
    }
    end(3);
}

/* One of two methods, by one of two queries that mean the same container. */
static struct chi_task *submit_any(uint64_t *chance, uint32_t lane)
{
    switch (random_below(chance, 3)) {
    case 0:
        return weigh(lane);
    case 1:
        return record(pool, chi_pool_query_direct_id(0), lane, random_below(chance, 8) == 0);
    default:
        return record(pool, chi_pool_query_local(), lane, random_below(chance, 8) == 0);
    }
}

/* `lanes` of them get tasks by chance; the client's routes change all the time when it is more than
 * one. Each handler takes the next number of its lane. */
static void check_order(uint64_t seed, uint32_t lanes, uint32_t *direct, uint32_t *moved)
{
    enum { TASKS = 300, DEPTH = 12 };
    struct chi_task *tasks[TASKS];
    uint32_t expected[TASKS], sent[WORKERS] = {0}, done = 0;
    uint64_t chance = seed * 77;

    begin(seed);
    for (uint32_t i = 0; i < TASKS || done < TASKS;) {
        if (i < TASKS) {
            uint32_t lane = lanes == 1 ? (uint32_t)seed % WORKERS : random_below(&chance, lanes);
            expected[i] = sent[lane]++;
            tasks[i++] = submit_any(&chance, lane);
            for (uint32_t steps = random_below(&chance, 6); steps > 0; steps--)
                chi_test_step(random_below(&chance, WORKERS));
        }
        while (done < i && (i == TASKS || done + DEPTH < i || chi_task_done(tasks[done]))) {
            assert_int_equal(chi_task_wait(tasks[done]), 0);
            if (place_of(tasks[done]) != expected[done])
                fail_msg("task %u ran as number %u of its lane, not %u; seed %lu", done,
                         (unsigned)place_of(tasks[done]), expected[done], seed);
            *(finish(tasks[done++]) ? moved : direct) += 1;
        }
    }
    end(seed);
}

static void a_change_of_route_reorders_nothing(void **state)
{
    uint32_t direct = 0, moved = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        check_order(seed, 1, &direct, &moved);
    assert_true(moved > 0 && direct > 10 * moved);
}

static void routes_that_change_all_the_time_reorder_nothing(void **state)
{
    uint32_t direct = 0, moved = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        check_order(seed, WORKERS, &direct, &moved);
    assert_true(moved > 0 && direct > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_tasks_go_straight_to_their_worker),
        cmocka_unit_test(a_container_with_lanes_of_several_workers_keeps_one_route),
        cmocka_unit_test(each_container_of_a_hash_has_a_route),
        cmocka_unit_test(short_tasks_for_the_least_loaded_lane_stay_where_they_came_in),
        cmocka_unit_test(a_pool_made_again_is_learned_again),
        cmocka_unit_test(a_change_of_route_reorders_nothing),
        cmocka_unit_test(routes_that_change_all_the_time_reorder_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
