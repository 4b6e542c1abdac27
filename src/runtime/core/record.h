/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A record is the runtime's private task: what it knows of it, and the copy that handlers see. Made
 * by a worker when a task comes in, or when a handler makes a subtask; freed when the task is
 * complete, or, a subtask, when its maker deletes it.
 */
#ifndef CHI_RUNTIME_RECORD_H
#define CHI_RUNTIME_RECORD_H

#include "chimaera/container.h"
#include "runtime/core/message.h"

/* In the state of a private task: its maker has given it up; whoever completes it frees it. */
#define CHI_TASK_DETACHED 0x80u

struct chi_fanout;
struct chi_hold;
struct chi_origin;
struct chi_pool;
struct chi_timing;
struct chi_waiter;
struct chi_worker;

struct chi_record {
    struct chi_message message; /* its way to another worker; also links it into a lane */
    struct chi_run_context context;
    struct chi_lane *lane;
    struct chi_pool *pool;
    const struct chi_task_schema *schema;
    struct chi_origin *origin;
    uint64_t shm_offset;       /* of the client's task in main; 0: made in the runtime */
    uint64_t copied;           /* bytes of its strings that count against the origin's budget */
    uint64_t load;             /* what its lane's backlog was raised by */
    struct chi_timing *timing; /* NULL where it has neither deadline nor period */
    struct chi_hold *holds;    /* locks it has; its worker's thread */
    int32_t ended;             /* why it is to end before its time: 0 or a code; see verdict.h */
    uint16_t failed;           /* containers in which a task for several failed */
    uint8_t parity;            /* which of the origin's counts it is in */
    uint8_t class_index;       /* of its size */
    bool counted;              /* in the counts of origin and pool */
    bool clients;              /* a client's task or a copy of one: no handler waits for it */
    bool flush;                /* waits for others' end: no grace period waits for it */
    bool shield;               /* its handler lets nothing cut its waits short */
    bool rerun;                /* of a periodic task: prepared before */
    bool bound;                /* counted in its lane's `bound` */
    bool foreign;              /* and in its `visitors` */
    bool is_call;              /* runs call() instead of a method */

    /* From here on nothing concerns a client's task that is run when it comes in. */
    uint64_t arrival;          /* number in the order of its worker's lanes */
    struct chi_fanout *fanout; /* for several containers: of the task and of each copy; else NULL */
    struct chi_record *parent; /* of a copy: the task for several containers that it was made for */
    int (*call)(void *argument); /* chi_runtime_call() */
    void *call_argument;

    /* A subtask's maker: these belong to the thread of `home`. */
    struct chi_worker *home;
    struct chi_waiter *waiter; /* who is parked until it is done */
    bool expecting;            /* a note of its completion is on the way to `home` */
    bool deleted;              /* free it when that note has come */
    bool late;                 /* submitted by a handler that was to end already */

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

#define CHI_RECORD_CLASSES 7u /* task sizes up to 64, 128, ... 4096 */

struct chi_record_cache {
    struct chi_message *free[CHI_RECORD_CLASSES];
    uint32_t count[CHI_RECORD_CLASSES];
};

/*
 * A record for a task of `size` bytes, whose task is uninitialised and whose other members are
 * zero. NULL where memory is out.
 */
struct chi_record *chi_record_new(struct chi_record_cache *cache, uint32_t size);

/* Frees the record; not what its task's members hold. */
void chi_record_free(struct chi_record_cache *cache, struct chi_record *record);
void chi_record_cache_fini(struct chi_record_cache *cache);

#endif
