/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending and receiving control messages with descriptors. */
#include "shm/protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS_SPACE CMSG_SPACE(sizeof(int) * CHI_CONTROL_FDS)

int chi_control_send(int fd, const void *message, size_t size, const int *fds, size_t fd_count,
                     int flags)
{
    union {
        char bytes[FDS_SPACE];
        struct cmsghdr align;
    } control;
    struct iovec iov = {.iov_base = (void *)message, .iov_len = size};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    if (fd_count > CHI_CONTROL_FDS)
        return -EINVAL;
    if (fd_count > 0) {
        memset(&control, 0, sizeof(control));
        msg.msg_control = control.bytes;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&msg);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
    }
    for (;;) {
        ssize_t sent = sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
        if (sent >= 0)
            return 0;
        if (errno != EINTR)
            return -errno;
    }
}

static void take_fds(struct msghdr *msg, int *fds, size_t room, size_t *count)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (*count < room)
                fds[(*count)++] = fd;
            else
                close(fd);
        }
    }
}

ssize_t chi_control_receive(int fd, void *message, size_t size, int *fds, size_t *fd_count,
                            int flags)
{
    union {
        char bytes[FDS_SPACE];
        struct cmsghdr align;
    } control;
    struct iovec iov = {.iov_base = message, .iov_len = size};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    size_t room = fd_count != NULL ? *fd_count : 0;
    size_t count = 0;
    ssize_t got;

    do {
        got = recvmsg(fd, &msg, flags | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    take_fds(&msg, fds, room, &count);
    if (fd_count != NULL)
        *fd_count = count;
    if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        for (size_t i = 0; i < count; i++)
            close(fds[i]);
        return -EPROTO;
    }
    return got;
}
