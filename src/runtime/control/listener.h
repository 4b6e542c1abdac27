/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket that clients connect to. Its name can be removed under the daemon, by a cleaner of
 * temporary files or with its folder; then it is made again, under the lock. The thread that starts
 * the runtime opens it, then it is the control thread's.
 */
#ifndef CHI_RUNTIME_CONTROL_LISTENER_H
#define CHI_RUNTIME_CONTROL_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "shm/own_file.h"

struct chi_runtime;

#define CHI_LISTENER_CHECK_MS 2000

struct chi_listener {
    int fd; /* -1: none */
    struct chi_file_id file;
    uint64_t checked_ns;
    bool told; /* that it cannot be made again */
};

/* Binds and listens. Returns 0, or an errno value, negative, with a message. */
int chi_listener_open(struct chi_runtime *runtime, struct chi_listener *listener);

/*
 * Makes the socket again, and the lock, if their names are gone; at most once in
 * CHI_LISTENER_CHECK_MS. Returns the socket that `fd` was before, for the caller to close, or -1 if
 * it is the same.
 */
int chi_listener_check(struct chi_runtime *runtime, struct chi_listener *listener, uint64_t now_ns);

/* Removes the name if it is still this socket's. */
void chi_listener_remove(const struct chi_runtime *runtime, struct chi_listener *listener);

#endif
