/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting in handlers for events other than tasks, time and descriptors: parking places, and
 * pollers that a worker calls in every round of its scheduling loop. All calls are made in
 * handlers, on a worker thread, unless a comment says otherwise.
 */
#ifndef CHIMAERA_PARK_H
#define CHIMAERA_PARK_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * A place where one fiber waits until it is woken. It lies on the stack of the waiting handler:
 * initialise it, pass it to the waker, park. The members belong to the runtime.
 */
struct chi_parking {
    void *worker;
    void *waiter;
    void *message[2];
    int32_t result;
    uint32_t woken;
};

/*
 * Initialises a place for the calling handler, which must not return before chi_task_unpark() was
 * called. Never parks.
 */
CHI_API void chi_parking_init(struct chi_parking *parking);

/*
 * Waits until chi_task_unpark() is called for this place; returns immediately if it was called
 * already. Parks the calling fiber. Nothing else ends this wait, not even cancellation: the waker
 * may still write to the handler's memory.
 * Returns the result that was passed to chi_task_unpark().
 */
CHI_API int chi_task_park(struct chi_parking *parking);

/*
 * Wakes the fiber that waits at this place, or will wait there. Call it once per
 * chi_parking_init(); do not access the place afterwards. Any thread of the process; never parks.
 *   result   returned by chi_task_park()
 */
CHI_API void chi_task_unpark(struct chi_parking *parking, int result);

/*
 * A source of completions besides tasks, such as an io_uring. `poll` is called in each round of its
 * worker's loop, after the tasks of that round. It must not park, and returns whether it found
 * work. A worker sleeps only after rounds without work, and wakes when `fd` is readable.
 */
struct chi_poller {
    bool (*poll)(struct chi_poller *poller);
    int fd;       /* readable while `poll` has work that the worker did not start itself */
    void *worker; /* this and the following members belong to the runtime */
    struct chi_poller *next;
};

/*
 * Adds the poller to the calling handler's worker. Never parks.
 * Returns 0, or -errno of epoll_ctl().
 */
CHI_API int chi_poller_add(struct chi_poller *poller);

/*
 * Removes the poller from its worker, which may be a different one than the caller's. `poll` is not
 * called any more when this returns. Parks the calling fiber.
 */
CHI_API void chi_poller_remove(struct chi_poller *poller);

/*
 * Returns a number that identifies the client of the running task: the same for all tasks of one
 * attached client and their subtasks, 0 for the runtime's own tasks. A number is reused after its
 * client has detached. Never parks.
 */
CHI_API uint32_t chi_current_client(void);

CHI_END_DECLS

#endif
