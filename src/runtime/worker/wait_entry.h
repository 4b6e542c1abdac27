/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks that wait on a worker and are in none of its lanes: parked, between two runs of a periodic
 * task, or until their copies are done. The code that keeps such a task links an entry for it, so
 * that it is found when it has to end before its time. The worker's thread only.
 */
#ifndef CHI_RUNTIME_WAIT_ENTRY_H
#define CHI_RUNTIME_WAIT_ENTRY_H

#include <stdbool.h>
#include <sys/queue.h>

struct chi_record;
struct chi_worker;

struct chi_wait_entry {
    LIST_ENTRY(chi_wait_entry) link;
    struct chi_record *record;
    /* Ends the wait, now or soon; record->ended is `code`. May remove and free any of the list. */
    void (*end)(struct chi_worker *worker, struct chi_wait_entry *entry, int code);
    bool unstarted; /* no handler of it has begun: more reasons to end it */
};

LIST_HEAD(chi_wait_list, chi_wait_entry);

#endif
