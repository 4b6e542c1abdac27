/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "client/stepping.h"
#include "shm/dial.h"
#include "shm/protocol.h"

/* How long the daemon may take for one control request before it counts as dead. */
#define CONTROL_TIMEOUT_MS 30000

void chi_connection_init(struct chi_connection *connection)
{
    pthread_mutex_init(&connection->lock, NULL);
    connection->socket = connection->daemon_pidfd = -1;
    atomic_init(&connection->down, false);
}

void chi_connection_fini(struct chi_connection *connection)
{
    if (connection->daemon_pidfd >= 0)
        close(connection->daemon_pidfd);
    pthread_mutex_destroy(&connection->lock);
}

static int open_pidfd_of(int control)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(control, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -1;
    return (int)syscall(SYS_pidfd_open, peer.pid, 0);
}

int chi_connection_open(struct chi_connection *connection, const struct chi_paths *paths)
{
    int rc = chi_control_dial(paths, CONTROL_TIMEOUT_MS / 1000, &connection->socket);
    if (rc == 0)
        connection->daemon_pidfd = open_pidfd_of(connection->socket);
    return rc;
}

/* After a missing or wrong reply there are no more requests: a late reply could be taken for that
 * of the next one. */
static int give_up(struct chi_connection *connection)
{
    shutdown(connection->socket, SHUT_RDWR);
    atomic_store_explicit(&connection->down, true, memory_order_relaxed);
    return CHI_ERUNTIME_DOWN;
}

static bool has_reply(void *argument)
{
    struct chi_connection *connection = argument;
    struct pollfd fd = {.fd = connection->socket, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

static int await_reply(struct chi_connection *connection)
{
    if (chi_stepping != NULL) /* this thread runs the runtime's control, too */
        return chi_stepping->wait(has_reply, connection, CONTROL_TIMEOUT_MS * CHI_NS_PER_MS);
    struct pollfd fds[2] = {{.fd = connection->socket, .events = POLLIN},
                            {.fd = connection->daemon_pidfd, .events = POLLIN}};
    int rc;
    do {
        rc = poll(fds, 2, CONTROL_TIMEOUT_MS);
    } while (rc < 0 && errno == EINTR);
    return rc > 0 && (fds[0].revents & POLLIN) ? 0 : CHI_ERUNTIME_DOWN;
}

/* The lock is held. */
static int request(struct chi_connection *connection, const void *message, size_t size, void *reply,
                   size_t reply_size, int *fds, size_t *fd_count)
{
    struct chi_control_reply *header = reply;

    if (connection->socket < 0)
        return CHI_ERUNTIME_DOWN;
    int rc = chi_control_send(connection->socket, message, size, NULL, 0, 0);
    /* A daemon that refuses a connection replies before the request, and closes. */
    if ((rc < 0 && rc != -EPIPE) || await_reply(connection) < 0)
        return give_up(connection);
    ssize_t got =
        chi_control_receive(connection->socket, reply, reply_size, fds, fd_count, MSG_DONTWAIT);
    if (got == -ECONNRESET) /* reported once, before the reply */
        got =
            chi_control_receive(connection->socket, reply, reply_size, fds, fd_count, MSG_DONTWAIT);
    if (got <= 0 && got != -EPROTO)
        return give_up(connection);
    if (got < (ssize_t)sizeof(*header) || header->magic != CHI_CONTROL_MAGIC ||
        (header->status >= 0 && (size_t)got != reply_size)) {
        give_up(connection);
        return CHI_EPROTOCOL;
    }
    return header->status < 0 ? header->status : 0;
}

int chi_connection_request(struct chi_connection *connection, const void *message, size_t size,
                           void *reply, size_t reply_size, int *fds, size_t *fd_count)
{
    pthread_mutex_lock(&connection->lock);
    int rc = request(connection, message, size, reply, reply_size, fds, fd_count);
    pthread_mutex_unlock(&connection->lock);
    return rc;
}

bool chi_connection_check(struct chi_connection *connection)
{
    if (atomic_load_explicit(&connection->down, memory_order_relaxed))
        return false;
    /* The pidfd sees a death that a socket held open by a forked child of the daemon hides. */
    struct pollfd fds[2] = {{.fd = connection->socket},
                            {.fd = connection->daemon_pidfd, .events = POLLIN}};
    if (poll(fds, 2, 0) > 0 &&
        ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) || (fds[1].revents & POLLIN))) {
        atomic_store_explicit(&connection->down, true, memory_order_relaxed);
        return false;
    }
    return true;
}

static void close_socket(struct chi_connection *connection)
{
    atomic_store_explicit(&connection->down, true, memory_order_relaxed);
    if (connection->socket >= 0)
        close(connection->socket);
    connection->socket = -1;
}

void chi_connection_hang_up(struct chi_connection *connection)
{
    pthread_mutex_lock(&connection->lock);
    close_socket(connection);
    pthread_mutex_unlock(&connection->lock);
}

void chi_connection_forget(struct chi_connection *connection)
{
    close_socket(connection);
}
