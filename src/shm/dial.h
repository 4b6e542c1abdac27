/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connecting to a runtime's control socket, and who may serve it: this process's user, root, or the
 * owner of a folder that was named on purpose and that nobody else can write. Otherwise another
 * user could squat the folder of a runtime that does not run and read what clients send. Called by
 * clients and commands, on any thread.
 */
#ifndef CHI_SHM_DIAL_H
#define CHI_SHM_DIAL_H

#include "shm/paths.h"

/*
 * Connects, and checks folder and peer.
 *   timeout_s   of connecting, sending and receiving
 *   out         set to the socket
 * Returns 0, or
 *   CHI_ERUNTIME_DOWN   nobody listens; without a message
 *   -EPERM              somebody else serves the socket, or owns the folder; with a message
 *   other -errno        without a message
 */
int chi_control_dial(const struct chi_paths *paths, uint32_t timeout_s, int *out);

#endif
