/* SPDX-License-Identifier: BSD-3-Clause */
#include "shm/dial.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "chimaera/status.h"

static bool is_trusted(uid_t uid)
{
    return uid == geteuid() || uid == 0;
}

/* Before connecting, as the daemon does at its start. A folder that does not exist has no socket.
 */
static int check_folder(const struct chi_paths *paths)
{
    struct stat st;
    if (paths->dir_is_named || lstat(paths->dir, &st) < 0)
        return 0;
    if (S_ISDIR(st.st_mode) && is_trusted(st.st_uid) && (st.st_mode & 022) == 0)
        return 0;
    return chi_error(
        -EPERM,
        "%s is not a folder that belongs to you and that only you can write (its owner "
        "is user %u, its mode %04o); remove it, or set CHI_SOCKET_DIR to the folder of "
        "the runtime that you mean",
        paths->dir, (unsigned)st.st_uid, (unsigned)st.st_mode & 07777);
}

/* The credentials are those of the process that called listen(). */
static int check_peer(const struct chi_paths *paths, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    struct stat st;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    if (is_trusted(peer.uid))
        return 0;
    if (paths->dir_is_named && stat(paths->dir, &st) == 0 && st.st_uid == peer.uid &&
        (st.st_mode & 022) == 0)
        return 0;
    return chi_error(-EPERM, "%s is served by process %d of user %u, who is neither you nor root%s",
                     paths->socket, (int)peer.pid, (unsigned)peer.uid,
                     paths->dir_is_named
                         ? ", in a folder that does not belong to that user alone"
                         : "; if you mean that runtime, set CHI_SOCKET_DIR to its folder");
}

int chi_control_dial(const struct chi_paths *paths, uint32_t timeout_s, int *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval timeout = {.tv_sec = timeout_s};

    int rc = check_folder(paths);
    if (rc < 0)
        return rc;
    memcpy(address.sun_path, paths->socket, sizeof(address.sun_path));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)); /* a full backlog, too */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    do {
        rc = connect(fd, (struct sockaddr *)&address, sizeof(address));
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        rc = errno == ENOENT || errno == ECONNREFUSED ? CHI_ERUNTIME_DOWN : -errno;
    else
        rc = check_peer(paths, fd);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    *out = fd;
    return 0;
}
