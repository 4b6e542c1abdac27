/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A reader-writer lock between groups of tasks, for handlers: any number of groups may read, or one
 * group may write. Groups, initialisation, callers, and the end of a task are as described in
 * comutex.h.
 *
 * Waiting tasks are served in order of arrival, so a waiting writer blocks new groups of readers. A
 * group that holds the lock enters immediately: for reading always, even while it writes; for
 * writing if no other group reads. Else it waits, before all others, until the other readers have
 * released the lock. If a second reading group requests to write meanwhile, it receives -EDEADLK,
 * because the two would wait for each other. It must release its read hold before it locks again.
 */
#ifndef CHIMAERA_CORWLOCK_H
#define CHIMAERA_CORWLOCK_H

#include "chimaera/colock.h"

struct chi_corwlock {
    struct chi_colock lock;
};

/*
 *   int chi_corwlock_read_lock(struct chi_corwlock *lock)
 *   int chi_corwlock_write_lock(struct chi_corwlock *lock)
 *
 * Lock for reading or writing. Park the calling fiber while other groups prevent that.
 * Return 0, or with the lock not held
 *   -EDEADLK     write_lock: another reading group waits to write, see above
 *   -ENOMEM      out of memory
 *   -EPERM       called outside a handler
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   the timeout of the task has expired
 */
#define chi_corwlock_read_lock(lock)  chi_corwlock_lock_as(lock, CHI_COLOCK_READ, #lock)
#define chi_corwlock_write_lock(lock) chi_corwlock_lock_as(lock, CHI_COLOCK_WRITE, #lock)

/*
 *   int chi_corwlock_try_read_lock(struct chi_corwlock *lock)
 *   int chi_corwlock_try_write_lock(struct chi_corwlock *lock)
 *
 * Lock if that is possible without waiting. Never park.
 * Return 0, or with the lock not held
 *   -EBUSY    other groups prevent it
 *   -ENOMEM   out of memory
 *   -EPERM    called outside a handler
 */
#define chi_corwlock_try_read_lock(lock)  chi_corwlock_try_lock_as(lock, CHI_COLOCK_READ, #lock)
#define chi_corwlock_try_write_lock(lock) chi_corwlock_try_lock_as(lock, CHI_COLOCK_WRITE, #lock)

/* The same with a name of the caller's choice, which log and status show. */
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

/*
 * Undo one lock of the calling task in that mode. Never park. An assertion if the task has none;
 * then nothing happens.
 */
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
 * return an int: if the lock cannot be acquired, the function returns the code of the lock
 * function.
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
