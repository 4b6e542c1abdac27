/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fan-out: a task for several containers runs as copies, one for each, which are merged into it in
 * the order of containers; then it is complete, once. Everything here happens on the thread of the
 * worker that routed the task, its home.
 */
#ifndef CHI_RUNTIME_FANOUT_H
#define CHI_RUNTIME_FANOUT_H

#include "runtime/core/record.h"
#include "runtime/worker/wait_entry.h"
#include "task/query.h"

/* Copies of one task that exist at a time, whether they run or wait for their turn to be merged. */
#define CHI_FANOUT_WINDOW 128u

struct chi_fanout {
    struct chi_wait_entry entry; /* so that the whole is found where it is to end before its time */
    struct chi_worker *home;
    struct chi_record *parent;
    struct chi_query_range range;
    uint32_t window;
    uint32_t made;   /* copies made, in the order of containers */
    uint32_t merged; /* those of them that are merged and freed */
    uint32_t failed;
    int stop_code;  /* not 0: no further copy is made, the rest fails with it */
    bool advancing; /* a loop over it runs; whoever comes meanwhile leaves the work to that */
    struct chi_record *copies[]; /* [window]; number i at i % window, for merged <= i < made */
};

/* Not to be inlined into the path of every task. */
#define CHI_FANOUT_APART __attribute__((noinline))

/* Takes a prepared task over and completes it when all copies are merged, perhaps at once. */
CHI_FANOUT_APART void chi_fanout_start(struct chi_worker *worker, struct chi_record *record,
                                       struct chi_query_range range);

/* A copy is done. */
CHI_FANOUT_APART void chi_fanout_take(struct chi_record *copy);

#endif
