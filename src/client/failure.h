/* SPDX-License-Identifier: BSD-3-Clause */
/* What a handler said of a task that failed: see struct chi_shm_text. Any thread of a client. */
#ifndef CHI_CLIENT_FAILURE_H
#define CHI_CLIENT_FAILURE_H

#include "client/thread.h"

/*
 * Makes what the handler said this thread's last error, or else the text of the code. Returns
 * `code`, with which the task ended.
 */
int chi_client_task_failed(const struct chi_client_thread *self, const struct chi_task *task,
                           int code);

#endif
