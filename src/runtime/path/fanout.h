/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fan-out: a task for several containers is the parent of copies, one for each container. Copies
 * are merged into the parent in the order of containers; then the parent completes. Called by
 * route.c and complete.c, on the thread of the worker that routed the parent, its home.
 */
#ifndef CHI_RUNTIME_PATH_FANOUT_H
#define CHI_RUNTIME_PATH_FANOUT_H

#include "runtime/core/record.h"
#include "runtime/worker/wait_entry.h"
#include "task/query.h"

/* Maximum number of copies of one parent that exist at a time, running or waiting for the merge. */
#define CHI_FANOUT_WINDOW 128u

struct chi_fanout {
    struct chi_wait_entry entry; /* first; a scan finds the parent by it */
    struct chi_worker *home;
    struct chi_record *parent;
    struct chi_query_range range;
    uint32_t window;
    uint32_t made;               /* copies made, in the order of containers */
    uint32_t merged;             /* copies merged and freed */
    uint32_t failed;             /* copies that failed */
    int stop_code;               /* not 0: no further copy is made; the others fail with it */
    bool advancing;              /* advance() is running, and does what comes meanwhile */
    struct chi_record *copies[]; /* [window]; number i at i % window, for merged <= i < made */
};

/* Not inlined, which keeps the path of other tasks short. */
#define CHI_FANOUT_APART __attribute__((noinline))

/* Starts the copies of a prepared task. Completes it when all are merged, perhaps before it
 * returns. */
CHI_FANOUT_APART void chi_fanout_start(struct chi_worker *worker, struct chi_record *record,
                                       struct chi_query_range range);

/* A copy of a parent of this worker is done. */
CHI_FANOUT_APART void chi_fanout_take(struct chi_record *copy);

#endif
