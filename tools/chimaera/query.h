/* SPDX-License-Identifier: BSD-3-Clause */
/* Asking a runtime for its status over the control socket: needs no client slot and no worker. */
#ifndef CHIMAERA_TOOL_QUERY_H
#define CHIMAERA_TOOL_QUERY_H

#include <stdint.h>
#include <stdio.h>

#include "chimaera/types.h"

/*
 * Writes the status to `out`, or nowhere where it is NULL. `form` is 0 text, 1 JSON, 2 and 3 the
 * pools alone. 0 or a code, recorded.
 */
int query_status(uint32_t form, FILE *out);

/* Waits until no runtime answers any more, for at most `timeout_ns`. 0 or -ETIMEDOUT. */
int query_wait_gone(uint64_t timeout_ns);

#endif
