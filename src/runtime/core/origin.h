/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Origins: where tasks come from. Each attached client is one; the runtime's own tasks have one
 * more. An origin counts its tasks in flight, so that its memory is freed only when no task uses it
 * any more. Workers count; the control thread adds up and carries out grace periods.
 *
 * Counting needs no write to a cache line that two workers write: each worker has its own cell. A
 * task is added to `begun` of the worker that took it in, and to `ended` of the worker that
 * completed it; only the sums over all cells mean something. The sum of `ended` is read first, so
 * that a task that ends meanwhile is counted as in flight.
 *
 * Each cell has two pairs of counts. For a grace period every worker takes in what the origin's
 * lanes hold, and counts later tasks in the other pair. When all have done so and the sums of the
 * old pair are equal, all tasks submitted before have completed.
 */
#ifndef CHI_RUNTIME_CORE_ORIGIN_H
#define CHI_RUNTIME_CORE_ORIGIN_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "lane/ingress_lane.h"
#include "runtime/core/counter.h"
#include "runtime/core/message.h"
#include "shm/layout.h"

struct chi_runtime;
struct chi_worker;

/* The share of one client on one worker: see worker/share.h. Part of its origin's cell. */
struct chi_share {
    uint32_t parked;          /* its tasks that are parked, without subtasks */
    struct chi_fifo deferred; /* tasks that reached the front of their lane and may not start yet */
    STAILQ_ENTRY(chi_share) link; /* on the worker's list of shares with deferred tasks */
    struct chi_origin *origin;
};

struct chi_origin_cell {
    /* Written by the worker; `parity` by the thread that serves its lanes. Read by any thread. */
    _Alignas(CHI_CACHE_LINE) _Atomic(uint32_t) parity; /* the pair that counts new tasks */
    _Atomic(uint64_t) begun[2];                        /* tasks that were taken in */
    _Atomic(uint64_t) ended[2];                        /* tasks that completed */
    _Atomic(uint64_t) refused; /* invalid items: no task, or no output, of this client */
    _Atomic(uint64_t) lent;    /* bytes of outputs lent minus returned; only the sum is exact */
    struct chi_share share;    /* of that worker's fibers */
};

enum chi_origin_state {
    CHI_ORIGIN_FREE = 0,
    CHI_ORIGIN_LIVE = 1,
    CHI_ORIGIN_DYING = 2, /* the client is gone, and its tasks are still in flight */
};

/* The reading side of one ingress lane. The thread that serves the lanes of `worker`. */
struct chi_ingress {
    struct chi_lane_reader reader;
    struct chi_origin *origin;
    struct chi_worker *worker;
    uint32_t number;                /* bit in the worker's bell */
    uint32_t idle_polls;            /* empty polls in a row */
    bool hot;                       /* on the poll list */
    STAILQ_ENTRY(chi_ingress) link; /* in that list */
};

struct chi_origin_message {
    struct chi_message message;
    struct chi_origin *origin;
};

struct chi_origin {
    uint16_t owner;      /* number in the extent tables, and tag of lent outputs */
    atomic_int state;    /* enum chi_origin_state; written by the control thread */
    atomic_bool cancels; /* it has cancelled a task: scans check its marks; control thread */
    atomic_uint held;    /* periodic tasks, running or between runs; workers */
    struct chi_shm_slot *shm_slot;
    struct chi_origin_cell *cells; /* [worker_count] */
    struct chi_ingress *ingress;   /* [lanes_per_client] */
    int notify_fd; /* the daemon's end of the socket for chi_task_notify(); -1: none */

    /* Control thread. */
    int socket;
    pid_t pid;
    uid_t uid;
    uint32_t rights;                     /* enum chi_right; fixed while it is attached */
    bool dropping;                       /* workers were told to stop serving the lanes */
    bool scanned;                        /* its waiting tasks were told that it is gone */
    struct chi_origin_message *messages; /* [worker_count], of the step that is under way */
    atomic_uint acks_due;                /* workers that have not handled theirs yet */
    uint64_t grace_running;              /* number of the running grace period; 0: none */
    uint32_t grace_parity;
    struct chi_retired *retired; /* units that wait for a grace period */

    _Atomic(uint64_t) attached_ns; /* tells one client of the slot from the next */
    _Atomic(uint64_t) copied;      /* bytes of strings and vectors in private copies; workers */
    _Atomic(uint64_t) grace_asked; /* number of the last grace period requested; any thread */
    _Atomic(uint64_t) grace_done;  /* number of the last one that is over; control thread */
    pthread_mutex_t texts_lock;    /* for the texts in the slot */
    uint64_t texts;                /* number of texts so far; texts_lock */
    atomic_int flushing[2];        /* by parity: tasks that wait for a grace period themselves */
};

/* Returns the number of tasks in flight. Any thread. */
int64_t chi_origin_in_flight(const struct chi_runtime *runtime, const struct chi_origin *origin);

/* Returns the number of tasks in flight of one of the two pairs of counts. Any thread. */
int64_t chi_origin_count(const struct chi_runtime *runtime, const struct chi_origin *origin,
                         uint32_t parity);

/* Returns the bytes of outputs that the client has not given back. Any thread. */
uint64_t chi_origin_lent(const struct chi_runtime *runtime, const struct chi_origin *origin);

/*
 * Requests a grace period that begins after this call. Any thread. Returns its number: it is over
 * when `grace_done` has reached that.
 */
uint64_t chi_origin_ask_grace(struct chi_runtime *runtime, struct chi_origin *origin);

/*
 * Prepares the origin for a new client. The arrays that it allocates stay with the slot, because
 * other threads read the counts at any time; chi_origin_fini() frees them when the runtime ends.
 * Control thread, or the thread that starts the runtime.
 * Returns 0, or
 *   -ENOMEM   out of memory
 */
int chi_origin_init(struct chi_runtime *runtime, struct chi_origin *origin, uint16_t owner);
void chi_origin_fini(struct chi_origin *origin);

#endif
