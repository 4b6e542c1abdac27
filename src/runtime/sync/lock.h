/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locks between groups of tasks: what a task's record and its worker store of them. The interface
 * for modules is chimaera/comutex.h and chimaera/corwlock.h.
 *
 * A hold is one task's use of one lock in one mode: QUEUED in the lock's queue, then HELD in its
 * list of holds, then free. It comes from the cache of the task's worker.
 *
 *   state    linked in           changed by
 *   QUEUED   the lock's queue    added by the task's worker; removed by the task that unlocks, or
 *                                by the waiting task when its wait ends with a code
 *   HELD     the lock's holds    removed by the task's worker
 *
 * Both lists and `state` change under the lock's guard. The task's own list and `waiter` belong to
 * the task's worker; so does `in_flight`, which is set under the guard.
 */
#ifndef CHI_RUNTIME_SYNC_LOCK_H
#define CHI_RUNTIME_SYNC_LOCK_H

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
    struct chi_message message;   /* first; tells the task's worker that it holds the lock;
                                   * links free holds */
    struct chi_hold *next, *prev; /* in the lock's queue or holds */
    struct chi_record *record;
    uint32_t major; /* of the group: a quick comparison before same_group() */
    enum chi_colock_mode mode;
    enum chi_hold_state state;
    bool upgrade;   /* waits to write while its group reads */
    bool in_flight; /* the message is on its way */
    uint32_t count; /* how often the task has locked */

    uint32_t ticket; /* place in the queue */
    struct chi_colock *lock;
    struct chi_hold *next_of_task; /* in the record's list of what it holds */
    struct chi_hold *next_handed;  /* in the list of holds that one hand-over moved */
    struct chi_worker *worker;
    struct chi_waiter *waiter; /* on the parked fiber's stack; NULL: the wait has ended */
    const char *name;          /* of the lock in the module's source */
};

/* Unlocks what a task that has ended still holds, with a message in the log. Its worker. */
void chi_lock_release_all(struct chi_worker *worker, struct chi_record *record);

#endif
