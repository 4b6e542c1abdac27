/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Doorbell: how a client wakes a worker that no longer polls a lane.
 *
 *   worker                                 client
 *   ------                                 ------
 *   armed = 1             (seq_cst)        push word             (seq_cst)
 *   read the lane         (seq_cst)        if armed:             (seq_cst)
 *   sleeping = 1          (seq_cst)            take armed
 *   read the bell         (seq_cst)            set bit in bell   (seq_cst)
 *   sleep on eventfd                           if sleeping: write eventfd (seq_cst)
 *
 * In each of the two hand-shakes both sides write, then read what the other side writes. All four
 * accesses are seq_cst, so at least one side sees the other: either the worker finds the item (or
 * the bit), or the client rings (or writes). With weaker orders both sides may read the old value,
 * and the wake-up is lost. test/model/doorbell.pml checks the protocol, and that it fails without
 * the order.
 *
 * A client that dies after it has taken `armed` leaves only its own lane unannounced, which is
 * dropped. `sleeping` is shared by all clients and not taken: each client that reads 1 writes the
 * eventfd.
 */
#ifndef CHI_LANE_BELL_H
#define CHI_LANE_BELL_H

#include <sys/syscall.h>
#include <unistd.h>

#include "shm/layout.h"

/*
 * Wakes the thread that sleeps on this eventfd. syscall(): unlike write() it is no cancellation
 * point.
 */
static inline void chi_eventfd_wake(int fd)
{
    uint64_t one = 1;
    syscall(SYS_write, fd, &one, sizeof(one));
}

/*
 * Client, after chi_lane_push(): rings the worker if the lane is armed. The caller bounds `number`.
 */
static inline void chi_bell_ring(struct chi_shm_bell *bell, struct chi_shm_lane *lane,
                                 uint32_t number, int eventfd)
{
    if (!atomic_load_explicit(&lane->armed, memory_order_seq_cst))
        return;
    if (!atomic_exchange_explicit(&lane->armed, 0, memory_order_seq_cst))
        return; /* another thread of this process rings */
    atomic_fetch_or_explicit(&bell->rung[number / 64], (uint64_t)1 << number % 64,
                             memory_order_seq_cst);
    atomic_fetch_or_explicit(&bell->summary, (uint64_t)1 << number / 64, memory_order_seq_cst);
    if (atomic_load_explicit(&bell->sleeping, memory_order_seq_cst))
        chi_eventfd_wake(eventfd);
}

/* Worker: arms the lane. The caller must poll the lane once more before it relies on the bell. */
static inline void chi_bell_arm(struct chi_shm_lane *lane)
{
    atomic_store_explicit(&lane->armed, 1, memory_order_seq_cst);
}

/* Worker: returns whether any lane has rung. */
static inline bool chi_bell_rung(const struct chi_shm_bell *bell)
{
    return atomic_load_explicit(&bell->summary, memory_order_seq_cst) != 0;
}

#endif
