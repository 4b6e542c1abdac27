/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How tasks are ended before their time. Whoever wants it sets a mark in a place of his own (see
 * chi_record_verdict()), then for every worker two are asked to look: its own thread at the tasks
 * that rest on it, and whoever serves its lanes at those. Workers' threads, but for
 * chi_runtime_look_over().
 */
#ifndef CHI_RUNTIME_CANCEL_H
#define CHI_RUNTIME_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/message.h"

struct chi_record;
struct chi_runtime;
struct chi_worker;

/*
 * A task that rests on a worker and is in none of its lanes: parked, or waiting for its next run,
 * or for its copies. Whoever keeps it there links it while it rests; that worker's thread.
 */
struct chi_rest {
    struct chi_rest *prev;
    struct chi_rest *next;
    struct chi_record *record;
    /* Ends the rest, now or soon; record->ended is `code`. May remove and free any of the list. */
    void (*end)(struct chi_worker *worker, struct chi_rest *rest, int code);
    bool unstarted; /* no handler of it has begun: more reasons to end it */
};

/* When to look over a worker's rests, its thread; or its lanes, whoever serves them. */
struct chi_look {
    bool attentive;    /* somebody has asked once: what comes here from now on is looked at */
    uint64_t due_ns;   /* UINT64_MAX: not needed */
    uint64_t again_ns; /* not before */
    atomic_bool asked; /* the message is on its way */
    struct chi_message message;
};

void chi_rest_add(struct chi_rest *list, struct chi_rest *rest);
void chi_rest_remove(struct chi_rest *rest);

/*
 * Why a task on this worker is to end: 0, -ECANCELED, -ETIMEDOUT; remembered in record->ended.
 * Marks are: CHI_TASK_CANCEL in the task's state, the pool's `cancel`, the runtime's `cancel_all`,
 * the deadline.
 */
int chi_record_verdict(struct chi_worker *worker, struct chi_record *record, uint64_t now_ns);

/* The same for one whose handler has not begun: also where its client is gone, and, for a periodic
 * task, where pool or runtime take no more. */
int chi_record_verdict_unstarted(struct chi_worker *worker, struct chi_record *record,
                                 uint64_t now_ns);

/* Completes a record that is about to be queued in lanes of `owner`'s if it is to end; else sees to
 * it that its deadline is noticed. Whoever serves them. */
bool chi_worker_end_unstarted(struct chi_worker *owner, struct chi_record *record);

/*
 * Asks every worker to look over its tasks, after a mark was set; any thread. A look takes a time
 * that grows with their number, so it is put off where there was one a moment ago: looks for one
 * worker never take more than a fifth of a thread's time, however often somebody asks.
 */
void chi_runtime_look_over(struct chi_runtime *runtime);

/* From here on `worker` serves the lanes of `owner`, and notices the deadlines of what is in them.
 */
void chi_worker_watch_lanes(struct chi_worker *worker, const struct chi_worker *owner);

void chi_worker_look_init(struct chi_worker *worker);

#endif
