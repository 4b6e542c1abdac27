/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks of a client's thread. One deleted in flight becomes an orphan, since the runtime will still
 * write to it; later calls that make tasks free it once it is done. A thread that ends leaves its
 * orphans to the others.
 */
#ifndef CHI_CLIENT_TASK_H
#define CHI_CLIENT_TASK_H

#include "chimaera/task.h"
#include "client/thread.h"

/* Frees those orphans that are done; looks at no more than `most`. */
void chi_client_sweep(struct chi_client_thread *self, uint32_t most);

#endif
