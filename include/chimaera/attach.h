/* SPDX-License-Identifier: BSD-3-Clause */
/* A process's connection to a runtime. Any thread may call; none of these calls may be made from a
 * signal handler. */
#ifndef CHIMAERA_ATTACH_H
#define CHIMAERA_ATTACH_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * Attaches this process to the runtime of the instance that CHI_INSTANCE names (default: one per
 * user). Calls nest; each needs its chi_client_fini(). With CHI_WITH_RUNTIME=1 in the environment
 * an embedded runtime is started where none answers. After a runtime died, or in the child of a
 * fork, call it again to attach anew. Returns 0, CHI_ERUNTIME_DOWN, CHI_EABI, -EACCES, -EUSERS (no
 * client slot free), -ENOMEM, or -errno; chi_last_error() says more.
 */
CHI_API int chi_client_init(void);

/*
 * Detaches. Tasks and buffers of this process are gone after the last call that matches
 * chi_client_init(); tasks still queued may or may not run. No other thread may be inside this API.
 */
CHI_API void chi_client_fini(void);

/*
 * Has later calls of chi_client_init() compare these schemas with those of the module that runs as
 * pool CHI_ADMIN_POOL_ID, and fail with CHI_ESCHEMA where one differs. Called by the library that
 * calls that module, when it is loaded. NULL: nothing is compared.
 */
CHI_API void chi_client_compare_schemas(const struct chi_module_schemas *schemas);

/* Whether this process is attached to a runtime that lives. Costs a system call. */
CHI_API bool chi_client_alive(void);

/*
 * A descriptor that becomes readable when a task marked by chi_task_notify() is done; read 8 bytes
 * at a time until it would block to clear it. Belongs to the library. -1 where this process is not
 * attached.
 */
CHI_API int chi_client_event_fd(void);

CHI_END_DECLS

#endif
