/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What chi_comutex and chi_corwlock are made of. Modules include comutex.h or corwlock.h and leave
 * this to them.
 */
#ifndef CHIMAERA_COLOCK_H
#define CHIMAERA_COLOCK_H

#include "chimaera/types.h"

struct chi_hold;

/* Zeroed is unlocked, and holds nothing that needs freeing. The members are the runtime's. */
struct chi_colock {
    CHI_ATOMIC(uint32_t) guard; /* taken for some instructions, never while somebody waits */
    uint32_t writing;           /* how many of the holds are to write; all are of one group then */
    struct chi_hold *holds;     /* one for each task and mode */
    struct chi_hold *wait_first, *wait_last; /* tasks that wait, in order */
};

enum chi_colock_mode {
    CHI_COLOCK_READ = 0,
    CHI_COLOCK_WRITE = 1,
};

CHI_BEGIN_DECLS

/* `name` is what log and status call the lock; it must live as long as the module. */
CHI_API int chi_colock_lock(struct chi_colock *lock, enum chi_colock_mode mode, const char *name);
CHI_API int chi_colock_try_lock(struct chi_colock *lock, enum chi_colock_mode mode,
                                const char *name);
CHI_API void chi_colock_unlock(struct chi_colock *lock, enum chi_colock_mode mode);

/* For the scoped forms: what to unlock at the end of the scope, if it was locked. */
struct chi_colock_scope {
    struct chi_colock *lock;
    enum chi_colock_mode mode;
    int status; /* what chi_colock_lock() returned */
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

/* A declaration and a statement: the rest of the enclosing scope holds the lock. */
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
/* The same for C++: held from here to the end of the scope, where it is held at all. */
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
    /* 0, or the code with which the wait for the lock ended: then it is not held. */
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
