/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connections of the control socket. A peer is a *client* once it has attached; until then, and
 * if it only asks, it is a *visitor*. Visitors have a budget, per process, per user and together,
 * and a time, so that idle connections lock nobody out. Control thread only.
 */
#ifndef CHI_RUNTIME_CONTROL_PEERS_H
#define CHI_RUNTIME_CONTROL_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "shm/layout.h"

struct chi_origin;
struct chi_runtime;

#define CHI_VISITORS_MAX         256u
#define CHI_VISITORS_PER_PROCESS 32u
#define CHI_VISITORS_PER_USER    64u /* of users who do not own the runtime */
#define CHI_PEER_IDLE_NS         UINT64_C(5000000000)
#define CHI_PEER_TEXT_MAX        (16u << 20) /* bytes of unread answers, of all peers together */
#define CHI_PEERS_MAX            (CHI_MAX_CLIENTS + CHI_VISITORS_MAX)

/* The data of a pidfd's event is that of its peer with this bit. */
#define CHI_PEER_PIDFD (1u << 31)

struct chi_peer {
    int fd;              /* -1: unused; the origin's once attached */
    int pidfd;           /* of the process; -1: none could be opened */
    uint32_t generation; /* differs from that of the last peer in this place */
    pid_t pid;           /* 0: in a pid namespace that cannot be seen from here */
    uid_t uid;
    struct chi_origin *origin; /* NULL: a visitor */
    bool waits;                /* for the reply to an order */
    uint64_t since_ns;         /* accepted, asked or read something */
    char *text;                /* an answer that is being sent; NULL: none */
    size_t text_at;
    size_t text_size;
    bool cut; /* the text was dropped, and -EBUSY is still to be sent in its place */
};

struct chi_peers {
    struct chi_runtime *runtime;
    int epoll;
    size_t text_bytes;  /* of all answers that are being sent */
    uint64_t refused;   /* since the last line in the log */
    uint64_t logged_ns; /* 0: never */
    struct chi_peer places[CHI_PEERS_MAX];
};

void chi_peers_init(struct chi_peers *peers, struct chi_runtime *runtime, int epoll);

/*
 * Takes over an accepted socket, or closes it with a reply that says why. Makes room by closing the
 * visitor that has been idle for longest.
 */
void chi_peers_accept(struct chi_peers *peers, int fd);

/* Refuses an accepted socket with a code. Writes at most one line in 10 s to the log. */
void chi_peers_refuse(struct chi_peers *peers, int fd, int code, const char *why);

/* The data of a peer's events: its place and generation. */
uint64_t chi_peers_name(const struct chi_peers *peers, const struct chi_peer *peer);

/* The peer of an event's data; NULL: an earlier one in its place. */
struct chi_peer *chi_peers_find(struct chi_peers *peers, uint64_t data);

/* What its socket shall wait for: EPOLLIN or EPOLLOUT. */
void chi_peers_listen(struct chi_peers *peers, struct chi_peer *peer, uint32_t events);

/*
 * Takes over an answer, from malloc(), to be sent. Makes room by dropping those that have not been
 * read for longest: a visitor is closed, a client's answer is cut.
 */
void chi_peers_set_text(struct chi_peers *peers, struct chi_peer *peer, char *text, size_t size);

/* Ends the answer, a cut one too. */
void chi_peers_free_text(struct chi_peers *peers, struct chi_peer *peer);

/* Closes a connection; drops the client that has it. */
void chi_peers_close(struct chi_peers *peers, struct chi_peer *peer);

void chi_peers_close_all(struct chi_peers *peers, bool clients_only);

/*
 * Closes visitors that are idle or do not read their answer, and cuts that of clients, which keep
 * their tasks. Returns in how many milliseconds to call it again; -1: not before another
 * connection.
 */
int chi_peers_expire(struct chi_peers *peers, uint64_t now_ns);

#endif
