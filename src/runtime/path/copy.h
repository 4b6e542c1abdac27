/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trust boundary: copying members of a task from a client's memory and back. After copy-in a
 * member lies in private memory, where the client cannot change it, or is a buffer inside the
 * client's grants. Called by route.c, complete.c and periodic.c on a worker's thread; never parks.
 */
#ifndef CHI_RUNTIME_PATH_COPY_H
#define CHI_RUNTIME_PATH_COPY_H

#include "chimaera/schema.h"
#include "runtime/worker/worker.h"

/*
 * Makes the private copy of a task independent of the client: checks every string, vector and
 * buffer against the units granted to `origin`, and copies strings and vectors. On failure all of
 * them are freed and empty.
 *   task     the struct itself has been copied
 *   copied   increased by what was added to origin->copied; the caller subtracts that later
 * Returns 0, or
 *   CHI_EBADPTR      a position is outside the client's memory
 *   CHI_EBADSTRING   a string or vector is not valid
 *   -ENOBUFS         the client's strings in flight are longer than the client data segment
 *   -ENOMEM          out of memory
 */
int chi_copy_in(struct chi_runtime *runtime, struct chi_origin *origin,
                const struct chi_schema *schema, void *task, uint64_t *copied);

/*
 * Checks whether the buffers of a private task still belong to the client. Returns 0, or
 *   CHI_EBADPTR   the client has released one
 */
int chi_copy_check(struct chi_runtime *runtime, const struct chi_origin *origin,
                   const struct chi_schema *schema, const void *task);

/*
 * Copies OUT and INOUT members of `task` to the client's `shared`. Strings and vectors that do not
 * fit into the client's memory are lent from runtime data. Returns 0, or
 *   -ENOMEM   no runtime data for a member, which is empty then
 */
int chi_copy_out(struct chi_worker *worker, const struct chi_origin *origin,
                 const struct chi_schema *schema, const void *task, void *shared);

#endif
