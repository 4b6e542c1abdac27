/* SPDX-License-Identifier: BSD-3-Clause */
/* Range locks. See range_lock.h. One list in order of arrival: a lock is granted once no earlier
 * one, granted or waiting, conflicts with it, so none starves. */
#include "range_lock.h"

#include <stddef.h>

void bdev_range_locks_init(struct bdev_range_locks *locks)
{
    *locks = (struct bdev_range_locks){0};
    pthread_mutex_init(&locks->lock, NULL);
}

void bdev_range_locks_fini(struct bdev_range_locks *locks)
{
    pthread_mutex_destroy(&locks->lock);
}

/* Whether an earlier lock conflicts. Lock held. */
static bool must_wait(const struct bdev_range_locks *locks, const struct bdev_range_lock *range)
{
    if (locks->exclusive == 0)
        return false;
    for (const struct bdev_range_lock *r = range->previous; r != NULL; r = r->previous)
        if (r->first < range->end && range->first < r->end && (r->exclusive || range->exclusive))
            return true;
    return false;
}

static void append(struct bdev_range_locks *locks, struct bdev_range_lock *range)
{
    range->next = NULL;
    range->previous = locks->last;
    if (locks->last != NULL)
        locks->last->next = range;
    else
        locks->first = range;
    locks->last = range;
    locks->exclusive += range->exclusive;
}

static void unlink_range(struct bdev_range_locks *locks, struct bdev_range_lock *range)
{
    if (range->previous != NULL)
        range->previous->next = range->next;
    else
        locks->first = range->next;
    if (range->next != NULL)
        range->next->previous = range->previous;
    else
        locks->last = range->previous;
    locks->exclusive -= range->exclusive;
}

bool bdev_range_lock_try(struct bdev_range_locks *locks, struct bdev_range_lock *range)
{
    pthread_mutex_lock(&locks->lock);
    append(locks, range);
    range->granted = !must_wait(locks, range);
    if (!range->granted)
        unlink_range(locks, range);
    pthread_mutex_unlock(&locks->lock);
    return range->granted;
}

void bdev_range_lock_acquire(struct bdev_range_locks *locks, struct bdev_range_lock *range)
{
    pthread_mutex_lock(&locks->lock);
    append(locks, range);
    bool granted = range->granted = !must_wait(locks, range);
    if (!granted) {
        locks->waiting++;
        chi_parking_init(&range->parking);
    }
    pthread_mutex_unlock(&locks->lock);
    if (!granted)
        chi_task_park(&range->parking);
}

void bdev_range_lock_release(struct bdev_range_locks *locks, struct bdev_range_lock *range)
{
    pthread_mutex_lock(&locks->lock);
    struct bdev_range_lock *next = range->next; /* a lock that waits for it is behind it */
    unlink_range(locks, range);
    for (struct bdev_range_lock *r = next; r != NULL && locks->waiting > 0; r = r->next) {
        if (r->granted || must_wait(locks, r))
            continue;
        r->granted = true;
        locks->waiting--;
        /* The woken handler cannot unlink `r` before the lock is released here. */
        chi_task_unpark(&r->parking, 0);
    }
    pthread_mutex_unlock(&locks->lock);
}
