/* SPDX-License-Identifier: BSD-3-Clause */
/* See by_hand.h. */
#include "by_hand.h"

#include "harness.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

bool by_hand_ask(struct by_hand *self, const struct chi_control_request *request, int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {(void *)request, sizeof(*request)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(int));
    }
    return sendmsg(self->socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(*request);
}

static bool receive_attached(struct by_hand *self)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int) * CHI_CONTROL_FDS)];
        struct cmsghdr align;
    } control;
    struct iovec part = {&self->reply, sizeof(self->reply)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    if (recvmsg(self->socket, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(self->reply))
        return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS)
        return false;
    self->fd_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(self->fds, CMSG_DATA(header), self->fd_count * sizeof(int));
    return self->fd_count > CHI_SEGMENT_COUNT;
}

static bool get_units(struct by_hand *self, uint32_t segment)
{
    struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                          .type = CHI_CONTROL_GRANT,
                                          .segment = segment,
                                          .units = BY_HAND_UNITS};
    struct chi_control_reply reply;
    if (!by_hand_ask(self, &request, -1) ||
        recv(self->socket, &reply, sizeof(reply), 0) != (ssize_t)sizeof(reply) || reply.status < 0)
        return false;
    self->granted[segment] = (uint64_t)reply.first * BY_HAND_UNIT;
    return true;
}

void by_hand_detach(struct by_hand *self)
{
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        munmap(self->segment[s], self->reply.segment_size[s]);
    for (size_t i = 0; i < self->fd_count; i++)
        close(self->fds[i]);
    close(self->socket);
}

bool by_hand_attach(struct by_hand *self)
{
    struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_ATTACH, .abi = CHI_LAYOUT_ABI};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = 2};

    memset(self, 0, sizeof(*self));
    memcpy(address.sun_path, fault_socket(), strlen(fault_socket()) + 1);
    self->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    setsockopt(self->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(self->socket, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        !by_hand_ask(self, &request, -1) || !receive_attached(self))
        return false;
    self->notify = self->fds[CHI_SEGMENT_COUNT];
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        int protection = s == CHI_SEGMENT_RUNTIME_DATA ? PROT_READ : PROT_READ | PROT_WRITE;
        void *base =
            mmap(NULL, self->reply.segment_size[s], protection, MAP_SHARED, self->fds[s], 0);
        if (base == MAP_FAILED)
            return false;
        self->segment[s] = base;
    }
    return get_units(self, CHI_SEGMENT_MAIN) && get_units(self, CHI_SEGMENT_CLIENT_DATA);
}
