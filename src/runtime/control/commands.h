/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Orders of the command line that need neither a client's slot nor a lane: to stop the runtime, and
 * to destroy a pool. The control thread carries out the first; the second is an errand, since it
 * waits for the pool's tasks. States of a command: WAITING -> BEGUN, by the worker that takes it,
 * or WAITING -> GIVEN_UP, by the control thread, when its peer has gone or no worker took it in
 * time. A worker that takes one that was given up does nothing. Control thread only.
 */
#ifndef CHI_RUNTIME_CONTROL_COMMANDS_H
#define CHI_RUNTIME_CONTROL_COMMANDS_H

#include <stdint.h>
#include <sys/types.h>

#include "runtime/core/message.h"
#include "shm/protocol.h"

#define CHI_COMMANDS_MAX     64u
#define CHI_COMMAND_START_NS UINT64_C(10000000000) /* for a worker to take it */

struct chi_command;
struct chi_runtime;

/* Zeroed: none. */
struct chi_commands {
    struct chi_command *all;
    uint32_t count;
    struct chi_inbox done; /* from workers */
};

/* A reply that is due. */
struct chi_command_reply {
    uint64_t peer; /* as given */
    struct chi_control_told told;
};

/*
 * Carries out an order of a user.
 *   peer   returned with the reply
 *   told   set, unless the reply comes later
 * Returns whether the reply comes later.
 */
bool chi_commands_give(struct chi_commands *commands, struct chi_runtime *runtime, uid_t uid,
                       uint64_t peer, const struct chi_control_order *order,
                       struct chi_control_told *told);

/*
 * Takes the next reply that is due.
 *   is_there   tells whether a peer still waits
 * Returns whether there was one.
 */
bool chi_commands_take(struct chi_commands *commands, uint64_t now_ns,
                       bool (*is_there)(void *context, uint64_t peer), void *context,
                       struct chi_command_reply *reply);

/* Frees them. After the workers have ended. */
void chi_commands_fini(struct chi_commands *commands);

#endif
