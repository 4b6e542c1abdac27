/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket that clients connect to. See listener.h. */
#include "runtime/control/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/log.h"
#include "chimaera/status.h"
#include "runtime/control/instance.h"
#include "runtime/core/runtime.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* Linux 6.16 */
#endif

#define BACKLOG 128

/* Not by umask(), which is for all threads. Nobody can connect before listen(). */
static int make_name(const struct chi_runtime *runtime, int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = runtime->paths.socket;
    bool shared = runtime->config.group != NULL;
    struct stat st;

    memcpy(address.sun_path, path, sizeof(address.sun_path));
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path); /* left by a dead runtime: this one holds the lock */
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        chmod(path, shared ? 0660 : 0600) < 0 ||
        (shared && chown(path, (uid_t)-1, runtime->group) < 0))
        return -errno;
    return 0;
}

int chi_listener_open(struct chi_runtime *runtime, struct chi_listener *listener)
{
    const char *path = runtime->paths.socket;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return chi_error(-errno, "cannot create a socket: %s", chi_strerror(-errno));
    /* Refuses descriptors from peers, if the kernel can: closing one may take long. */
    int no = 0;
    setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
    int rc = make_name(runtime, fd);
    if (rc == 0 && listen(fd, BACKLOG) < 0)
        rc = -errno;
    if (rc < 0) {
        close(fd);
        return chi_error(rc, "cannot listen on %s: %s", path, chi_strerror(rc));
    }
    listener->fd = fd;
    listener->file = chi_file_of_path(path);
    return 0;
}

static int make_again(struct chi_runtime *runtime, struct chi_listener *listener)
{
    int rc = chi_instance_relock(&runtime->paths, &runtime->lock_fd);
    if (rc == 0 && !chi_file_is(&listener->file, runtime->paths.socket))
        rc = chi_listener_open(runtime, listener);
    return rc;
}

int chi_listener_check(struct chi_runtime *runtime, struct chi_listener *listener, uint64_t now_ns)
{
    int fd = listener->fd;

    if (now_ns - listener->checked_ns < CHI_LISTENER_CHECK_MS * CHI_NS_PER_MS)
        return -1;
    listener->checked_ns = now_ns;
    struct chi_file_id lock = chi_file_of_fd(runtime->lock_fd);
    if (chi_file_is(&listener->file, runtime->paths.socket) &&
        chi_file_is(&lock, runtime->paths.lock))
        return -1;
    int rc = make_again(runtime, listener);
    if (rc == 0)
        chi_log_warn("runtime", "the socket %s or its lock file was removed, and is made again",
                     runtime->paths.socket);
    else if (!listener->told)
        chi_log_error("runtime",
                      "the socket %s or its lock file was removed, and cannot be made again: %s",
                      runtime->paths.socket, chi_last_error());
    listener->told = rc < 0;
    return listener->fd != fd ? fd : -1;
}

void chi_listener_remove(const struct chi_runtime *runtime, struct chi_listener *listener)
{
    chi_file_remove_own(&listener->file, runtime->paths.socket);
    listener->file = (struct chi_file_id){0};
}
