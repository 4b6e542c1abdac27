/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wait entries: the tasks of a worker that wait and are in none of its lanes. Such a task is
 * parked, is periodic and between two runs, or waits for its copies. The code that keeps the task
 * adds an entry, so that a scan finds it when it has to end early. The worker's thread only.
 */
#ifndef CHI_RUNTIME_WORKER_WAIT_ENTRY_H
#define CHI_RUNTIME_WORKER_WAIT_ENTRY_H

#include <stdbool.h>
#include <sys/queue.h>

struct chi_record;
struct chi_worker;

struct chi_wait_entry {
    LIST_ENTRY(chi_wait_entry) link;
    struct chi_record *record;
    /* Ends the wait, now or soon; record->ended is `code`. May remove and free entries of the list.
     */
    void (*end)(struct chi_worker *worker, struct chi_wait_entry *entry, int code);
    bool unstarted; /* no handler runs: chi_record_verdict_unstarted() applies */
};

LIST_HEAD(chi_wait_list, chi_wait_entry);

#endif
