/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of cancelling, deadlines and periods ask of the kinds module. Handlers note what
 * they do; the tests read the notes. `lane` says which of the pool's lanes runs the task.
 */
#ifndef TEST_KINDS_TASKS_H
#define TEST_KINDS_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/string.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

enum test_kinds_how {
    TEST_KINDS_GATE = 0,    /* for a descriptor: the container's gate */
    TEST_KINDS_SLEEP = 1,   /* for an hour */
    TEST_KINDS_YIELD = 2,   /* by yielding until that fails */
    TEST_KINDS_SUBTASK = 3, /* for a subtask that waits for the gate, then deletes it */
    TEST_KINDS_ANY = 4,     /* for one of two of those */
    TEST_KINDS_POLL = 5,    /* sets the flag, then asks chi_task_cancelled() */
    TEST_KINDS_SHIELD = 6,  /* for the gate, under a shield */
    TEST_KINDS_BUSY = 7,    /* holds its worker until the flag is not 0; asks nothing */
};

/* Waits, then waits twice more, for nothing; returns what the first wait returned. */
struct test_kinds_wait_task {
    struct chi_task base;
    IN uint32_t lane;
    IN CHI_ENUM(test_kinds_how) how;
    IN uint32_t tag; /* noted when it begins */
    INOUT struct chi_buffer flag;
    OUT int32_t first;
    OUT int32_t second;
    OUT int32_t third;
    OUT int32_t asked; /* what chi_task_cancelled() said then */
};

/* Notes its tag. */
struct test_kinds_note_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint32_t tag;
};

/* What this container's handlers have noted. */
struct test_kinds_trace_task {
    struct chi_task base;
    OUT CHI_VECTOR(uint32_t) tags;
    OUT uint32_t waiting; /* handlers of Wait that have begun and not ended */
    OUT uint64_t ticks;
    OUT uint64_t ended; /* handlers of Wait that have ended */
};

struct test_kinds_open_task {
    struct chi_task base;
    IN uint32_t shut;
};

/* Counts its runs in itself and in the container. */
struct test_kinds_tick_task {
    struct chi_task base;
    IN uint32_t lane;
    IN uint64_t first_run_ns; /* how long the first run takes */
    IN int32_t code;          /* what run `code_at` returns */
    IN uint32_t code_at;
    IN struct chi_buffer buffer;
    OUT uint64_t runs;
    OUT uint64_t missed;
    OUT CHI_VECTOR(uint64_t) times; /* when each run began: the first 64 */
};

enum test_kinds_spawn {
    TEST_KINDS_SPAWN_CANCEL = 0,   /* cancels subtasks that are new, queued, parked, done */
    TEST_KINDS_SPAWN_TIMEOUT = 1,  /* subtasks that run out of time parked and queued */
    TEST_KINDS_SPAWN_FORGET = 2,   /* `count` notes' worth of subtasks, forgotten */
    TEST_KINDS_SPAWN_PERIODIC = 3, /* starts a periodic task, waits for some runs, cancels it */
    TEST_KINDS_SPAWN_LEAVE = 4,    /* starts a periodic task and leaves it */
    TEST_KINDS_SPAWN_CALL = 5,     /* calls a note of `pool`, with and without waiting */
    TEST_KINDS_SPAWN_LATE = 6,   /* waits; when that is cut short, submits a note and forgets it */
    TEST_KINDS_SPAWN_MISUSE = 7, /* what the setters refuse */
};

struct test_kinds_spawn_task {
    struct chi_task base;
    IN uint32_t lane;
    IN CHI_ENUM(test_kinds_spawn) kind;
    IN uint32_t count;
    IN uint32_t tag;
    IN chi_pool_id_t pool;
    OUT uint64_t done;
    OUT CHI_VECTOR(int32_t) codes;
};

/* Runs in the queue that the caller's priority names. */
struct test_kinds_class_task {
    struct chi_task base;
    OUT uint32_t queue;
    OUT uint32_t thread; /* the worker's number, from its name */
};

/* How a handler ends its process. */
enum test_kinds_fail {
    TEST_KINDS_FAIL_NULL = 0,
    TEST_KINDS_FAIL_ARITHMETIC = 1,
    TEST_KINDS_FAIL_INSTRUCTION = 2,
    TEST_KINDS_FAIL_ABORT = 3,
    TEST_KINDS_FAIL_DEPTH = 4, /* calls itself without end */
    TEST_KINDS_FAIL_FRAME = 5, /* a frame larger than stack and guard */
    TEST_KINDS_FAIL_FREE = 6,  /* frees what was not allocated */
    TEST_KINDS_FAIL_EXIT = 7,  /* exit(0) */
    TEST_KINDS_FAIL_KILL = 8,  /* SIGSYS to its own thread */
    TEST_KINDS_FAIL_TWICE = 9, /* faults on two workers at the same time: two of these */
    TEST_KINDS_FAIL_MUTE = 10, /* as NULL, while nobody reads standard error */
    TEST_KINDS_FAIL_FORK = 11, /* in processes that it forks, and returns 0 */
};

struct test_kinds_fail_task {
    struct chi_task base;
    IN uint32_t lane;
    IN CHI_ENUM(test_kinds_fail) how;
};

#endif
