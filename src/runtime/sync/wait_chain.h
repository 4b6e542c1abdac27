/* SPDX-License-Identifier: BSD-3-Clause */
/* The question whether handlers that wait for subtasks wait for one that waits for them. */
#ifndef CHI_RUNTIME_DEADLOCK_H
#define CHI_RUNTIME_DEADLOCK_H

#include <stdbool.h>

struct chi_pool;
struct chi_worker;

/*
 * Whether a handler of `pool` waits for the running task, or for one that does, and so on. In a
 * handler; parks.
 */
bool chi_wait_chain_reaches(struct chi_worker *worker, const struct chi_pool *pool);

#endif
