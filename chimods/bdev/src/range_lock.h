/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Range locks on a device, taken by writes. A write of a part of a sector reads the sector, changes
 * it and writes it back; its lock is exclusive, so that no other write of that sector is lost. The
 * lock of a write of whole sectors is shared. Locks are granted in order of arrival. Handlers of
 * any worker.
 */
#ifndef CHIMAERA_BDEV_RANGE_LOCK_H
#define CHIMAERA_BDEV_RANGE_LOCK_H

#include <chimaera/park.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* One lock. Lives on the stack of the handler that writes. */
struct bdev_range_lock {
    uint64_t first, end; /* bytes of the device, whole sectors */
    bool exclusive;
    bool granted;
    struct bdev_range_lock *previous, *next; /* in order of arrival */
    struct chi_parking parking;
};

/* The locks of one device, granted and waiting. */
struct bdev_range_locks {
    pthread_mutex_t lock; /* protects everything below */
    struct bdev_range_lock *first, *last;
    uint32_t waiting;
    uint32_t exclusive; /* granted or waiting */
};

void bdev_range_locks_init(struct bdev_range_locks *locks);
void bdev_range_locks_fini(struct bdev_range_locks *locks);

/* Acquires a lock on [range->first, range->end), or returns false where it would have to wait. */
bool bdev_range_lock_try(struct bdev_range_locks *locks, struct bdev_range_lock *range);

/*
 * Acquires the lock; parks the calling fiber until it is granted. The caller must hold no other
 * range lock: two handlers that wait for each other's lock would deadlock.
 */
void bdev_range_lock_acquire(struct bdev_range_locks *locks, struct bdev_range_lock *range);

void bdev_range_lock_release(struct bdev_range_locks *locks, struct bdev_range_lock *range);

#endif
