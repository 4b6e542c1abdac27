/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket between this process and the daemon: one request, one reply. Any thread may
 * call; a lock lets one request through at a time.
 */
#ifndef CHI_CLIENT_CONNECTION_H
#define CHI_CLIENT_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "shm/paths.h"

struct chi_connection {
    pthread_mutex_t lock;
    int socket;       /* -1: closed */
    int daemon_pidfd; /* -1 where pidfd_open() is not available */
    atomic_bool down; /* the daemon was found dead, or broke the protocol; stays true */
};

void chi_connection_init(struct chi_connection *connection);
void chi_connection_fini(struct chi_connection *connection);

/* Connects to the daemon at this socket. 0, CHI_ERUNTIME_DOWN where none listens, or -errno. */
int chi_connection_open(struct chi_connection *connection, const struct chi_paths *paths);

/*
 * Sends a request and receives its reply, which begins with a struct chi_control_reply, and up to
 * `*fd_count` descriptors (none where `fds` is NULL). 0, the negative status of the reply,
 * CHI_ERUNTIME_DOWN, or CHI_EPROTOCOL; after these two the connection is down.
 */
int chi_connection_request(struct chi_connection *connection, const void *message, size_t size,
                           void *reply, size_t reply_size, int *fds, size_t *fd_count);

/* Whether the daemon lives. One system call; sets `down` where it does not. */
bool chi_connection_check(struct chi_connection *connection);

/* Closes the socket, by which the daemon takes back all that this client has. */
void chi_connection_hang_up(struct chi_connection *connection);

/* The same in the child of a fork, whose parent keeps the connection. Takes no lock. */
void chi_connection_forget(struct chi_connection *connection);

#endif
