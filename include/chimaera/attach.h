/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection of a process to a runtime. Any thread may call these functions, but no signal
 * handler. They never park a fiber; chi_client_init() and chi_client_fini() are not for module
 * handlers.
 */
#ifndef CHIMAERA_ATTACH_H
#define CHIMAERA_ATTACH_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * Attaches this process to the runtime of the instance that CHI_INSTANCE names (default: one per
 * user). Blocks the thread until the runtime answers, for at most 30 s. Calls nest; each needs a
 * matching chi_client_fini(). If no runtime answers and CHI_WITH_RUNTIME=1 is set, starts an
 * embedded runtime. Call it again to re-attach after the runtime has died, and in the child of a
 * fork.
 * Returns 0, or a negative code with chi_last_error() set:
 *   CHI_ERUNTIME_DOWN   no runtime answers
 *   CHI_EABI            the runtime was built from a different version
 *   CHI_ESCHEMA         the runtime has different layouts of the admin module's tasks
 *   CHI_EPROTOCOL       the runtime sent an invalid reply
 *   -EACCES             this process may not connect to the control socket
 *   -EUSERS             the runtime has no free client slot (runtime.max_clients)
 *   -EBUSY              too many connections of this process or user are open and not attached
 *   -EINVAL             CHI_INSTANCE is not a valid name
 *   -ENAMETOOLONG       the path of the control socket is too long
 *   -EPERM              called in a handler; another user serves the socket or owns its folder
 *   -ENOMEM             out of memory, or the runtime's segment or /dev/shm is full
 *   other -errno        the socket, a mapping or a descriptor could not be created
 */
CHI_API int chi_client_init(void);

/*
 * Undoes one chi_client_init(); the last call detaches and stops an embedded runtime. Tasks and
 * buffers of this process are gone then; queued tasks may or may not run. May block the thread
 * until an embedded runtime has stopped. No other thread may be inside this API during the last
 * call. Does nothing in a handler.
 */
CHI_API void chi_client_fini(void);

/*
 * Has later calls of chi_client_init() compare these schemas with those of the module that runs as
 * pool CHI_ADMIN_POOL_ID, and fail with CHI_ESCHEMA if one differs. The library that calls that
 * module calls this when it is loaded. NULL: nothing is compared.
 */
CHI_API void chi_client_compare_schemas(const struct chi_module_schemas *schemas);

/*
 * Returns whether this process is attached to a runtime that is alive. Costs one system call.
 * Always false in a handler.
 */
CHI_API bool chi_client_alive(void);

/*
 * Returns a descriptor that becomes readable when a task marked by chi_task_notify() is done, or -1
 * if this process is not attached or the caller is a handler. To clear it, read 8 bytes at a time
 * until the read would block. The library owns the descriptor; do not close it.
 */
CHI_API int chi_client_event_fd(void);

CHI_END_DECLS

#endif
