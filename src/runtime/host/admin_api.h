/* SPDX-License-Identifier: BSD-3-Clause */
/* What the admin module's handlers may ask of the runtime they run in. In a handler; may park. */
#ifndef CHI_RUNTIME_ADMIN_API_H
#define CHI_RUNTIME_ADMIN_API_H

#include "chimaera/admin/admin_tasks.h"
#include "chimaera/container.h"

CHI_BEGIN_DECLS

/* By the task's IN members; sets the OUT ones, but for the message. See chi_pool_get_or_create().
 */
CHI_API int chi_admin_get_or_create(struct chi_container *self,
                                    struct chimaera_admin_get_or_create_pool_task *task);

/* Likewise; see chi_pool_open(). */
CHI_API int chi_admin_open(struct chi_container *self, struct chimaera_admin_open_pool_task *task);

/* The id of the pool of that name. 0 or CHI_ENOPOOL. */
CHI_API int chi_admin_pool_by_name(struct chi_container *self, const char *name,
                                   chi_pool_id_t *pool_id);

/* See chi_pool_destroy(). */
CHI_API int chi_admin_destroy(struct chi_container *self, chi_pool_id_t pool_id, bool cancel);

/* Begins to stop the runtime and returns. */
CHI_API void chi_admin_stop(struct chi_container *self, uint64_t grace_period_ns);

/* Parks until every worker has answered; is not cut short. */
CHI_API void chi_admin_ping(struct chi_container *self);

/* Parks until every task submitted before this call, by anybody, has completed. -EDEADLK where the
 * running task is another handler's subtask, -ENOMEM, -ECANCELED, -ETIMEDOUT. */
CHI_API int chi_admin_flush(struct chi_container *self);

CHI_END_DECLS

#endif
