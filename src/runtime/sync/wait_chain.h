/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wait chain: whether handlers that wait for subtasks wait for each other. Called before and
 * while a pool is destroyed, by pools/pools.c.
 */
#ifndef CHI_RUNTIME_SYNC_WAIT_CHAIN_H
#define CHI_RUNTIME_SYNC_WAIT_CHAIN_H

#include <stdbool.h>

struct chi_pool;
struct chi_worker;

/*
 * Returns whether a handler of `pool` waits for the running task, or for a task that waits for it,
 * and so on. In a handler, shielded. Parks the calling fiber.
 */
bool chi_wait_chain_reaches(struct chi_worker *worker, const struct chi_pool *pool);

#endif
