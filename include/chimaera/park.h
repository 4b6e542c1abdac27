/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a module's handlers wait for what is not a task, a time or a descriptor: parking places, and
 * pollers that a worker calls in every round of its scheduling loop. Handlers, on a worker's
 * thread, unless a comment says otherwise.
 */
#ifndef CHIMAERA_PARK_H
#define CHIMAERA_PARK_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * A place where one fiber waits until somebody wakes it. Lives on the waiting handler's stack:
 * init, tell whoever shall wake it, park. The members are the runtime's.
 */
struct chi_parking {
    void *worker;
    void *waiter;
    void *message[2];
    int32_t result;
    uint32_t woken;
};

/* Prepares a place for the calling handler. It must not return before the place was woken. */
CHI_API void chi_parking_init(struct chi_parking *parking);

/*
 * Waits until chi_task_unpark() was called for this place, and returns its result; at once where
 * that has happened. Parks the calling fiber. Nothing else ends this wait, no cancelling either:
 * what it waits for may still be writing to the handler's memory.
 */
CHI_API int chi_task_park(struct chi_parking *parking);

/*
 * Wakes it. Any thread of the process, once for each init. The place belongs to its handler again
 * from then on.
 */
CHI_API void chi_task_unpark(struct chi_parking *parking, int result);

/*
 * Something that completes by itself beside the tasks, such as an io_uring. `poll` is called in
 * each round of its worker's loop, after the tasks of that round; it never parks, and returns
 * whether it found anything to do. A worker sleeps only after rounds in which it found nothing, and
 * wakes when `fd` is readable.
 */
struct chi_poller {
    bool (*poll)(struct chi_poller *poller);
    int fd; /* readable as long as poll would find something that the worker did not start itself */
    void *worker; /* the runtime's, as all below */
    struct chi_poller *next;
};

/* Adds it to the calling handler's worker. 0, or -errno of epoll_ctl. */
CHI_API int chi_poller_add(struct chi_poller *poller);

/*
 * Takes it from its worker, whichever that is; not called again afterwards. Parks the calling
 * fiber.
 */
CHI_API void chi_poller_remove(struct chi_poller *poller);

/*
 * A number that tells apart whom the running task comes from: the same for all tasks of one
 * attached client, and for those that handlers made for them; 0 for the runtime's own. A number is
 * used again once its client has gone.
 */
CHI_API uint32_t chi_current_client(void);

CHI_END_DECLS

#endif
