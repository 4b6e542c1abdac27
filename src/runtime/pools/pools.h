/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Creating, opening and destroying pools. Called by host/admin_api.c for the admin module, by
 * compose.c and by host/start.c; in a handler.
 */
#ifndef CHI_RUNTIME_POOLS_POOLS_H
#define CHI_RUNTIME_POOLS_POOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/pools/pool_request.h"

struct chi_runtime;

/*
 * Gets or creates a pool. Parks the calling fiber.
 * Returns 0 with `answer` set, or, with the reason in chi_last_error(),
 *   CHI_EPOOL_NAME     the name is not valid
 *   CHI_EPOOL_EXISTS   a pool of that name or id exists and differs
 *   CHI_ESCHEMA        the client's schemas differ from the module's
 *   CHI_EARCHIVE       the parameters are damaged
 *   -EINVAL            too many containers or schemas
 *   -ENFILE            the table of pools is full
 *   -ENOMEM            out of memory
 *   -ECANCELED         the calling task was cancelled while it waited
 *   -ETIMEDOUT         the deadline of the calling task is over
 *   other codes        those of chi_module_get() and of the module's Create
 */
CHI_API int chi_pool_get_or_create(struct chi_runtime *runtime,
                                   const struct chi_pool_request *request,
                                   struct chi_pool_answer *answer);

/* A wait for a module to be loaded. Zeroed at its begin. */
struct chi_module_wait {
    uint64_t since_ns;
    bool told;
};

/*
 * Parks the calling fiber for a moment. Logs once, after some seconds, that the module's library
 * does not come back from its constructors. The table's lock is not held. Returns 0, -ECANCELED or
 * -ETIMEDOUT.
 */
int chi_pool_await_module(struct chi_runtime *runtime, struct chi_module_wait *wait,
                          const char *mod_name);

/* Sets `id` to that of the pool with that name. Never parks. Returns 0 or CHI_ENOPOOL. */
int chi_pool_id_by_name(struct chi_runtime *runtime, const char *name, chi_pool_id_t *id);

/*
 * Finds a pool by name, id or both. An empty `mod_name` means any module. Parks the calling fiber
 * while the pool is being created or destroyed.
 * Returns 0 with `pool_id` set, or, with the reason in chi_last_error(),
 *   CHI_ENOPOOL        there is no such pool
 *   CHI_EPOOL_NAME     neither name nor id is given
 *   CHI_EPOOL_EXISTS   it has another id or module
 *   -ECANCELED         the calling task was cancelled while it waited
 *   -ETIMEDOUT         the deadline of the calling task is over
 *   other codes        those of chi_module_check_schemas()
 */
int chi_pool_open(struct chi_runtime *runtime, const struct chi_pool_request *request,
                  chi_pool_id_t *pool_id);

/*
 * Destroys a pool when its tasks have completed. Parks the calling fiber; cannot be cancelled.
 *   cancel   ends the tasks that are parked or unstarted, also if another handler destroys the pool
 *            already
 * Returns 0, or
 *   CHI_ENOPOOL   there is no such pool, or another handler destroys it and `cancel` is false
 *   -EPERM        it is the admin pool
 *   -EDEADLK      a handler of the pool waits for this; the pool stays
 *   other codes   that of the module's Destroy; the pool is gone
 */
int chi_pool_destroy(struct chi_runtime *runtime, chi_pool_id_t id, bool cancel);

/* Destroys all pools, admin last. Parks the calling fiber. Returns 0. */
int chi_pool_destroy_all(struct chi_runtime *runtime);

/* Parks the calling fiber, which is shielded, until every worker has handled a message. */
void chi_pool_pass_all_workers(struct chi_runtime *runtime);

#endif
