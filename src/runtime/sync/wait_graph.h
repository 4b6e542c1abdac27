/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who waits for whom: tasks that wait for a lock or for one subtask, and which locks they hold. A
 * copy that refers to nothing, so any thread may look at it: the pointers here are names.
 */
#ifndef CHI_RUNTIME_WAIT_GRAPH_H
#define CHI_RUNTIME_WAIT_GRAPH_H

#include "chimaera/task.h"

struct chi_wait_hold {
    const void *lock;
    bool write;
};

struct chi_wait_node {
    const void *task; /* its record; of a copy for one of several containers: the whole's */
    uint32_t worker;
    uint64_t serial; /* which wait of that worker this is */
    const void *origin;
    struct chi_task_node group;
    const void *lock; /* what it waits for; or NULL, and then */
    const void *awaited;
    bool write;
    uint32_t ticket;   /* place in the lock's queue */
    uint32_t position; /* that of the first of its group there; set by chi_wait_graph_cycles() */
    uint32_t holds_first, holds_count; /* in the graph's holds */
    bool lasting;                      /* was in the older graph, too */
    bool reported;                     /* in a cycle that was told as new */
    char task_name[96];
    char lock_name[64];
};

struct chi_wait_graph {
    struct chi_wait_node *nodes;
    struct chi_wait_hold *holds;
    uint32_t node_count, node_room;
    uint32_t hold_count, hold_room;
    bool incomplete; /* memory was out */
};

/* A zeroed node of the graph, or NULL where memory is out. Good until the next one is added. */
struct chi_wait_node *chi_wait_graph_add(struct chi_wait_graph *graph);

/* Adds a hold to the node added last. */
void chi_wait_graph_add_hold(struct chi_wait_graph *graph, const void *lock, bool write);

/* Adds all of `part` to `graph`. */
void chi_wait_graph_join(struct chi_wait_graph *graph, const struct chi_wait_graph *part);

void chi_wait_graph_clear(struct chi_wait_graph *graph);
void chi_wait_graph_fini(struct chi_wait_graph *graph);

/*
 * Marks the waits that are in the older graph too. What lay in both has lasted: if every wait of
 * the older one was seen before any of the newer, there was a moment at which all of those were
 * waiting at once, and a task that waits neither takes a lock nor gives one back.
 */
void chi_wait_graph_mark_lasting(struct chi_wait_graph *graph, const struct chi_wait_graph *older);

/* A cycle: each of `count` tasks waits for the next, the last for the first. `fresh`: one of them
 * was not in a cycle told before. */
typedef void chi_wait_cycle_fn(const struct chi_wait_graph *graph, const uint32_t *cycle,
                               uint32_t count, bool fresh, void *argument);

/* Finds cycles among lasting waits, at least one wherever there is one. 0 or -ENOMEM. */
int chi_wait_graph_cycles(struct chi_wait_graph *graph, chi_wait_cycle_fn *found, void *argument);

#endif
