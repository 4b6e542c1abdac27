/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mutex between groups of tasks, for handlers. A task and its subtasks are one group
 * (chi_task_node): while one of them holds the mutex, the others enter immediately, and so do tasks
 * that were created with the same node. Other groups wait in order of arrival. A waiting task parks
 * its fiber, so its worker runs other tasks. A task may hold the mutex while it waits for anything
 * else.
 *
 *   struct chimaera_kv { struct chi_container base; struct chi_comutex lock; ... };
 *
 * A zeroed mutex is unlocked: a member of a container's state or a static variable needs no
 * initialisation. All calls are made in handlers, on any worker; elsewhere they are an assertion
 * and return -EPERM. Holds are counted per task: a task unlocks as often as it has locked. When a
 * handler returns with holds, they are released with an error in the log.
 */
#ifndef CHIMAERA_COMUTEX_H
#define CHIMAERA_COMUTEX_H

#include "chimaera/colock.h"

struct chi_comutex {
    struct chi_colock lock;
};

/*
 *   int chi_comutex_lock(struct chi_comutex *mutex)
 *
 * Locks. Parks the calling fiber while another group holds the mutex.
 * Returns 0, or with the mutex not held
 *   -ENOMEM      out of memory
 *   -EPERM       called outside a handler
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   the timeout of the task has expired
 */
#define chi_comutex_lock(mutex) chi_comutex_lock_as(mutex, #mutex)

/*
 *   int chi_comutex_try_lock(struct chi_comutex *mutex)
 *
 * Locks if that is possible without waiting. Never parks.
 * Returns 0, or with the mutex not held
 *   -EBUSY    another group holds the mutex
 *   -ENOMEM   out of memory
 *   -EPERM    called outside a handler
 */
#define chi_comutex_try_lock(mutex) chi_comutex_try_lock_as(mutex, #mutex)

/* The same with a name of the caller's choice, which log and status show. */
static inline int chi_comutex_lock_as(struct chi_comutex *mutex, const char *name)
{
    return chi_colock_lock(&mutex->lock, CHI_COLOCK_WRITE, name);
}

static inline int chi_comutex_try_lock_as(struct chi_comutex *mutex, const char *name)
{
    return chi_colock_try_lock(&mutex->lock, CHI_COLOCK_WRITE, name);
}

/*
 * Undoes one lock of the calling task. Never parks. An assertion if the task has none; then nothing
 * happens.
 */
static inline void chi_comutex_unlock(struct chi_comutex *mutex)
{
    chi_colock_unlock(&mutex->lock, CHI_COLOCK_WRITE);
}

/*
 * Locks, and unlocks at the end of the enclosing scope. Parks the calling fiber. For functions that
 * return an int: if the mutex cannot be locked, the function returns the code of
 * chi_comutex_lock().
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
