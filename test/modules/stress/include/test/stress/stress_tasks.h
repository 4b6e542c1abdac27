/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the stress test asks of the stress module. Each task carries an id, and the module counts in
 * one ledger for all its pools how often each id began and ended; that of a task for several
 * containers is the first of a row, of which each container has its own. Every result is a function
 * of what was sent, so that whoever sent it can check it.
 */
#ifndef TEST_STRESS_TASKS_H
#define TEST_STRESS_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/string.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

#define TEST_STRESS_IDS   (1u << 24)
#define TEST_STRESS_LOCKS 2
#define TEST_STRESS_LANES 4

/* What a handler does meanwhile, in this order. */
struct test_stress_steps {
    uint32_t yields;
    uint32_t sleep_us;
    uint32_t fd_us; /* waits for a timer's descriptor */
    uint32_t compute_us;
    uint32_t asks; /* 1: whether it is cancelled, while it computes */
};

struct test_stress_work_task {
    struct chi_task base;
    IN uint32_t id;
    IN uint32_t lane;
    IN struct test_stress_steps steps;
    IN uint64_t answer_size;
    IN struct chi_string text;
    IN CHI_VECTOR(uint32_t) numbers;
    INOUT struct chi_string trail; /* gets `text` behind it */
    INOUT struct chi_buffer bytes; /* every byte inverted, in place */
    OUT uint64_t sum;              /* test_stress_sum() */
    OUT struct chi_string answer;  /* test_stress_fill() */
};

enum test_stress_lock {
    TEST_STRESS_MUTEX = 0,
    TEST_STRESS_READ = 1,
    TEST_STRESS_WRITE = 2,
    TEST_STRESS_UPGRADE = 3, /* reads, then asks to write */
    TEST_STRESS_TRY = 4,     /* the mutex, if that needs no wait */
};

/* Looks, under a lock, whether others respect it; then has a subtask of `inner` do the same. */
struct test_stress_section_task {
    struct chi_task base;
    IN uint32_t id; /* inner ones have those that follow */
    IN uint32_t lane;
    IN uint32_t lock;
    IN CHI_ENUM(test_stress_lock) kind;
    IN uint32_t inner; /* levels */
    IN struct test_stress_steps steps;
    OUT uint32_t entered; /* levels, with this one */
};

/* For several containers. Of container c the id is `id` + c. */
struct test_stress_share_task {
    struct chi_task base;
    IN uint32_t id;
    IN uint32_t fail_mask; /* containers c with this bit fail with -3000 - c */
    IN struct test_stress_steps steps;
    IN struct chi_string text;
    INOUT struct chi_buffer marks; /* [c] inverted */
    OUT uint64_t sum;              /* of test_stress_sum() + c */
    OUT CHI_VECTOR(uint32_t) containers;
};

enum test_stress_end {
    TEST_STRESS_WAIT = 0,
    TEST_STRESS_WAIT_ANY = 1,
    TEST_STRESS_FORGET = 2,  /* its children are fire-and-forget */
    TEST_STRESS_ABANDON = 3, /* deletes them in flight */
    TEST_STRESS_CANCEL = 4,  /* cancels the first, then waits */
    TEST_STRESS_START = 5,   /* its one child is a periodic task, which it leaves to its pool */
};

/* `width` children, each with its own, `levels` deep. Ids are numbered in preorder. */
struct test_stress_tree_task {
    struct chi_task base;
    IN uint32_t id;
    IN uint32_t lane;
    IN uint32_t levels;
    IN uint32_t width;
    IN CHI_ENUM(test_stress_end) end; /* of this task's children; theirs are waited for */
    IN uint32_t spread;               /* leaves are broadcasts of `spread` ids: share */
    IN struct test_stress_steps steps;
    OUT uint64_t nodes; /* done, with this one */
};

/* Periodic. Ends itself with -ENODATA after run `last`, if that is not 0. */
struct test_stress_tick_task {
    struct chi_task base;
    IN uint32_t id;
    IN uint32_t lane;
    IN uint32_t last;
    IN struct test_stress_steps steps;
    OUT uint64_t runs;
};

/* Of ids from `first` on: how often each began, and above that, how often it ended. */
struct test_stress_ledger_task {
    struct chi_task base;
    IN uint32_t first;
    IN uint32_t count;
    OUT CHI_VECTOR(uint32_t) entries;
};

/* What the containers found when nothing runs. */
struct test_stress_report_task {
    struct chi_task base;
    OUT uint64_t intrusions; /* of all pools: somebody was where a lock keeps him out */
    OUT uint64_t lost;       /* of this pool: sections that left no trace */
    OUT uint64_t locked;     /* of this pool: locks that somebody holds */
    OUT uint64_t sections;   /* of this pool */
    OUT uint64_t unsettled;  /* of this pool: lanes with tasks or a load, tasks not cleaned up */
    OUT uint64_t passed;     /* unsettled containers of pools that were destroyed */
};

/* ---- what both sides compute */

static inline uint64_t test_stress_sum(uint32_t id, const void *data, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)data;
    uint64_t sum = id * 0x9E3779B97F4A7C15u + size;
    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + bytes[i];
    return sum;
}

static inline unsigned char test_stress_fill(uint32_t id, size_t i)
{
    return (unsigned char)(id * 13u + i * 7u + (i >> 8));
}

/* How many ids a tree takes. */
static inline uint32_t test_stress_tree_ids(uint32_t levels, uint32_t width, uint32_t spread)
{
    if (levels == 0)
        return spread == 0 ? 1 : 1 + spread;
    return 1 + width * test_stress_tree_ids(levels - 1, width, spread);
}

#endif
