/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A reader-writer lock between groups of tasks, for handlers: any number of groups may read, or one
 * group write. Groups, zeroing, who may call, and what happens at a task's end are as with
 * chi_comutex (comutex.h).
 *
 * Who waits is served in order of arrival, so a waiting writer holds back new groups of readers. A
 * group that holds the lock enters at once: to read always, also under its own write; to write
 * where no other group reads. Else it waits, before all others, until those that read have left;
 * a second group that reads and asks to write meanwhile gets -EDEADLK, because the two would wait
 * for each other. It must give back its read hold, and may then lock anew.
 */
#ifndef CHIMAERA_CORWLOCK_H
#define CHIMAERA_CORWLOCK_H

#include "chimaera/colock.h"

struct chi_corwlock {
    struct chi_colock lock;
};

/*
 * int chi_corwlock_read_lock(struct chi_corwlock *lock)
 * int chi_corwlock_write_lock(struct chi_corwlock *lock)
 *
 * Lock to read or to write. Park the calling fiber while other groups are in the way. Return 0;
 * -EDEADLK (write, see above); -ENOMEM; the code with which somebody ended the wait: the lock is
 * not held then.
 */
#define chi_corwlock_read_lock(lock)  chi_corwlock_lock_as(lock, CHI_COLOCK_READ, #lock)
#define chi_corwlock_write_lock(lock) chi_corwlock_lock_as(lock, CHI_COLOCK_WRITE, #lock)

/*
 * int chi_corwlock_try_read_lock(struct chi_corwlock *lock)
 * int chi_corwlock_try_write_lock(struct chi_corwlock *lock)
 *
 * Lock if that needs no wait: 0, else -EBUSY; -ENOMEM. Never wait.
 */
#define chi_corwlock_try_read_lock(lock)  chi_corwlock_try_lock_as(lock, CHI_COLOCK_READ, #lock)
#define chi_corwlock_try_write_lock(lock) chi_corwlock_try_lock_as(lock, CHI_COLOCK_WRITE, #lock)

/* The same under a name of the caller's, which log and status show. */
static inline int chi_corwlock_lock_as(struct chi_corwlock *lock, enum chi_colock_mode mode,
                                       const char *name)
{
    return chi_colock_lock(&lock->lock, mode, name);
}

static inline int chi_corwlock_try_lock_as(struct chi_corwlock *lock, enum chi_colock_mode mode,
                                           const char *name)
{
    return chi_colock_try_lock(&lock->lock, mode, name);
}

/* Undo one lock of that mode of the calling task. Whoever has none is an assertion, and nothing
 * happens. */
static inline void chi_corwlock_read_unlock(struct chi_corwlock *lock)
{
    chi_colock_unlock(&lock->lock, CHI_COLOCK_READ);
}

static inline void chi_corwlock_write_unlock(struct chi_corwlock *lock)
{
    chi_colock_unlock(&lock->lock, CHI_COLOCK_WRITE);
}

/*
 * Lock, and unlock at the end of the enclosing scope. Park the calling fiber. For functions that
 * return an int: where the lock is not had, they return the code from the function at once.
 */
#define CHI_SCOPED_COREAD(corwlock) CHI_COLOCK_SCOPED(&(corwlock)->lock, CHI_COLOCK_READ, #corwlock)
#define CHI_SCOPED_COWRITE(corwlock)                                                               \
    CHI_COLOCK_SCOPED(&(corwlock)->lock, CHI_COLOCK_WRITE, #corwlock)

#ifdef __cplusplus
namespace chi
{
class ScopedCoRwReadLock : public ScopedColock
{
  public:
    explicit ScopedCoRwReadLock(chi_corwlock &lock)
        : ScopedColock(&lock.lock, CHI_COLOCK_READ, "a corwlock")
    {
    }
};

class ScopedCoRwWriteLock : public ScopedColock
{
  public:
    explicit ScopedCoRwWriteLock(chi_corwlock &lock)
        : ScopedColock(&lock.lock, CHI_COLOCK_WRITE, "a corwlock")
    {
    }
};
} // namespace chi
#endif

#endif
