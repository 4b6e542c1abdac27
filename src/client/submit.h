/* SPDX-License-Identifier: BSD-3-Clause */
/* The calling thread's lane to the runtime. Called by client/. */
#ifndef CHI_CLIENT_SUBMIT_H
#define CHI_CLIENT_SUBMIT_H

#include "chimaera/task.h"
#include "client/thread.h"

/* Pushes an item on this thread's lane and rings. Returns 0, or -EAGAIN if the lane is full. */
int chi_client_push(struct chi_client_thread *self, uint64_t item);

#endif
