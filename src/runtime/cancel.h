/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How tasks are ended before their time. Whoever wants it sets a mark in a place of his own (see
 * chi_record_verdict()), then every worker is asked to look over the tasks that rest on it.
 * Workers' threads, but for chi_runtime_look_over().
 */
#ifndef CHI_RUNTIME_CANCEL_H
#define CHI_RUNTIME_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

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

void chi_rest_init(struct chi_rest *list);
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

/* Completes a record that is about to be queued on this worker if it is to end; else sees to it
 * that its deadline is noticed. */
bool chi_worker_end_unstarted(struct chi_worker *worker, struct chi_record *record);

/* Asks every worker to look over its tasks, after a mark was set; any thread. */
void chi_runtime_look_over(struct chi_runtime *runtime);

/*
 * Looks over this worker's tasks. Takes a time that grows with their number, so it is put off
 * where it was done a moment ago: it never takes more than a fifth of the worker's time, however
 * often somebody asks.
 */
void chi_worker_look_over(struct chi_worker *worker);

/* Looks over this worker's tasks at that time. */
void chi_worker_look_over_at(struct chi_worker *worker, uint64_t when_ns);

#endif
