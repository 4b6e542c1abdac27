/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Origins: where tasks come from. Each attached client is one; the runtime's own tasks have one
 * more. An origin counts its tasks in flight, so that memory is taken back from it only when no
 * task uses it any more.
 *
 * Counting costs the path of a task no shared write: each worker has a cell of its own, a task is
 * counted up in the cell of the worker that took it in and down in that of the worker that
 * completed it; only the sums mean something. Read the ended ones first: then tasks that end
 * meanwhile are at worst counted as in flight. Each cell has two pairs of counts. A grace period
 * asks every worker to take in what its lanes hold and then to count new tasks in the other of the
 * two; when all have done so and the old sums agree, everything submitted before has completed.
 */
#ifndef CHI_RUNTIME_ORIGIN_H
#define CHI_RUNTIME_ORIGIN_H

#include <stdatomic.h>
#include <sys/types.h>

#include "lane/ingress_lane.h"
#include "runtime/core/counter.h"
#include "runtime/core/message.h"
#include "shm/layout.h"

struct chi_runtime;
struct chi_worker;

/* What one client has on one worker; part of its origin's cell. */
struct chi_share {
    uint32_t parked;              /* its tasks that wait; subtasks are not among them */
    struct chi_fifo deferred;     /* tasks that were first in their lane and might not start */
    STAILQ_ENTRY(chi_share) link; /* on the worker's list of clients with deferred tasks */
    struct chi_origin *origin;
};

struct chi_origin_cell {
    _Alignas(CHI_CACHE_LINE) _Atomic(uint32_t) parity; /* which count new tasks go to; its worker */
    _Atomic(uint64_t) begun[2];                        /* tasks counted in, and */
    _Atomic(uint64_t) ended[2]; /* counted out; each written by its worker only */
    _Atomic(uint64_t) refused;  /* items that were no task of this client's, or bad returns */
    _Atomic(uint64_t) lent;     /* bytes of outputs lent less those given back; wraps, sums up */
    struct chi_share share;     /* of that worker's fibers; does not sum up */
};

enum chi_origin_state {
    CHI_ORIGIN_FREE = 0,
    CHI_ORIGIN_LIVE = 1,
    CHI_ORIGIN_DYING = 2, /* the client is gone; its tasks in flight are not */
};

/* One ingress lane, as the worker that serves it sees it. */
struct chi_ingress {
    struct chi_lane_reader reader; /* its worker */
    struct chi_origin *origin;
    struct chi_worker *worker;
    uint32_t number;                /* bit in the worker's bell */
    uint32_t idle_polls;            /* its worker */
    bool hot;                       /* on its worker's list of lanes to poll */
    STAILQ_ENTRY(chi_ingress) link; /* in that list */
};

struct chi_origin_message {
    struct chi_message message;
    struct chi_origin *origin;
};

struct chi_origin {
    uint16_t owner;      /* in the extent tables and as tag of lent outputs */
    atomic_int state;    /* enum chi_origin_state; control thread writes */
    atomic_bool cancels; /* it has cancelled tasks: their marks are worth a look; control thread */
    atomic_uint held;    /* periodic tasks, whether they run or not; workers */
    struct chi_shm_slot *shm_slot;
    struct chi_origin_cell *cells; /* [worker_count] */
    struct chi_ingress *ingress;   /* [lanes_per_client] */
    int notify_fd;                 /* our end of what chi_task_notify() is told on; -1 none */

    /* Control thread. */
    int socket;
    pid_t pid;
    uid_t uid;
    bool dropping;                       /* workers were told to forget the lanes */
    struct chi_origin_message *messages; /* one per worker, for whatever is under way */
    atomic_uint acks_due;                /* workers that have not done so yet */
    uint64_t grace_running;              /* number of the grace period under way; 0 none */
    uint32_t grace_parity;
    struct chi_retired *retired;

    _Atomic(uint64_t) attached_ns; /* tells one tenant of the slot from the next */
    _Atomic(uint64_t) copied;      /* bytes of long strings held in private copies; workers */
    _Atomic(uint64_t) grace_asked; /* anybody */
    _Atomic(uint64_t) grace_done;  /* control thread */
    atomic_int flushing[2];        /* tasks that wait for a grace period themselves, by count */
};

/* Tasks in flight, both counts. */
int64_t chi_origin_in_flight(const struct chi_runtime *runtime, const struct chi_origin *origin);

/* The sum of one of the counts. */
int64_t chi_origin_count(const struct chi_runtime *runtime, const struct chi_origin *origin,
                         uint32_t parity);

/* Asks for a grace period that begins after now; any thread. It is over when grace_done >= the
 * result. */
uint64_t chi_origin_ask_grace(struct chi_runtime *runtime, struct chi_origin *origin);

/*
 * Makes the origin ready for a new tenant. What it allocates stays with the slot, because other
 * threads look at counts without asking; chi_origin_fini() is for the end of the runtime. 0 or
 * -ENOMEM.
 */
int chi_origin_init(struct chi_runtime *runtime, struct chi_origin *origin, uint16_t owner);
void chi_origin_fini(struct chi_origin *origin);

#endif
