/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests a runtime's status over the control socket. Needs no client slot and no worker. Main
 * thread.
 */
#ifndef CHIMAERA_TOOL_QUERY_H
#define CHIMAERA_TOOL_QUERY_H

#include <stdint.h>
#include <stdio.h>

#include "chimaera/types.h"

struct chi_paths;

/*
 * Connects to the control socket, whose sends and receives then take at most 10 s. Returns 0 with
 * both set, or a negative code with chi_last_error() set.
 */
int query_connect(struct chi_paths *paths, int *out);

/*
 * Writes the status to `out`. Blocks the thread for at most 10 s per message.
 *   form   0 text, 1 JSON, 2 pools only as text, 3 pools only as JSON; plus 8: JSON with lanes
 *   out    NULL: nothing is written
 * Returns 0, or a negative code with chi_last_error() set.
 */
int query_status(uint32_t form, FILE *out);

/*
 * Waits until the runtime has removed its lock file, for at most `timeout_ns`.
 * Returns 0, or
 *   -ETIMEDOUT   the runtime is still there
 *   otherwise    the codes of chi_paths_resolve()
 */
int query_wait_gone(uint64_t timeout_ns);

#endif
