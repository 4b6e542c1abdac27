/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wait chain: from a task to the handler that waits for it, and so on. Only the worker of the
 * task's maker knows which handler waits, so the walk is a message that goes from worker to worker.
 * A record is read only on the worker where its handler is parked. Elsewhere its address is only
 * compared, because a wait that times out may end the task while the message is on its way.
 */
#include "runtime/sync/wait_chain.h"

#include "base/clock.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/module/pool.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

#define POLL_NS (50 * CHI_NS_PER_US)

enum { WALKING, FREE, DEADLOCK };

struct walk {
    struct chi_message message;
    const struct chi_record *target; /* the task whose waiter is searched */
    const struct chi_pool *pool;
    atomic_int result;
};

/* Searches the handler that waits for `target`. */
struct search {
    const struct chi_record *target;
    struct chi_record *found; /* NULL: none */
};

static void compare(struct chi_fiber *fiber, void *argument)
{
    struct search *search = argument;
    const struct chi_waiter *waiter = fiber->user;
    for (size_t i = 0; i < waiter->task_count; i++)
        if (waiter->tasks[i] == &search->target->task)
            search->found = waiter->current;
}

static struct chi_record *waiting_for(const struct chi_worker *worker,
                                      const struct chi_record *target)
{
    struct search search = {.target = target};
    chi_fiber_visit(worker->fibers.pool, compare, &search);
    return search.found;
}

static void step(struct chi_worker *worker, struct chi_message *message)
{
    struct walk *walk = (void *)message;
    int result = FREE;

    for (;;) {
        struct chi_record *record = waiting_for(worker, walk->target);
        if (record == NULL)
            break;
        if (record->pool == walk->pool) {
            result = DEADLOCK;
            break;
        }
        if (record->parent != NULL)
            record = record->parent; /* the handler that waits for the parent waits for the copy */
        if (record->home == NULL)
            break; /* a client's task */
        walk->target = record;
        if (record->home != worker) {
            chi_worker_send(record->home, message);
            return;
        }
    }
    atomic_store_explicit(&walk->result, result, memory_order_release); /* `walk` may be gone now */
}

bool chi_wait_chain_reaches(struct chi_worker *worker, const struct chi_pool *pool)
{
    struct chi_record *self = worker->current;
    struct walk walk = {.message.handle = step, .target = self, .pool = pool};

    if (self->home == NULL)
        return false;
    if (self->home == worker)
        step(worker, &walk.message);
    else
        chi_worker_send(self->home, &walk.message);
    while (atomic_load_explicit(&walk.result, memory_order_acquire) == WALKING)
        chi_task_sleep(POLL_NS);
    return atomic_load_explicit(&walk.result, memory_order_relaxed) == DEADLOCK;
}
