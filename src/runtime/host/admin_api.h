/* SPDX-License-Identifier: BSD-3-Clause */
/* The runtime's functions for the admin module. In a handler of that module. */
#ifndef CHI_RUNTIME_HOST_ADMIN_API_H
#define CHI_RUNTIME_HOST_ADMIN_API_H

#include "chimaera/container.h"
#include "runtime/pools/pool_request.h"

CHI_BEGIN_DECLS

/* As chi_pool_get_or_create(), and -EPERM with a message: the client may not create pools. Parks
 * the calling fiber. */
CHI_API int chi_admin_get_or_create(struct chi_container *self,
                                    const struct chi_pool_request *request,
                                    struct chi_pool_answer *answer);

/* As chi_pool_open(). Parks the calling fiber. */
CHI_API int chi_admin_open(struct chi_container *self, const struct chi_pool_request *request,
                           chi_pool_id_t *pool_id);

/* Sets `pool_id` to that of the pool with that name. Never parks. Returns 0 or CHI_ENOPOOL. */
CHI_API int chi_admin_pool_by_name(struct chi_container *self, const char *name,
                                   chi_pool_id_t *pool_id);

/* As chi_pool_destroy(), and -EPERM with a message: the client may not destroy pools. Parks the
 * calling fiber. */
CHI_API int chi_admin_destroy(struct chi_container *self, chi_pool_id_t pool_id, bool cancel);

/* As chi_runtime_request_stop(). Never parks. Returns 0, or -EPERM with a message. */
CHI_API int chi_admin_stop(struct chi_container *self, uint64_t grace_period_ns);

/* Parks the calling fiber until every worker has handled a message. Cannot be cancelled. */
CHI_API void chi_admin_ping(struct chi_container *self);

/*
 * Parks the calling fiber until all tasks that were submitted before, by any client, have
 * completed.
 * Returns 0, or
 *   -EDEADLK     the running task is a subtask, whose maker would wait for itself
 *   -ENOMEM      out of memory
 *   -ECANCELED   the task was cancelled
 *   -ETIMEDOUT   its deadline is over
 */
CHI_API int chi_admin_flush(struct chi_container *self);

CHI_END_DECLS

#endif
