/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks of a client's thread. A task that is deleted in flight becomes an orphan, because the
 * runtime still writes to it; later calls that create tasks free it when it is done. A thread that
 * ends passes its orphans to other threads.
 */
#ifndef CHI_CLIENT_TASK_H
#define CHI_CLIENT_TASK_H

#include "chimaera/task.h"
#include "client/thread.h"

/* Frees orphans that are done; checks at most `most`. */
void chi_client_sweep(struct chi_client_thread *self, uint32_t most);

#endif
