/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trust boundary: members of a task on their way in from a client's memory and out to it. What
 * has passed copy-in lies in private memory or is a buffer inside the client's grants; nothing the
 * client does later changes it. Worker threads.
 */
#ifndef CHI_RUNTIME_COPY_H
#define CHI_RUNTIME_COPY_H

#include "chimaera/schema.h"
#include "runtime/worker/worker.h"

/*
 * Makes the private copy `task`, whose fixed part has been copied, independent of the client:
 * checks every string, vector and buffer against what `origin` was granted and copies strings and
 * vectors. 0, CHI_EBADPTR, CHI_EBADSTRING, -ENOMEM, -ENOBUFS (the client's strings in flight take
 * as much as the client data segment). `copied` is set to what counts against that and is taken off
 * by the caller. On failure what was copied is freed and the rest is empty.
 */
int chi_copy_in(struct chi_runtime *runtime, struct chi_origin *origin,
                const struct chi_schema *schema, void *task, uint64_t *copied);

/* Whether the buffers of a private task, which were checked on the way in, are the client's still:
 * 0 or CHI_EBADPTR. */
int chi_copy_check(struct chi_runtime *runtime, const struct chi_origin *origin,
                   const struct chi_schema *schema, const void *task);

/*
 * Writes OUT and INOUT members of `task` back to the client's `shared`. Strings that do not fit
 * where the client has room are lent from runtime data. 0, or -ENOMEM with that member empty.
 */
int chi_copy_out(struct chi_worker *worker, const struct chi_origin *origin,
                 const struct chi_schema *schema, const void *task, void *shared);

#endif
