/* SPDX-License-Identifier: BSD-3-Clause */
/* The connections of the control socket, and their budgets. See peers.h. */
#include "runtime/control/peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/log.h"
#include "runtime/control/registry.h"
#include "runtime/core/rights.h"
#include "runtime/core/runtime.h"
#include "shm/protocol.h"

#define LOG_PAUSE_NS (10 * CHI_NS_PER_S)
#define EXPIRE_MS    1000

void chi_peers_init(struct chi_peers *peers, struct chi_runtime *runtime, int epoll)
{
    peers->runtime = runtime;
    peers->epoll = epoll;
    for (uint32_t i = 0; i < CHI_PEERS_MAX; i++)
        peers->places[i].fd = peers->places[i].pidfd = -1;
}

static bool is_visitor(const struct chi_peer *peer)
{
    return peer->fd >= 0 && peer->origin == NULL;
}

uint64_t chi_peers_name(const struct chi_peers *peers, const struct chi_peer *peer)
{
    return (uint64_t)peer->generation << 32 | (uint64_t)(peer - peers->places);
}

struct chi_peer *chi_peers_find(struct chi_peers *peers, uint64_t data)
{
    struct chi_peer *peer = &peers->places[(uint32_t)data & ~CHI_PEER_PIDFD];
    return peer->fd >= 0 && peer->generation == data >> 32 ? peer : NULL;
}

void chi_peers_listen(struct chi_peers *peers, struct chi_peer *peer, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLRDHUP,
                                .data.u64 = chi_peers_name(peers, peer)};
    epoll_ctl(peers->epoll, EPOLL_CTL_MOD, peer->fd, &event);
}

/* ---- answers */

static bool is_idle(const struct chi_peer *peer)
{
    return is_visitor(peer) && !peer->waits;
}

static struct chi_peer *oldest(struct chi_peers *peers, bool (*counts)(const struct chi_peer *))
{
    struct chi_peer *found = NULL;
    for (uint32_t i = 0; i < CHI_PEERS_MAX; i++) {
        struct chi_peer *peer = &peers->places[i];
        if (counts(peer) && (found == NULL || peer->since_ns < found->since_ns))
            found = peer;
    }
    return found;
}

static bool has_text(const struct chi_peer *peer)
{
    return peer->text != NULL;
}

/* A client has more to lose than its answer. */
static void give_up(struct chi_peers *peers, struct chi_peer *peer)
{
    if (is_visitor(peer)) {
        chi_peers_close(peers, peer);
    } else {
        chi_peers_free_text(peers, peer);
        peer->cut = true;
    }
}

void chi_peers_set_text(struct chi_peers *peers, struct chi_peer *peer, char *text, size_t size)
{
    struct chi_peer *other;
    while (peers->text_bytes + size > CHI_PEER_TEXT_MAX &&
           (other = oldest(peers, has_text)) != NULL)
        give_up(peers, other);
    peer->text = text;
    peer->text_size = size;
    peers->text_bytes += size;
}

void chi_peers_free_text(struct chi_peers *peers, struct chi_peer *peer)
{
    peers->text_bytes -= peer->text_size;
    free(peer->text);
    peer->text = NULL;
    peer->text_at = peer->text_size = 0;
    peer->cut = false;
}

/* ---- the end of a connection */

/* Removes a descriptor from the epoll set, which closing does not do while a forked child has it.
 */
static void forget_fd(struct chi_peers *peers, int fd)
{
    if (fd >= 0)
        epoll_ctl(peers->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void chi_peers_close(struct chi_peers *peers, struct chi_peer *peer)
{
    forget_fd(peers, peer->fd);
    forget_fd(peers, peer->pidfd);
    if (peer->pidfd >= 0)
        close(peer->pidfd);
    if (peer->origin != NULL)
        chi_registry_drop(peers->runtime, peer->origin); /* closes the socket */
    else
        close(peer->fd);
    chi_peers_free_text(peers, peer);
    peer->fd = -1;
    peer->pidfd = -1;
    peer->generation++;
    peer->waits = false;
    peer->origin = NULL;
}

void chi_peers_close_all(struct chi_peers *peers, bool clients_only)
{
    for (uint32_t i = 0; i < CHI_PEERS_MAX; i++) {
        struct chi_peer *peer = &peers->places[i];
        if (peer->fd >= 0 && (peer->origin != NULL || !clients_only))
            chi_peers_close(peers, peer);
    }
}

int chi_peers_expire(struct chi_peers *peers, uint64_t now_ns)
{
    int next_ms = -1;
    for (uint32_t i = 0; i < CHI_PEERS_MAX; i++) {
        struct chi_peer *peer = &peers->places[i];
        if (!is_idle(peer) && !has_text(peer))
            continue;
        if (now_ns > peer->since_ns && now_ns - peer->since_ns > CHI_PEER_IDLE_NS)
            give_up(peers, peer);
        else
            next_ms = EXPIRE_MS;
    }
    return next_ms;
}

/* ---- the begin of a connection */

void chi_peers_refuse(struct chi_peers *peers, int fd, int code, const char *why)
{
    const struct chi_control_reply reply = {
        .magic = CHI_CONTROL_MAGIC, .status = code, .abi = CHI_LAYOUT_ABI};
    char byte;
    uint64_t now = chi_clock_now_ns();

    chi_control_send(fd, &reply, sizeof(reply), NULL, 0, MSG_DONTWAIT);
    /* A request that is not read would make the peer's kernel report a reset before the reply. */
    (void)!recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
    close(fd);
    peers->refused++;
    if (peers->logged_ns != 0 && now - peers->logged_ns < LOG_PAUSE_NS)
        return;
    chi_log_warn("clients", "refused a connection: %s (%llu refused since the last such line)", why,
                 (unsigned long long)peers->refused);
    peers->refused = 0;
    peers->logged_ns = now;
}

struct counts {
    uint32_t all, of_process, of_user;
};

static struct counts count_visitors(const struct chi_peers *peers, const struct ucred *who)
{
    struct counts counts = {0};
    for (uint32_t i = 0; i < CHI_PEERS_MAX; i++) {
        const struct chi_peer *peer = &peers->places[i];
        if (!is_visitor(peer))
            continue;
        counts.all++;
        counts.of_process += peer->pid == who->pid && who->pid != 0;
        counts.of_user += peer->uid == who->uid;
    }
    return counts;
}

/* Returns why this peer gets no place; NULL: it does. */
static const char *over_budget(struct chi_peers *peers, const struct ucred *who)
{
    struct counts counts = count_visitors(peers, who);
    if (counts.of_process >= CHI_VISITORS_PER_PROCESS)
        return "a process has too many that are not attached";
    if (counts.of_user >= CHI_VISITORS_PER_USER && !chi_rights_is_owner(who->uid))
        return "a user has too many that are not attached";
    if (counts.all >= CHI_VISITORS_MAX) {
        struct chi_peer *idle = oldest(peers, is_idle);
        if (idle == NULL)
            return "all that are not attached wait for an order";
        chi_peers_close(peers, idle);
    }
    return NULL;
}

static struct chi_peer *free_place(struct chi_peers *peers)
{
    for (uint32_t i = 0; i < CHI_PEERS_MAX; i++)
        if (peers->places[i].fd < 0)
            return &peers->places[i];
    return NULL;
}

/* Watches the peer's process, because a forked child of it may keep the socket open. */
static bool watch_process(struct chi_peers *peers, struct chi_peer *peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = chi_peers_name(peers, peer)};
    event.data.u64 |= CHI_PEER_PIDFD;
    peer->pidfd = (int)syscall(SYS_pidfd_open, peer->pid, 0);
    if (peer->pidfd < 0)
        return errno != ESRCH; /* false: it has ended; else only the socket is watched */
    return epoll_ctl(peers->epoll, EPOLL_CTL_ADD, peer->pidfd, &event) == 0;
}

void chi_peers_accept(struct chi_peers *peers, int fd)
{
    struct ucred who;
    socklen_t size = sizeof(who);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0) {
        close(fd);
        return;
    }
    const char *why = over_budget(peers, &who);
    struct chi_peer *peer = why == NULL ? free_place(peers) : NULL;
    if (peer == NULL) {
        chi_peers_refuse(peers, fd, -EBUSY, why != NULL ? why : "too many are open");
        return;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP,
                                .data.u64 = chi_peers_name(peers, peer)};
    if (epoll_ctl(peers->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        chi_peers_refuse(peers, fd, -errno, strerror(errno));
        return;
    }
    peer->fd = fd;
    peer->pid = who.pid;
    peer->uid = who.uid;
    peer->since_ns = chi_clock_now_ns();
    if (!watch_process(peers, peer))
        chi_peers_close(peers, peer);
}
