/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locks between groups of tasks: what a task's record and its worker keep of them. The interface
 * for modules is chimaera/comutex.h and corwlock.h.
 *
 * A hold is one task's use of one lock in one mode: QUEUED in the lock's queue, then HELD in its
 * list of holds, then free. It comes from the memory of the task's worker.
 *
 *   state    links it            changed by
 *   QUEUED   the lock's queue    the task's worker enters it; whoever hands the lock over, or the
 *                                task when its wait ends with a code, takes it out
 *   HELD     the lock's holds    the task's worker takes it out
 *
 * Both lists and `state` change under the lock's guard. The task's own list, `waiter` and
 * `in_flight` (apart from being set under the guard) belong to the task's worker.
 */
#ifndef CHI_RUNTIME_LOCK_H
#define CHI_RUNTIME_LOCK_H

#include "chimaera/colock.h"
#include "runtime/core/message.h"

struct chi_record;
struct chi_waiter;
struct chi_worker;

enum chi_hold_state {
    CHI_HOLD_QUEUED,
    CHI_HOLD_HELD,
};

struct chi_hold {
    struct chi_message message;   /* first; tells the worker of a waiting task that it holds now;
                                   * links   free ones */
    struct chi_hold *next, *prev; /* in the lock's queue or holds;  */
    struct chi_record *record;
    uint32_t major; /* of the group: tells nearly all apart without their records */
    enum chi_colock_mode mode;
    enum chi_hold_state state;
    bool upgrade;   /* waits to write while its group reads */
    bool in_flight; /* the message is on its way */
    uint32_t count; /* how often the task has locked */

    uint32_t ticket; /* place in the queue */
    struct chi_colock *lock;
    struct chi_hold *next_of_task; /* in the record's list of what it holds */
    struct chi_hold *next_handed;  /* of those that one hand-over woke */
    struct chi_worker *worker;
    struct chi_waiter *waiter; /* on the parked fiber's stack; NULL once it has left */
    const char *name;          /* what the module's source calls the lock */
};

/* Unlocks what a task that has ended still holds, and says so in the log. On its worker. */
void chi_lock_release_all(struct chi_worker *worker, struct chi_record *record);

#endif
