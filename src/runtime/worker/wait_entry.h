/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wait entries: the tasks of a worker that wait and are in none of its lanes. Such a task is
 * parked, is periodic and between two runs, or waits for its copies. The code that keeps the task
 * adds an entry, so that a scan finds it when it has to end early. The worker's thread only.
 */
#ifndef CHI_RUNTIME_WORKER_WAIT_ENTRY_H
#define CHI_RUNTIME_WORKER_WAIT_ENTRY_H

#include <stdbool.h>

struct chi_record;
struct chi_worker;

struct chi_wait_entry {
    struct chi_wait_entry *prev;
    struct chi_wait_entry *next;
    struct chi_record *record;
    /* Ends the wait, now or soon; record->ended is `code`. May remove and free entries of the list.
     */
    void (*end)(struct chi_worker *worker, struct chi_wait_entry *entry, int code);
    bool unstarted; /* no handler runs: chi_record_verdict_unstarted() applies */
};

/* Initialises an empty list. */
static inline void chi_wait_entry_init(struct chi_wait_entry *list)
{
    list->prev = list->next = list;
}

/* Adds an entry at the end of the list. */
static inline void chi_wait_entry_add(struct chi_wait_entry *list, struct chi_wait_entry *entry)
{
    entry->prev = list->prev;
    entry->next = list;
    entry->prev->next = entry->next->prev = entry;
}

/* Removes an entry from its list. */
static inline void chi_wait_entry_remove(struct chi_wait_entry *entry)
{
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
}

#endif
