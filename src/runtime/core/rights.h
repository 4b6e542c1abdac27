/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a client may do besides calling pools. The daemon's user and root may do everything; members
 * of runtime.group what runtime.group_may grants. Only tasks that a client submits itself are
 * checked: a handler acts for the daemon.
 */
#ifndef CHI_RUNTIME_CORE_RIGHTS_H
#define CHI_RUNTIME_CORE_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"

struct chi_record;
struct chi_runtime;

/* Returns whether that user owns the runtime. Any thread. */
bool chi_rights_is_owner(uid_t uid);

/* Returns the rights of a user's clients, bits of enum chi_right. Any thread. */
uint32_t chi_rights_of(const struct chi_runtime *runtime, uid_t uid);

/*
 * Checks a right of a user. Any thread.
 *   rights   those that the user has
 *   what     for the message: "create pools"
 * Returns 0, or -EPERM with a message.
 */
int chi_rights_check_user(uint32_t rights, uid_t uid, enum chi_right right, const char *what);

/*
 * Checks the right of the client that submitted the running task. In a handler.
 *   what   for the message: "create pools"
 * Returns 0, or -EPERM with a message.
 */
int chi_rights_check(const struct chi_record *current, enum chi_right right, const char *what);

#endif
