/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wait graph: tasks that wait for a lock or for one subtask, and the locks that they hold. Its
 * pointers are never dereferenced, so a graph may be read on any thread. Filled by workers for the
 * deadlock monitor, joined and searched by the control thread. One thread at a time.
 */
#ifndef CHI_RUNTIME_SYNC_WAIT_GRAPH_H
#define CHI_RUNTIME_SYNC_WAIT_GRAPH_H

#include "chimaera/task.h"

struct chi_wait_hold {
    const void *lock;
    bool write;
};

struct chi_wait_node {
    const void *task; /* its record; of a copy: that of the parent */
    uint32_t worker;
    uint64_t serial; /* number of this wait on that worker */
    const void *origin;
    struct chi_task_node group;
    const void *lock;    /* what it waits for; NULL: a subtask, */
    const void *awaited; /* namely this record */
    bool write;
    uint32_t ticket;   /* place in the lock's queue */
    uint32_t position; /* that of the first of its group there; set by chi_wait_graph_cycles() */
    uint32_t holds_first, holds_count; /* in the graph's holds */
    bool lasting;                      /* it is in the older graph, too */
    bool reported;                     /* in a cycle that was reported already */
    char task_name[96];
    char lock_name[64];
};

struct chi_wait_graph {
    struct chi_wait_node *nodes;
    struct chi_wait_hold *holds;
    uint32_t node_count, node_room;
    uint32_t hold_count, hold_room;
    bool incomplete; /* out of memory */
};

/* Adds a zeroed node. Returns it, valid until the next is added; NULL: out of memory. */
struct chi_wait_node *chi_wait_graph_add(struct chi_wait_graph *graph);

/* Adds a hold to the node that was added last. */
void chi_wait_graph_add_hold(struct chi_wait_graph *graph, const void *lock, bool write);

/* Adds all of `part` to `graph`. */
void chi_wait_graph_join(struct chi_wait_graph *graph, const struct chi_wait_graph *part);

/* Removes all nodes; keeps the memory. */
void chi_wait_graph_clear(struct chi_wait_graph *graph);

/* Frees the memory. */
void chi_wait_graph_fini(struct chi_wait_graph *graph);

/*
 * Marks the waits that are in the older graph, too, as lasting. All waits of the older graph were
 * read before any of the newer one, so at one moment all lasting waits existed together; and a task
 * that waits neither takes nor releases a lock.
 */
void chi_wait_graph_mark_lasting(struct chi_wait_graph *graph, const struct chi_wait_graph *older);

/*
 * Called for a cycle.
 *   cycle   indices of `count` nodes: each waits for the next, the last for the first
 *   fresh   one of them was in no cycle before
 */
typedef void chi_wait_cycle_fn(const struct chi_wait_graph *graph, const uint32_t *cycle,
                               uint32_t count, bool fresh, void *argument);

/* Finds cycles of lasting waits; at least one if there are any. Returns 0 or -ENOMEM. */
int chi_wait_graph_cycles(struct chi_wait_graph *graph, chi_wait_cycle_fn *found, void *argument);

#endif
