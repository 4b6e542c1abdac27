/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests ask of the probe module. `lane` says which of the pool's lanes runs the task;
 * lanes are spread over the workers in order.
 */
#ifndef TEST_PROBE_TASKS_H
#define TEST_PROBE_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/string.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

#define TEST_PROBE_GATES 16
#define TEST_PROBE_WIDE  492

enum test_probe_mood {
    TEST_PROBE_MOOD_CALM = 0,
    TEST_PROBE_MOOD_FAILING = 1,
    TEST_PROBE_MOOD_EAGER = 2, /* Create sends its own pool a task */
};

struct test_probe_create_params {
    IN uint32_t lanes; /* 0 means 4 */
    IN CHI_ENUM(test_probe_mood) mood;
    IN int32_t fail_code;       /* what Create returns in the failing mood */
    IN uint32_t fail_container; /* of which container */
    IN uint64_t room;
    IN struct chi_string text;
    IN uint32_t no_gates; /* 1: for pools with more containers than there are descriptors */
};

struct test_probe_nop_task {
    struct chi_task base;
};

struct test_probe_point {
    int32_t x;
    uint16_t y[3];
};

/* Every kind of member, back and forth. */
struct test_probe_echo_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint8_t in_u8;
    IN uint16_t in_u16;
    IN uint32_t in_u32;
    IN uint64_t in_u64;
    IN int8_t in_i8;
    IN int16_t in_i16;
    IN int32_t in_i32;
    IN int64_t in_i64;
    IN float in_f32;
    IN double in_f64;
    IN uint32_t in_array[5];
    IN struct test_probe_point in_point;
    IN chi_pool_id_t in_pool;
    IN chi_pool_query_t in_query;
    IN CHI_VECTOR(uint64_t) in_vector;
    IN struct chi_string in_string;
    INOUT struct chi_string text;  /* reversed */
    INOUT struct chi_buffer bytes; /* every byte inverted, in place */
    OUT uint8_t out_u8;
    OUT uint16_t out_u16;
    OUT uint32_t out_u32;
    OUT uint64_t out_u64;
    OUT int8_t out_i8;
    OUT int16_t out_i16;
    OUT int32_t out_i32;
    OUT int64_t out_i64;
    OUT float out_f32;
    OUT double out_f64;
    OUT uint32_t out_array[5];
    OUT struct test_probe_point out_point;
    OUT chi_pool_id_t out_pool;
    OUT chi_pool_query_t out_query;
    OUT CHI_VECTOR(uint64_t) out_vector;
    OUT struct chi_string out_string;
};

struct test_probe_fail_task {
    struct chi_task base;
    IN int32_t code; /* what the handler returns */
    OUT uint32_t left;
};

/* Its monitor chooses no lane. */
struct test_probe_no_route_task {
    struct chi_task base;
};

/* Its monitor chooses a lane of another container. */
struct test_probe_foreign_lane_task {
    struct chi_task base;
};

struct test_probe_sleep_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint64_t duration_ns; /* UINT64_MAX: for ever, and nothing cuts it short */
    OUT uint32_t slept;
};

struct test_probe_yield_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint32_t times;
};

enum test_probe_spawn {
    TEST_PROBE_SPAWN_ALL = 0,     /* nops over all lanes, each waited for */
    TEST_PROBE_SPAWN_ANY = 1,     /* gate tasks, opened one by one, chi_task_wait_any() */
    TEST_PROBE_SPAWN_TIMEOUT = 2, /* wait_for() a gate that is shut, then open it and wait */
    TEST_PROBE_SPAWN_DETACH = 3,  /* yields, deleted while in flight */
    TEST_PROBE_SPAWN_FORGET = 4,  /* yields, fire-and-forget */
    TEST_PROBE_SPAWN_MISUSE = 5,  /* wait before, enqueue twice, unknown pool, notify */
    TEST_PROBE_SPAWN_KEEP = 6,    /* one that is never deleted */
    TEST_PROBE_SPAWN_FAIL = 7,    /* fails as its subtask in container `count` does */
    TEST_PROBE_SPAWN_SAY = 8,     /* says its `count`, yields as often, then fails */
};

struct test_probe_spawn_task {
    struct chi_task base;
    IN CHI_ENUM(test_probe_spawn) kind;
    IN uint32_t lane;
    IN uint32_t count;
    OUT uint32_t done;
    OUT CHI_VECTOR(int32_t) codes;
};

struct test_probe_depth_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint32_t levels; /* below this one, each on the next lane */
    OUT uint32_t reached;
    OUT uint32_t minor; /* of the deepest task's node */
    OUT uint32_t same_group;
};

struct test_probe_wait_fd_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint64_t delay_ns;
    OUT uint32_t events;
};

struct test_probe_big_output_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint64_t size;
    OUT struct chi_string bytes;
};

/* Parks until an open task has opened that gate. */
struct test_probe_gate_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint32_t gate;
    OUT uint32_t passed;
};

struct test_probe_open_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint32_t gate;
    IN uint32_t shut; /* shuts it instead */
};

/* Holds its worker until the flag's first byte is not 0. */
struct test_probe_stuck_task {
    struct chi_task base;
    IN uint32_t lane;
    INOUT struct chi_buffer flag; /* [0]: let go; [1]: set to 1 when it runs */
    IN uint32_t spawn;            /* before it returns, so many yields a lane, waited for */
    OUT uint32_t spawned;
};

struct test_probe_deep_stack_task {
    struct chi_task base;
    IN uint64_t bytes;
    OUT uint64_t sum;
};

struct test_probe_record_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint32_t yields;
    OUT uint64_t place;  /* how many of this lane began before */
    OUT uint32_t thread; /* that ran it */
};

struct test_probe_wide_task {
    struct chi_task base;
    IN uint64_t words[TEST_PROBE_WIDE];
    OUT uint64_t sum;
};

#define TEST_PROBE_LEAST_LOADED UINT32_MAX

/* A task with an estimate. Scribbles over what the run context says of it. */
struct test_probe_weigh_task {
    struct chi_task base;
    IN uint32_t lane; /* or TEST_PROBE_LEAST_LOADED */
    IN uint32_t gate; /* parks at this one first; TEST_PROBE_GATES: at none */
    IN uint64_t load;
    IN int32_t code;       /* what the handler returns */
    IN uint32_t spin_us;   /* keeps its processor busy for so long */
    OUT uint32_t ran_lane; /* the lane it ran on */
    OUT uint64_t place;    /* as of record */
    OUT uint64_t lane_load;
    OUT uint32_t lane_size; /* others that have not begun there */
};

/* What the module's library has counted since it was loaded. */
struct test_probe_counters_task {
    struct chi_task base;
    OUT uint64_t created;
    OUT uint64_t destroyed;
    OUT uint64_t running;     /* handlers between begin and end, this one not counted */
    OUT uint64_t global;      /* calls of GLOBAL_SCHEDULE */
    OUT uint64_t gathers;     /* gather handlers that have begun */
    OUT uint64_t weighed;     /* estimates of weigh tasks that were asked for */
    OUT uint64_t cleaned;     /* weigh tasks cleaned up after */
    OUT int32_t cleaned_code; /* of the last one */
};

/* ---- for several containers */

/* Every kind of member, merged in the usual way. */
struct test_probe_share_task {
    struct chi_task base;
    IN uint32_t fail_first; /* containers from this one on ... */
    IN uint32_t fail_count; /* ... so many, fail with -1000 - their id */
    IN struct chi_string text;
    IN CHI_VECTOR(uint32_t) numbers;
    INOUT struct chi_string trail; /* gets the container's id behind it */
    INOUT uint32_t total;          /* gets the container's id added */
    INOUT struct chi_buffer marks; /* [id] is set to 1 */
    OUT uint32_t container;
    OUT uint64_t text_size;       /* of what this container was given */
    OUT uint64_t sum;             /* of numbers */
    OUT struct chi_string answer; /* `text`, and the id behind it */
};

/* Merged by the module: what every container says, in order. */
struct test_probe_gather_task {
    struct chi_task base;
    IN uint32_t yields;     /* the container `id` yields this often / (id + 1): the last is first */
    IN uint32_t fail_first; /* as in share */
    IN uint32_t fail_count;
    IN uint32_t gate; /* not 0: container 0 waits for that gate */
    IN struct chi_string ballast;
    OUT CHI_VECTOR(uint32_t) containers;
    OUT CHI_VECTOR(int32_t) codes; /* of all copies */
    OUT uint64_t sum;              /* of the ids of those that succeeded */
    OUT uint32_t merged;           /* by chi_task_aggregate_count() */
};

/* Its monitor sets the query to `to`. */
struct test_probe_steer_task {
    struct chi_task base;
    IN chi_pool_query_t to;
    OUT uint32_t container;
    OUT uint32_t containers; /* of the pool, as the container knows it */
};

/* Its monitor chooses the container by the key, where the query is Dynamic. */
struct test_probe_keyed_task {
    struct chi_task base;
    IN struct chi_string key;
    IN uint32_t
        levels; /* below this one, with a local query: `deepest` is where the last one ran */
    OUT uint32_t container;
    OUT uint32_t deepest;
};

/* Broadcasts itself, `levels` deep. */
struct test_probe_nest_task {
    struct chi_task base;
    IN uint32_t levels;
    OUT uint64_t leaves;
    OUT uint32_t failed; /* what chi_task_failed() said of its own broadcast */
};

/* Destroys a pool and waits for that; or has a task of `via` do so, `hops` times. */
struct test_probe_drop_pool_task {
    struct chi_task base;
    IN chi_pool_id_t pool_id;
    IN chi_pool_id_t via;
    IN uint32_t hops;
    IN uint32_t broadcast; /* the hops are broadcasts */
    IN uint32_t forget;    /* does not wait for the end */
    IN uint64_t delay_ns;  /* sleeps before it waits */
};

/*
 * Follows a script, whose first letter is the task's name:
 *
 *   W w  T   lock, unlock, try to lock to write; the lock is static: one for all pools
 *   R r      the same to read
 *   X x      lock and unlock another one to write
 *   M m      lock and unlock the container's mutex
 *   (...)    run the script between, which has no name, as a subtask on the next lane, and wait
 *   0 to 9   wait until that gate is open, and shut it again
 *   =0       open that gate
 *   $        end at once
 *
 * What is done is noted in a journal that all pools share: "AW" when A has the lock, "AT!" when it
 * has not got it. The script "?" returns the journal, and "!" empties it.
 */
struct test_probe_locks_task {
    struct chi_task base;
    IN uint32_t lane;
    IN struct chi_string script;
    OUT struct chi_string journal;
};

#endif
