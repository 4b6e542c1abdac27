/* SPDX-License-Identifier: BSD-3-Clause */
/* Deadlocks: found in what stepped workers say of their tasks, and in graphs made by hand. */
#include "lock_fixture.h"
#include "runtime/sync/deadlock_monitor.h"
#include "runtime/sync/wait_graph.h"
#include "runtime/worker/park.h"

static struct chi_wait_graph now, before;
static unsigned cycles, fresh_ones;
static char found[512]; /* of the last cycle, names sorted to the smallest first */

static void note_cycle(const struct chi_wait_graph *graph, const uint32_t *cycle, uint32_t count,
                       bool fresh, void *argument)
{
    uint32_t first = 0;
    (void)argument;
    cycles++;
    fresh_ones += fresh;
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(graph->nodes[cycle[i]].task_name, graph->nodes[cycle[first]].task_name) < 0)
            first = i;
    found[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        const struct chi_wait_node *node = &graph->nodes[cycle[(first + i) % count]];
        size_t size = strlen(found);
        snprintf(found + size, sizeof(found) - size, "%s%s %s", i > 0 ? ", " : "", node->task_name,
                 node->lock != NULL ? node->lock_name : "subtask");
    }
}

/* One more scan. */
static void scan(void)
{
    struct chi_wait_graph older = before;
    before = now;
    now = older;
    chi_wait_graph_clear(&now);
    for (uint32_t w = 0; w < WORKERS; w++)
        chi_deadlock_monitor_census(runtime.workers[w], &now);
    chi_wait_graph_mark_lasting(&now, &before);
    cycles = fresh_ones = 0;
    assert_int_equal(chi_wait_graph_cycles(&now, note_cycle, NULL), 0);
}

static int setup_looks(void **state)
{
    now = before = (struct chi_wait_graph){0};
    return setup(state);
}

static int teardown_looks(void **state)
{
    chi_wait_graph_fini(&now);
    chi_wait_graph_fini(&before);
    return teardown(state);
}

/* ---- of stepped workers */

static void two_groups_that_wait_for_each_other_are_told_once(void **state)
{
    struct actor a, b;
    (void)state;
    start(&a, 'A', 0, 1, "W.Xxw");
    start(&b, 'B', 1, 2, "X.Wwx");
    scan();
    go_on(&a);
    scan();
    scan();
    assert_int_equal(cycles, 0); /* A waits for B, which may go on */
    go_on(&b);
    scan();
    assert_int_equal(cycles, 0); /* B's wait is new: not seen twice */
    scan();
    assert_int_equal(cycles, 1);
    assert_int_equal(fresh_ones, 1);
    assert_string_equal(found, "A of pool stage &other_lock, B of pool stage &lock");
    scan();
    assert_int_equal(cycles, 1); /* still there, but told already */
    assert_int_equal(fresh_ones, 0);
    chi_worker_unpark(a.worker, waiter_at(&other_lock, 0), -ECANCELED);
    step_all();
    scan();
    assert_int_equal(cycles, 0);
}

static void a_queue_is_no_deadlock(void **state)
{
    struct actor actors[5];
    (void)state;
    for (int i = 0; i < 5; i++)
        start(&actors[i], (char)('A' + i), (uint32_t)i % 2, (uint32_t)i, i % 2 ? "W.w" : "R.r");
    scan();
    scan();
    assert_int_equal(cycles, 0);
    for (int i = 0; i < 5; i++)
        go_on(&actors[i]);
}

/* C waits to read behind the writer B, which waits for A, which waits for what C holds. */
static void a_waiter_further_ahead_counts(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "R.Xxr");
    start(&c, 'C', 1, 3, "X.Rrx");
    start(&b, 'B', 0, 2, "Ww");
    go_on(&a);
    go_on(&c);
    scan();
    scan();
    assert_int_equal(cycles, 1);
    assert_string_equal(found, "A of pool stage &other_lock, C of pool stage &lock, B of pool "
                               "stage &lock");
    chi_worker_unpark(a.worker, waiter_at(&other_lock, 0), -ECANCELED);
    step_all();
}

static void members_of_a_group_are_not_in_each_others_way(void **state)
{
    struct actor a, b, c;
    (void)state;
    start(&a, 'A', 0, 1, "W.Xxw");
    start(&b, 'B', 1, 1, "W.w"); /* holds what C waits for, too, and will go on */
    start(&c, 'C', 0, 2, "X.Wwx");
    go_on(&c);
    scan();
    scan();
    assert_int_equal(cycles, 0);
    go_on(&b);
    go_on(&a);
    scan();
    scan();
    assert_int_equal(cycles, 1);
    assert_string_equal(found, "A of pool stage &other_lock, C of pool stage &lock");
    chi_worker_unpark(a.worker, waiter_at(&other_lock, 0), -ECANCELED);
    step_all();
}

/* ---- by hand */

/* Task `name` of a group, which waits for lock `wait` or task `awaited`, and holds `hold`. */
static void add(struct chi_wait_graph *graph, const char *name, uint32_t group, uintptr_t wait,
                uintptr_t awaited, uintptr_t hold)
{
    struct chi_wait_node *node = chi_wait_graph_add(graph);
    assert_non_null(node);
    node->task = (void *)(uintptr_t)name[0];
    node->serial = (uint64_t)name[0];
    node->group.major = group;
    node->lock = (void *)wait;
    node->awaited = (void *)awaited;
    node->write = true;
    node->ticket = (uint32_t)name[0];
    snprintf(node->task_name, sizeof(node->task_name), "%s", name);
    snprintf(node->lock_name, sizeof(node->lock_name), "%c", (char)wait);
    if (hold != 0)
        chi_wait_graph_add_hold(graph, (void *)hold, true);
}

static unsigned count_cycles(void)
{
    chi_wait_graph_mark_lasting(&before, &now); /* sorts; `now` is empty */
    chi_wait_graph_join(&now, &before);
    chi_wait_graph_mark_lasting(&now, &before);
    cycles = fresh_ones = 0;
    assert_int_equal(chi_wait_graph_cycles(&now, note_cycle, NULL), 0);
    return cycles;
}

static int empty_graphs(void **state)
{
    (void)state;
    chi_wait_graph_fini(&now);
    chi_wait_graph_fini(&before);
    return 0;
}

static void a_deadlock_through_subtasks_is_found(void **state)
{
    (void)state;
    add(&before, "P", 1, 0, 'S', 'x'); /* holds x, waits for its subtask S, which waits for y */
    add(&before, "S", 1, 'y', 0, 0);
    add(&before, "Q", 2, 0, 'T', 'y');
    add(&before, "T", 2, 'x', 0, 0);
    assert_int_equal(count_cycles(), 1);
    assert_string_equal(found, "P subtask, S y, Q subtask, T x");
}

/* S and T are copies of one subtask: P cannot go on before both have. */
static void a_deadlock_through_one_of_several_copies_is_found(void **state)
{
    (void)state;
    add(&before, "P", 1, 0, 'S', 'x');
    add(&before, "Q", 2, 'x', 0, 'y');
    add(&before, "S", 1, 'z', 0, 0);
    add(&before, "T", 1, 'y', 0, 0);
    before.nodes[3].task = before.nodes[2].task;
    assert_int_equal(count_cycles(), 1);
    assert_string_equal(found, "P subtask, T y, Q x");
}

static void a_subtask_that_takes_its_parents_lock_is_no_deadlock(void **state)
{
    (void)state;
    add(&before, "P", 1, 0, 'S', 'x');
    add(&before, "S", 1, 'x', 0, 0); /* about to be let in */
    add(&before, "T", 2, 'x', 0, 0);
    assert_int_equal(count_cycles(), 0);
}

static void two_deadlocks_are_both_told(void **state)
{
    (void)state;
    add(&before, "A", 1, 'y', 0, 'x');
    add(&before, "B", 2, 'x', 0, 'y');
    add(&before, "C", 3, 'v', 0, 'u');
    add(&before, "D", 4, 'u', 0, 'v');
    add(&before, "E", 5, 'v', 0, 0); /* waits for a deadlock, is none */
    assert_int_equal(count_cycles(), 2);
    assert_int_equal(fresh_ones, 2);
}

static void a_long_chain_has_a_cycle_only_when_it_is_closed(void **state)
{
    static char names[200][2];
    (void)state;
    for (int i = 0; i < 200; i++) {
        names[i][0] = (char)(i + 1);
        add(&before, names[i], (uint32_t)i, (uintptr_t)i + 1001, 0, (uintptr_t)i + 1000);
    }
    assert_int_equal(count_cycles(), 0);
    chi_wait_graph_clear(&now);
    before.nodes[199].lock = (void *)(uintptr_t)1000;
    assert_int_equal(count_cycles(), 1);
}

int main(void)
{
#define LOOK_TEST(name) cmocka_unit_test_setup_teardown(name, setup_looks, teardown_looks)
#define HAND_TEST(name) cmocka_unit_test_setup_teardown(name, empty_graphs, empty_graphs)
    const struct CMUnitTest tests[] = {
        LOOK_TEST(two_groups_that_wait_for_each_other_are_told_once),
        LOOK_TEST(a_queue_is_no_deadlock),
        LOOK_TEST(a_waiter_further_ahead_counts),
        LOOK_TEST(members_of_a_group_are_not_in_each_others_way),
        HAND_TEST(a_deadlock_through_subtasks_is_found),
        HAND_TEST(a_deadlock_through_one_of_several_copies_is_found),
        HAND_TEST(a_subtask_that_takes_its_parents_lock_is_no_deadlock),
        HAND_TEST(two_deadlocks_are_both_told),
        HAND_TEST(a_long_chain_has_a_cycle_only_when_it_is_closed),
    };
    return cmocka_run_group_tests_name("wait_graph", tests, NULL, NULL);
}
