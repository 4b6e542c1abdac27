/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records. A record holds what the runtime knows of a task, and the private copy that handlers see.
 * A worker creates it when a task comes in or when a handler makes a subtask. It is freed when the
 * task has completed; that of a subtask when its maker deletes it. One thread at a time.
 */
#ifndef CHI_RUNTIME_CORE_RECORD_H
#define CHI_RUNTIME_CORE_RECORD_H

#include "chimaera/container.h"
#include "runtime/core/message.h"

/* Bit of the state of a private task: its maker has deleted it; the completing worker frees it. */
#define CHI_TASK_DETACHED 0x80u

struct chi_fanout;
struct chi_hold;
struct chi_origin;
struct chi_pool;
struct chi_timing;
struct chi_waiter;
struct chi_worker;

struct chi_record {
    struct chi_message message; /* first; for another worker, or the link in a lane */
    struct chi_run_context context;
    struct chi_lane *lane;
    struct chi_pool *pool;
    const struct chi_task_schema *schema;
    struct chi_origin *origin;
    uint64_t shm_offset; /* of the client's task in the main segment; 0: made in the runtime */
    uint64_t copied;     /* bytes of its strings, which count in the origin's `copied` */
    uint64_t load;       /* what was added to its lane's load */
    struct chi_timing *timing; /* NULL if it has neither deadline nor period */
    struct chi_hold *holds;    /* the locks that it holds */
    int32_t ended;       /* the code with which it has to end early; 0: none; worker/verdict.h */
    uint16_t failed;     /* of a parent: number of containers in which it failed */
    uint8_t parity;      /* the pair of the origin's counts in which it is */
    uint8_t class_index; /* of its size */
    bool counted;        /* in the counts of its origin */
    bool clients;        /* a client's task, or a copy of one: no handler waits for it */
    bool flush : 1;      /* waits for the end of others: no grace period waits for it */
    bool moved : 1;      /* a client's task that another worker took in than that of its lane */
    bool shield;         /* chi_task_shield(): nothing ends the waits of its handler */
    bool rerun;          /* a later run of a periodic task, which is prepared already */
    bool bound;          /* counted in its lane's `bound` */
    bool foreign;        /* foreign task: counted in its lane's `foreign`, too */
    bool is_call;        /* runs call() instead of a method */

    /* A client's task that runs as soon as it comes in needs none of the following. */
    uint64_t arrival;            /* its place in the order of the lanes of one worker */
    struct chi_fanout *fanout;   /* of a parent and of its copies; else NULL */
    struct chi_record *parent;   /* of a copy: its parent; else NULL */
    int (*call)(void *argument); /* if is_call: chi_runtime_call() */
    void *call_argument;

    /* Subtasks and copies. The thread of `home`, the worker whose handler made them. */
    struct chi_worker *home;
    struct chi_waiter *waiter; /* the fiber that is parked until it is done */
    bool expecting;            /* its completion will come to `home` as a message */
    bool deleted;              /* free it when that message has come */
    bool late;                 /* submitted by a handler that had to end already */
    uint32_t error_text;       /* what its handler said by chi_error(); 0: nothing, as a rule */

    _Alignas(CHI_CACHE_LINE) struct chi_task task;
};

_Static_assert(offsetof(struct chi_record, arrival) == 2 * CHI_CACHE_LINE,
               "two lines for what every task uses");

static inline struct chi_record *chi_record_of(const struct chi_task *task)
{
    return (struct chi_record *)(void *)((char *)(uintptr_t)task -
                                         offsetof(struct chi_record, task));
}

static inline struct chi_record *chi_record_of_message(struct chi_message *message)
{
    return (struct chi_record *)(void *)message;
}

#define CHI_RECORD_CLASSES 7u /* task sizes of up to 64, 128, ... 4096 bytes */

struct chi_record_cache {
    struct chi_message *free[CHI_RECORD_CLASSES];
    uint32_t count[CHI_RECORD_CLASSES];
};

/*
 * Returns a record for a task of `size` bytes (64 to CHI_TASK_MAX_SIZE). The content of the task is
 * undefined, the other members are 0. NULL: out of memory. The thread of the cache's worker.
 */
struct chi_record *chi_record_new(struct chi_record_cache *cache, uint32_t size);

/* Frees the record, but not what the members of its task own. */
void chi_record_free(struct chi_record_cache *cache, struct chi_record *record);

/* Frees the records in the cache. */
void chi_record_cache_fini(struct chi_record_cache *cache);

#endif
