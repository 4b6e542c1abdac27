/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * attach: chi_client_init() and chi_client_fini(), against what no way to attach can do without:
 * connecting to a process over a unix socket, getting descriptors from it, mapping them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "await.h"
#include "chimaera/attach.h"
#include "daemon.h"
#include "partner.h"
#include "process.h"
#include "repeat.h"
#include "ticks.h"

#define ATTACHES     80u
#define SEGMENTS     3
#define FDS          (SEGMENTS + 1)
#define SEGMENT_SIZE ((size_t)256 << 20)

static uint32_t ticks[ATTACHES];

static void failed(const char *what)
{
    bench_die("%s: %s", what, strerror(errno));
}

/* ---- the limit's server: what the daemon's control thread is to us */

struct server {
    struct sockaddr_un address;
    _Atomic(uint32_t) listening;
    uint32_t connections;
};

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(FDS * sizeof(int))];
};

static void send_fds(int s, const int *fds)
{
    union control control = {0};
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof(control.space)};
    control.header = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(FDS * sizeof(int))};
    memcpy(CMSG_DATA(&control.header), fds, FDS * sizeof(int));
    if (sendmsg(s, &message, MSG_NOSIGNAL) != 1)
        failed("sendmsg");
}

static void open_segments(int fds[FDS])
{
    for (int i = 0; i < SEGMENTS; i++) {
        fds[i] = memfd_create("bench", MFD_CLOEXEC);
        if (fds[i] < 0 || ftruncate(fds[i], SEGMENT_SIZE) < 0)
            failed("memfd");
    }
    fds[SEGMENTS] = eventfd(0, EFD_CLOEXEC);
    if (fds[SEGMENTS] < 0)
        failed("eventfd");
}

/* In the partner. */
static void serve(void *context)
{
    static int fds[FDS];
    struct server *server = context;
    if (fds[SEGMENTS] == 0)
        open_segments(fds);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (listener < 0 ||
        bind(listener, (struct sockaddr *)&server->address, sizeof(server->address)) < 0 ||
        listen(listener, 8) < 0)
        failed("cannot listen on a unix socket");
    atomic_store_explicit(&server->listening, 1, memory_order_release);
    for (uint32_t i = 0; i < server->connections; i++) {
        char byte;
        int s = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (s < 0)
            failed("accept");
        send_fds(s, fds);
        while (read(s, &byte, 1) > 0)
            ;
        close(s);
    }
    close(listener);
    unlink(server->address.sun_path);
}

/* ---- its client */

static void connect_once(const struct sockaddr_un *address)
{
    union control control;
    char byte;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof(control.space)};
    int fds[FDS];
    void *segments[SEGMENTS];

    int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (s < 0 || connect(s, (const struct sockaddr *)address, sizeof(*address)) < 0)
        failed("connect");
    if (recvmsg(s, &message, MSG_CMSG_CLOEXEC) != 1 || CMSG_FIRSTHDR(&message) == NULL)
        failed("recvmsg");
    memcpy(fds, CMSG_DATA(&control.header), sizeof(fds));
    for (int i = 0; i < SEGMENTS; i++) {
        segments[i] = mmap(NULL, SEGMENT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
        if (segments[i] == MAP_FAILED)
            failed("mmap");
    }
    for (int i = 0; i < SEGMENTS; i++)
        munmap(segments[i], SEGMENT_SIZE);
    for (int i = 0; i < FDS; i++)
        close(fds[i]);
    close(s);
}

static double connect_us(void *context, double ping_pong_ns)
{
    static struct server *server;
    (void)context, (void)ping_pong_ns;
    if (server == NULL) {
        server = bench_partner_memory(sizeof(*server));
        server->address.sun_family = AF_UNIX;
        snprintf(server->address.sun_path, sizeof(server->address.sun_path), "%s/limit.sock",
                 bench_folder);
        server->connections = ATTACHES;
    }
    atomic_store_explicit(&server->listening, 0, memory_order_relaxed);
    bench_partner_start(serve, server);
    bench_await(&server->listening, 1, true);
    for (uint32_t i = 0; i < ATTACHES; i++) {
        uint64_t begin = bench_ticks();
        connect_once(&server->address);
        ticks[i] = (uint32_t)(bench_ticks() - begin);
    }
    bench_partner_join();
    return bench_latency_of(ticks, ATTACHES).p50_ns / 1e3;
}

/* ---- the figure */

static void run(void *context, struct bench_sample *sample)
{
    (void)context;
    for (uint32_t i = 0; i < ATTACHES; i++) {
        uint64_t begin = bench_ticks();
        bench_check(chi_client_init(), "cannot attach");
        chi_client_fini();
        ticks[i] = (uint32_t)(bench_ticks() - begin);
    }
    struct bench_latency latency = bench_latency_of(ticks, ATTACHES);
    sample->value = latency.p50_ns / 1e3;
    sample->p99 = latency.p99_ns / 1e3;
}

void bench_attach(const struct bench_options *options, struct bench_result *result)
{
    struct bench_daemon daemon;
    bench_daemon_start(&daemon);
    chi_client_fini();
    const struct bench_method method = {.run = run, .limit = connect_us, .daemon = &daemon};
    bench_repeat(options, &method, result);
    bench_check(chi_client_init(), "cannot attach");
    bench_daemon_stop(&daemon);
}
