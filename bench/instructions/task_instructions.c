/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks in a stepped runtime, for callgrind to count what each costs. One thread is by turns the
 * client and the worker, in a fixed order and in a time that stands still, so the same program
 * counts the same in every run. Only callgrind sees the counts: each part of the work ends in a
 * dump with a name, `<task>:client` or `<task>:worker`, of ROUNDS times that work. The script
 * `count` runs this program and reads the dumps.
 */
#include <bench/payload/autogen/payload_methods.h>
#include <bench/payload/payload_client.h>
#include <chimaera/chimaera.h>
#include <chimaera/test.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define ROUNDS  256u
#define WARM_UP 64u
#define BATCH   16u
#define STEPS   8u /* far more than a task needs */

static chi_pool_id_t pool;
static const char letters[1024] = "text";
static const uint64_t numbers[16] = {1, 2, 3};
static struct chi_buffer from, to;

/* Which part of a round is counted. */
enum part { NO_PART, CLIENT, WORKER };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "task_instructions: %s: %s\n", what, chi_last_error());
    exit(EXIT_FAILURE);
}

static void check(int rc, const char *what)
{
    if (rc < 0)
        die(what);
}

/* ---- the tasks: made and filled in, and their answers looked at */

static struct chi_task *make_empty(void)
{
    return &CHI_TASK_NEW(bench_payload_empty, pool, chi_pool_query_local())->base;
}

static struct chi_task *make_words(void)
{
    struct bench_payload_words_task *task =
        CHI_TASK_NEW(bench_payload_words, pool, chi_pool_query_local());
    task->word = 41;
    return &task->base;
}

static bool words_are_right(const struct chi_task *task)
{
    return ((const struct bench_payload_words_task *)(const void *)task)->answer == 42;
}

static struct chi_task *make_text(size_t size)
{
    struct bench_payload_text_task *task =
        CHI_TASK_NEW(bench_payload_text, pool, chi_pool_query_local());
    check(chi_string_assign(&task->text, letters, size), "a string");
    return &task->base;
}

static struct chi_task *make_text_23(void)
{
    return make_text(23);
}

static struct chi_task *make_text_24(void)
{
    return make_text(24);
}

static struct chi_task *make_text_1k(void)
{
    return make_text(1024);
}

static bool text_is_right(const struct chi_task *base)
{
    const struct bench_payload_text_task *task = (const void *)base;
    return chi_string_size(&task->answer) == chi_string_size(&task->text);
}

static struct chi_task *make_block(void)
{
    struct bench_payload_block_task *task =
        CHI_TASK_NEW(bench_payload_block, pool, chi_pool_query_local());
    task->from = from;
    task->to = to;
    return &task->base;
}

static bool block_is_right(const struct chi_task *task)
{
    (void)task;
    return memcmp(chi_buffer_data(&to), letters, sizeof(letters)) == 0;
}

static struct chi_task *make_numbers(void)
{
    struct bench_payload_numbers_task *task =
        CHI_TASK_NEW(bench_payload_numbers, pool, chi_pool_query_local());
    check(chi_vector_assign(&task->numbers, numbers, 16), "a vector");
    return &task->base;
}

static bool numbers_are_right(const struct chi_task *base)
{
    const struct bench_payload_numbers_task *task = (const void *)base;
    return chi_vector_count(&task->answer) == 16 && *chi_vector_at(&task->answer, 1) == 2;
}

static struct chi_task *make_subtask(void)
{
    return &CHI_TASK_NEW(bench_payload_subtask, pool, chi_pool_query_local())->base;
}

static const struct kind {
    const char *name;
    uint32_t batch; /* tasks on their way at a time */
    struct chi_task *(*make)(void);
    bool (*is_right)(const struct chi_task *task); /* NULL: nothing to look at */
} kinds[] = {
    {"empty", 1, make_empty, NULL},
    {"empty_batch_16", BATCH, make_empty, NULL},
    {"words", 1, make_words, words_are_right},
    {"string_23", 1, make_text_23, text_is_right},
    {"string_24", 1, make_text_24, text_is_right},
    {"string_1k", 1, make_text_1k, text_is_right},
    {"buffer_1k", 1, make_block, block_is_right},
    {"vector_16", 1, make_numbers, numbers_are_right},
    {"subtask", 1, make_subtask, NULL},
};

/* ---- rounds */

static bool all_done(struct chi_task *const *tasks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!chi_task_done(tasks[i]))
            return false;
    return true;
}

/* A toggle costs some instructions of its own; `count` takes off those of the kind "toggle". */
static void client_submits(const struct kind *kind, struct chi_task **tasks, bool counted)
{
    if (counted)
        CALLGRIND_TOGGLE_COLLECT;
    for (uint32_t i = 0; i < kind->batch; i++) {
        tasks[i] = kind->make();
        check(chi_task_enqueue(tasks[i]), "chi_task_enqueue");
    }
    if (counted)
        CALLGRIND_TOGGLE_COLLECT;
}

static void worker_runs(const struct kind *kind, struct chi_task **tasks, bool counted)
{
    for (uint32_t i = 0; !all_done(tasks, kind->batch); i++) {
        if (i == STEPS)
            die("the worker does not finish the tasks");
        if (counted)
            CALLGRIND_TOGGLE_COLLECT;
        chi_test_step(0);
        if (counted)
            CALLGRIND_TOGGLE_COLLECT;
    }
}

static void client_takes(const struct kind *kind, struct chi_task **tasks, bool counted)
{
    for (uint32_t i = 0; i < kind->batch; i++)
        if (kind->is_right != NULL && !kind->is_right(tasks[i]))
            die("a wrong answer");
    if (counted)
        CALLGRIND_TOGGLE_COLLECT;
    for (uint32_t i = 0; i < kind->batch; i++) {
        check(chi_task_wait(tasks[i]), "chi_task_wait");
        chi_task_del(tasks[i]);
    }
    if (counted)
        CALLGRIND_TOGGLE_COLLECT;
}

static void rounds(const struct kind *kind, uint32_t count, enum part part)
{
    struct chi_task *tasks[BATCH];
    for (uint32_t i = 0; i < count; i++) {
        client_submits(kind, tasks, part == CLIENT);
        worker_runs(kind, tasks, part == WORKER);
        client_takes(kind, tasks, part == CLIENT);
    }
}

static void dump(const char *task, const char *part)
{
    char name[64];
    snprintf(name, sizeof(name), "%s:%s", task, part);
    CALLGRIND_DUMP_STATS_AT(name);
}

static void measure(const struct kind *kind)
{
    uint32_t count = ROUNDS / kind->batch;
    rounds(kind, WARM_UP, NO_PART);
    CALLGRIND_ZERO_STATS;
    rounds(kind, count, CLIENT);
    dump(kind->name, "client");
    rounds(kind, count, WORKER);
    dump(kind->name, "worker");
}

/* What the counting itself counts, once for each pair of toggles. */
static void measure_toggle(void)
{
    CALLGRIND_ZERO_STATS;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        CALLGRIND_TOGGLE_COLLECT;
        CALLGRIND_TOGGLE_COLLECT;
    }
    dump("toggle", "client");
}

/* For the script: how many rounds are counted, and what counts depend on beside the source. */
static void print_about(void)
{
    printf("%u %s %d, fibers by %s\n", ROUNDS,
#ifdef __clang__
           "clang", __clang_major__,
#else
           "gcc", __GNUC__,
#endif
           CHI_FIBER_CONTEXT);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--about") == 0) {
        print_about();
        return EXIT_SUCCESS;
    }
    const struct chi_test_options options = {.mode = CHI_TEST_STEPPED,
                                             .modules = CHI_BENCH_MODULE_DIR};
    check(chi_test_begin(&options), "chi_test_begin");
    check(chi_test_create_pool(BENCH_PAYLOAD_LIBRARY, "payload", NULL, NULL, &pool), "a pool");
    check(chi_buffer_alloc(sizeof(letters), &from), "a buffer");
    check(chi_buffer_alloc(sizeof(letters), &to), "a buffer");
    memcpy(chi_buffer_data(&from), letters, sizeof(letters));
    chi_test_run_until_idle();

    CALLGRIND_START_INSTRUMENTATION;
    measure_toggle();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        measure(&kinds[i]);
    CALLGRIND_STOP_INSTRUMENTATION;

    chi_buffer_free(&from);
    chi_buffer_free(&to);
    return chi_test_end() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
