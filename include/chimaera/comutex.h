/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mutex between groups of tasks, for handlers. A task and its subtasks are one group
 * (chi_task_node): while one of them holds the mutex, the others enter at once, and so do tasks to
 * which their maker gave the same node. Other groups wait, first come first served. A task that
 * waits parks its fiber and leaves its worker to others; it may hold the mutex across any wait.
 *
 *   struct chimaera_kv { struct chi_container base; struct chi_comutex lock; ... };
 *
 * Zeroed is unlocked: as a member of a container's state or as a static variable it needs no
 * preparation. All calls are made in handlers, on any worker; elsewhere they are an assertion and
 * -EPERM. Holds are counted by task: a task unlocks as often as it has locked. What it has not
 * unlocked when its handler returns is unlocked then, with an error in the log.
 */
#ifndef CHIMAERA_COMUTEX_H
#define CHIMAERA_COMUTEX_H

#include "chimaera/colock.h"

struct chi_comutex {
    struct chi_colock lock;
};

/*
 * int chi_comutex_lock(struct chi_comutex *mutex)
 *
 * Locks. Parks the calling fiber while another group holds the mutex. Returns 0; -ENOMEM; the code
 * with which somebody ended the wait: the mutex is not held then.
 */
#define chi_comutex_lock(mutex) chi_comutex_lock_as(mutex, #mutex)

/*
 * int chi_comutex_try_lock(struct chi_comutex *mutex)
 *
 * Locks if that needs no wait: 0, else -EBUSY; -ENOMEM. Never waits.
 */
#define chi_comutex_try_lock(mutex) chi_comutex_try_lock_as(mutex, #mutex)

/* The same under a name of the caller's, which log and status show. */
static inline int chi_comutex_lock_as(struct chi_comutex *mutex, const char *name)
{
    return chi_colock_lock(&mutex->lock, CHI_COLOCK_WRITE, name);
}

static inline int chi_comutex_try_lock_as(struct chi_comutex *mutex, const char *name)
{
    return chi_colock_try_lock(&mutex->lock, CHI_COLOCK_WRITE, name);
}

/* Undoes one lock of the calling task. Whoever has none is an assertion, and nothing happens. */
static inline void chi_comutex_unlock(struct chi_comutex *mutex)
{
    chi_colock_unlock(&mutex->lock, CHI_COLOCK_WRITE);
}

/*
 * Locks, and unlocks at the end of the enclosing scope. Parks the calling fiber. For functions that
 * return an int: where the lock is not had, it returns the code from the function at once.
 */
#define CHI_SCOPED_COMUTEX(mutex) CHI_COLOCK_SCOPED(&(mutex)->lock, CHI_COLOCK_WRITE, #mutex)

#ifdef __cplusplus
namespace chi
{
/* chi::ScopedCoMutex held(self->lock); if (held.status() < 0) return held.status(); */
class ScopedCoMutex : public ScopedColock
{
  public:
    explicit ScopedCoMutex(chi_comutex &mutex)
        : ScopedColock(&mutex.lock, CHI_COLOCK_WRITE, "a comutex")
    {
    }
};
} // namespace chi
#endif

#endif
