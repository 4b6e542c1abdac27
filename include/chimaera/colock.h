/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The common part of chi_comutex and chi_corwlock. Modules include comutex.h or corwlock.h instead.
 */
#ifndef CHIMAERA_COLOCK_H
#define CHIMAERA_COLOCK_H

#include "chimaera/types.h"

struct chi_hold;

/*
 * A zeroed lock is unlocked and holds nothing that must be freed. The members belong to the
 * runtime.
 */
struct chi_colock {
    CHI_ATOMIC(uint32_t) guard; /* held for a few instructions, never while a task waits */
    uint32_t writing;           /* number of write holds; if not 0, all holds belong to one group */
    struct chi_hold *holds;     /* one for each task and mode */
    struct chi_hold *wait_first, *wait_last; /* waiting tasks, in order of arrival */
};

enum chi_colock_mode {
    CHI_COLOCK_READ = 0,
    CHI_COLOCK_WRITE = 1,
};

CHI_BEGIN_DECLS

/*
 * Locks. Parks the calling fiber while other groups hold the lock. Only in a handler.
 *   name   the lock's name in log and status; must live as long as the module
 * Returns 0, or with the lock not held
 *   -EDEADLK     write mode: two groups that hold the lock for reading wait for each other
 *   -ENOMEM      out of memory
 *   -EPERM       called outside a handler, which is also an assertion
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   the timeout of the task has expired
 */
CHI_API int chi_colock_lock(struct chi_colock *lock, enum chi_colock_mode mode, const char *name);

/*
 * Locks if that is possible without waiting. Never parks. Only in a handler.
 * Returns 0, or with the lock not held
 *   -EBUSY    other groups hold the lock
 *   -ENOMEM   out of memory
 *   -EPERM    called outside a handler, which is also an assertion
 */
CHI_API int chi_colock_try_lock(struct chi_colock *lock, enum chi_colock_mode mode,
                                const char *name);

/*
 * Undoes one lock of the calling task in this mode. Never parks. An assertion if the task has none;
 * then nothing happens.
 */
CHI_API void chi_colock_unlock(struct chi_colock *lock, enum chi_colock_mode mode);

/* For the scoped forms: the lock to release at the end of the scope, if it was acquired. */
struct chi_colock_scope {
    struct chi_colock *lock;
    enum chi_colock_mode mode;
    int status; /* the result of chi_colock_lock() */
};

static inline struct chi_colock_scope chi_colock_scope_begin(struct chi_colock *lock,
                                                             enum chi_colock_mode mode,
                                                             const char *name)
{
    struct chi_colock_scope scope = {lock, mode, chi_colock_lock(lock, mode, name)};
    return scope;
}

static inline void chi_colock_scope_end(struct chi_colock_scope *scope)
{
    if (scope->status == 0)
        chi_colock_unlock(scope->lock, scope->mode);
}

CHI_END_DECLS

#define CHI_COLOCK_JOIN_(a, b) a##b
#define CHI_COLOCK_JOIN(a, b)  CHI_COLOCK_JOIN_(a, b)

/* Expands to a declaration and a statement: holds the lock until the end of the enclosing scope. */
#define CHI_COLOCK_SCOPED(colock, mode, name)                                                      \
    CHI_COLOCK_SCOPED_AS(CHI_COLOCK_JOIN(chi_scope_, __COUNTER__), colock, mode, name)
#define CHI_COLOCK_SCOPED_AS(scope, colock, mode, name)                                            \
    __attribute__((cleanup(chi_colock_scope_end))) struct chi_colock_scope scope =                 \
        chi_colock_scope_begin(colock, mode, name);                                                \
    if (scope.status < 0)                                                                          \
    return scope.status

#ifdef __cplusplus
namespace chi
{
/* C++: holds the lock until the end of the scope, if it was acquired. */
class ScopedColock
{
  public:
    ScopedColock(chi_colock *lock, chi_colock_mode mode, const char *name)
        : scope_(chi_colock_scope_begin(lock, mode, name))
    {
    }
    ~ScopedColock()
    {
        chi_colock_scope_end(&scope_);
    }
    ScopedColock(const ScopedColock &) = delete;
    ScopedColock &operator=(const ScopedColock &) = delete;
    /* Returns 0, or the code of chi_colock_lock(); then the lock is not held. */
    int status() const
    {
        return scope_.status;
    }

  private:
    chi_colock_scope scope_;
};
} // namespace chi
#endif

#endif
