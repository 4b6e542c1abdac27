/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control thread: a loop over epoll events of the listening socket, the connections and the
 * pidfds of their peers. See control.h.
 */
#include "runtime/control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "chimaera/log.h"
#include "client/stepping.h"
#include "lane/bell.h"
#include "runtime/control/commands.h"
#include "runtime/control/listener.h"
#include "runtime/control/peers.h"
#include "runtime/control/registry.h"
#include "runtime/control/report.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/sched/orchestrator.h"
#include "runtime/sync/deadlock_monitor.h"
#include "runtime/worker/scan_request.h"
#include "shm/protocol.h"

#define EVENTS_MAX 32
#define TICK_MS    2 /* while a grace period or a detach is under way */
/* What an epoll event means, in data.u64: a peer of peers.h, or one of these. */
#define EVENT_LISTEN (1u << 30)
#define EVENT_WAKE   (1u << 29)

struct chi_control {
    struct chi_runtime *runtime;
    const struct chi_container_ops *admin; /* of its module, which outlives its pool */
    struct chi_listener listener;
    int epoll;
    int reserve; /* a descriptor to close when no more are free */
    atomic_bool stop;
    atomic_bool damaged;
    pthread_t thread;
    bool started;
    struct chi_commands commands;
    struct chi_peers peers;
};

/* ---- connections */

/* No descriptor is free: closes the reserve for a moment, to accept and close one connection. So
 * its peer is refused, and the listener does not stay readable. */
static bool refuse_one(struct chi_control *control)
{
    if (control->reserve < 0)
        return false;
    close(control->reserve);
    int fd = accept4(control->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        chi_peers_refuse(&control->peers, fd, -EMFILE,
                         "no descriptor is free; raise the limit (ulimit -n)");
    control->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd >= 0;
}

/* A few at a time, so that whoever connects without end does not keep requests waiting. */
static void accept_some(struct chi_control *control)
{
    for (int i = 0; i < EVENTS_MAX; i++) {
        int fd = accept4(control->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            if (!refuse_one(control))
                return;
            continue;
        }
        if (fd < 0)
            return;
        chi_peers_accept(&control->peers, fd);
    }
}

/* Returns 0, or a negative code if the peer cannot be served any more. */
static int reply(struct chi_peer *peer, int status, uint32_t first)
{
    struct chi_control_reply message = {
        .magic = CHI_CONTROL_MAGIC, .status = status, .abi = CHI_LAYOUT_ABI, .first = first};
    return chi_control_send(peer->fd, &message, sizeof(message), NULL, 0, MSG_DONTWAIT);
}

static void check_segments(struct chi_control *control);

/* Returns whether a schema of the peer differs from that of the admin module, and sets `method`. */
static bool other_schema(const struct chi_container_ops *admin,
                         const struct chi_control_attach *message, uint32_t *method)
{
    for (uint32_t i = 0; i < message->count && i < CHI_CONTROL_SCHEMAS; i++) {
        const struct chi_task_hash *given = &message->schemas[i];
        const struct chi_task_schema *schema = admin->schema(given->method);
        if (schema != NULL &&
            (schema->type.hash != given->hash || schema->type.size != given->size)) {
            *method = given->method;
            return true;
        }
    }
    return false;
}

static int serve_attach(struct chi_control *control, struct chi_peer *peer,
                        const struct chi_control_attach *message)
{
    const struct chi_control_request *request = &message->request;
    struct chi_runtime *runtime = control->runtime;
    uint32_t other = 0;
    int rc = 0;

    if (request->abi != CHI_LAYOUT_ABI)
        rc = CHI_EABI;
    else if (peer->origin != NULL)
        rc = CHI_EPROTOCOL;
    else if (chi_runtime_stopping(runtime))
        rc = CHI_ESTOPPING;
    else if (other_schema(control->admin, message, &other))
        rc = CHI_ESCHEMA;
    if (rc == 0) {
        check_segments(control);
        /* the peer checks it, and clients can write there */
        chi_runtime_lay_out_header(runtime, runtime->segments[CHI_SEGMENT_MAIN].base);
        rc = chi_registry_attach(runtime, peer->fd, &peer->origin);
    }
    return rc < 0 ? reply(peer, rc, other) : 0;
}

/* Sends what the socket accepts now, and continues when it accepts more. Requests wait meanwhile.
 */
static int send_text(struct chi_control *control, struct chi_peer *peer)
{
    int rc = 0;
    while (rc == 0 && peer->text_at < peer->text_size) {
        size_t part = peer->text_size - peer->text_at;
        part = part < CHI_CONTROL_TEXT ? part : CHI_CONTROL_TEXT;
        rc = chi_control_send(peer->fd, peer->text + peer->text_at, part, NULL, 0, MSG_DONTWAIT);
        if (rc == 0) {
            peer->text_at += part;
            peer->since_ns = chi_clock_now_ns();
        }
    }
    if (rc == 0)
        rc = reply(peer, peer->cut ? -EBUSY : 0, 0);
    if (rc == -EAGAIN) {
        chi_peers_listen(&control->peers, peer, EPOLLOUT);
        return 0;
    }
    chi_peers_free_text(&control->peers, peer);
    chi_peers_listen(&control->peers, peer, EPOLLIN);
    return rc;
}

static int serve_status(struct chi_control *control, struct chi_peer *peer, uint32_t form)
{
    size_t size;
    char *text = chi_status_render(control->runtime, form, &size);
    if (text == NULL)
        return reply(peer, -ENOMEM, 0);
    chi_peers_set_text(&control->peers, peer, text, size);
    return send_text(control, peer);
}

static int serve(struct chi_control *control, struct chi_peer *peer,
                 const struct chi_control_attach *message)
{
    const struct chi_control_request *request = &message->request;
    struct chi_runtime *runtime = control->runtime;
    uint32_t first = 0;
    int rc;

    if (request->magic != CHI_CONTROL_MAGIC)
        return reply(peer, CHI_EPROTOCOL, 0);
    switch (request->type) {
    case CHI_CONTROL_ATTACH:
        return serve_attach(control, peer, message);
    case CHI_CONTROL_STATUS:
        return serve_status(control, peer, request->segment);
    case CHI_CONTROL_GRANT:
        rc = peer->origin != NULL ? chi_registry_grant(runtime, peer->origin, request, &first)
                                  : CHI_ENOTATTACHED;
        return reply(peer, rc, first);
    case CHI_CONTROL_RELEASE:
        rc = peer->origin != NULL ? chi_registry_release(runtime, peer->origin, request)
                                  : CHI_ENOTATTACHED;
        return reply(peer, rc, 0);
    case CHI_CONTROL_CANCEL:
        if (peer->origin == NULL)
            return reply(peer, CHI_ENOTATTACHED, 0);
        atomic_store_explicit(&peer->origin->cancels, true, memory_order_relaxed);
        chi_runtime_scan(runtime);
        return reply(peer, 0, 0);
    default:
        return reply(peer, CHI_EPROTOCOL, 0);
    }
}

static int send_told(struct chi_peer *peer, const struct chi_control_told *told)
{
    return chi_control_send(peer->fd, told, sizeof(*told), NULL, 0, MSG_DONTWAIT);
}

static int serve_order(struct chi_control *control, struct chi_peer *peer,
                       const struct chi_control_order *order)
{
    struct chi_control_told told;

    if (peer->waits)
        return CHI_EPROTOCOL;
    peer->waits = chi_commands_give(&control->commands, control->runtime, peer->uid,
                                    chi_peers_name(&control->peers, peer), order, &told);
    return peer->waits ? 0 : send_told(peer, &told);
}

static bool is_there(void *control, uint64_t name)
{
    return chi_peers_find(&((struct chi_control *)control)->peers, name) != NULL;
}

/* Sends the replies to orders that are due. */
static void tell_all(struct chi_control *control)
{
    struct chi_command_reply reply;
    while (chi_commands_take(&control->commands, chi_clock_now_ns(), is_there, control, &reply)) {
        struct chi_peer *peer = chi_peers_find(&control->peers, reply.peer);
        if (peer == NULL)
            continue;
        peer->waits = false;
        peer->since_ns = chi_clock_now_ns();
        if (send_told(peer, &reply.told) < 0)
            chi_peers_close(&control->peers, peer);
    }
}

static void read_peer(struct chi_control *control, struct chi_peer *peer, uint32_t events)
{
    union {
        struct chi_control_request request;
        struct chi_control_attach attach;
        struct chi_control_order order;
    } message;

    if (peer->text != NULL || peer->cut) {
        if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) || send_text(control, peer) < 0)
            chi_peers_close(&control->peers, peer);
        return;
    }
    ssize_t got =
        chi_control_receive(peer->fd, &message, sizeof(message), NULL, NULL, MSG_DONTWAIT);
    if (got == -EAGAIN)
        return;
    peer->since_ns = chi_clock_now_ns();
    int rc = -1;
    if (got == (ssize_t)sizeof(message.request)) {
        message.attach.count = 0;
        rc = serve(control, peer, &message.attach);
    } else if (got == (ssize_t)sizeof(message.attach) &&
               message.request.magic == CHI_CONTROL_MAGIC &&
               message.request.type == CHI_CONTROL_ATTACH) {
        rc = serve(control, peer, &message.attach);
    } else if (got == (ssize_t)sizeof(message.order) &&
               message.request.magic == CHI_CONTROL_MAGIC &&
               (message.request.type == CHI_CONTROL_STOP ||
                message.request.type == CHI_CONTROL_DESTROY)) {
        rc = serve_order(control, peer, &message.order);
    }
    if (rc < 0) /* the peer has closed, broke the protocol, or does not read replies */
        chi_peers_close(&control->peers, peer);
}

/*
 * A client truncated a segment. Its length has been restored, its content is lost: all clients are
 * dropped. Each worker writes its bell anew when it handles the messages about clients.
 */
static void repair(struct chi_control *control)
{
    chi_log_error("clients", "a client truncated a shared segment; its content is lost, and all "
                             "clients are detached");
    chi_peers_close_all(&control->peers, true);
    chi_runtime_lay_out_header(control->runtime, control->runtime->segments[CHI_SEGMENT_MAIN].base);
}

/* The SIGBUS handler notices a truncation only when a missing page is accessed. */
static void check_segments(struct chi_control *control)
{
    bool damaged = atomic_exchange_explicit(&control->damaged, false, memory_order_acquire);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        const struct chi_segment_map *map = &control->runtime->segments[s];
        struct stat st;
        if (fstat(map->fd, &st) == 0 && (uint64_t)st.st_size < map->size)
            damaged |= ftruncate(map->fd, (off_t)map->size) == 0;
    }
    if (damaged)
        repair(control);
}

/* ---- the loop */

static void handle_peer(struct chi_control *control, const struct epoll_event *event)
{
    struct chi_peer *peer = chi_peers_find(&control->peers, event->data.u64);

    if (peer == NULL)
        return;
    if ((uint32_t)event->data.u64 & CHI_PEER_PIDFD)
        chi_peers_close(&control->peers, peer);
    else
        read_peer(control, peer, event->events);
}

static void handle(struct chi_control *control, const struct epoll_event *event)
{
    uint64_t ignored;

    if (event->data.u64 == EVENT_LISTEN)
        accept_some(control);
    else if (event->data.u64 == EVENT_WAKE)
        (void)!read(control->runtime->control_fd, &ignored, sizeof(ignored));
    else
        handle_peer(control, event);
}

static int watch(struct chi_control *control, int fd, uint64_t what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = what};
    return epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static void check_listener(struct chi_control *control)
{
    int before = chi_listener_check(control->runtime, &control->listener, chi_clock_now_ns());
    if (before < 0)
        return;
    epoll_ctl(control->epoll, EPOLL_CTL_DEL, before, NULL); /* a forked child may have it, too */
    close(before);
    if (watch(control, control->listener.fd, EVENT_LISTEN) < 0)
        chi_listener_remove(control->runtime, &control->listener); /* the next check tries again */
}

/* Makes a timeout at most `ms`; negative: none. */
static void hurry(int *timeout_ms, int ms)
{
    if (ms >= 0 && (*timeout_ms < 0 || ms < *timeout_ms))
        *timeout_ms = ms;
}

/* Handles events within the timeout. Returns whether there were any; sets the next timeout. */
static bool turn(struct chi_control *control, int timeout_ms, int *next_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(control->epoll, events, EVENTS_MAX, timeout_ms);
    for (int i = 0; i < count; i++)
        handle(control, &events[i]);
    if (atomic_exchange_explicit(&control->damaged, false, memory_order_acquire))
        repair(control);
    *next_ms = chi_deadlock_monitor_advance(control->runtime);
    hurry(next_ms, chi_orchestrator_scan(control->runtime, chi_clock_now_ns()));
    /* Not while requests may wait, as after a suspension of this process. */
    hurry(next_ms, count < EVENTS_MAX ? chi_peers_expire(&control->peers, chi_clock_now_ns()) : 0);
    if (chi_registry_advance(control->runtime))
        *next_ms = TICK_MS;
    tell_all(control);
    check_listener(control);
    hurry(next_ms, CHI_LISTENER_CHECK_MS);
    return count > 0;
}

bool chi_control_step(struct chi_control *control)
{
    int next_ms;
    return control->started && turn(control, 0, &next_ms);
}

static void *thread_main(void *argument)
{
    struct chi_control *control = argument;
    int next_ms = 0; /* workers run already */

    while (!atomic_load_explicit(&control->stop, memory_order_acquire))
        turn(control, next_ms, &next_ms);
    chi_listener_remove(control->runtime, &control->listener); /* nobody else uses it now */
    chi_peers_close_all(&control->peers, false);
    while (chi_registry_advance(control->runtime) && !control->runtime->abandoned)
        usleep(TICK_MS * 1000);
    return NULL;
}

void chi_control_damaged(struct chi_control *control)
{
    atomic_store_explicit(&control->damaged, true, memory_order_release);
    chi_runtime_wake_control(control->runtime);
}

/* ---- start and stop */

int chi_control_create(struct chi_runtime *runtime, struct chi_control **out)
{
    struct chi_control *control = calloc(1, sizeof(*control));
    if (control == NULL)
        return -ENOMEM;
    control->runtime = runtime;
    control->listener.fd = -1;
    control->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    control->epoll = epoll_create1(EPOLL_CLOEXEC);
    chi_peers_init(&control->peers, runtime, control->epoll);
    runtime->control_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int rc = control->epoll < 0 || runtime->control_fd < 0 ? -errno : 0;
    if (rc == 0)
        rc = chi_listener_open(runtime, &control->listener);
    if (rc == 0)
        rc = watch(control, control->listener.fd, EVENT_LISTEN);
    if (rc == 0)
        rc = watch(control, runtime->control_fd, EVENT_WAKE);
    if (rc < 0) {
        chi_control_destroy(control);
        return rc;
    }
    *out = control;
    return 0;
}

int chi_control_start(struct chi_control *control)
{
    control->admin = chi_pool_find(control->runtime->pools, CHI_ADMIN_POOL_ID)->ops;
    if (control->runtime->stepper != NULL) { /* no thread: chi_control_step() */
        control->started = true;
        return 0;
    }
    int rc = chi_thread_create(&control->thread, "chi-control", thread_main, control);
    control->started = rc == 0;
    return rc;
}

static bool all_have_left(void *runtime)
{
    return !chi_registry_advance(runtime);
}

void chi_control_remove_name(struct chi_control *control)
{
    chi_listener_remove(control->runtime, &control->listener);
}

void chi_control_stop(struct chi_control *control)
{
    struct chi_runtime *runtime = control->runtime;

    if (!control->started || runtime->stepper != NULL)
        chi_listener_remove(runtime, &control->listener);
    if (!control->started)
        return;
    if (runtime->stepper != NULL) {
        chi_peers_close_all(&control->peers, false);
        chi_stepping->wait(all_have_left, runtime, UINT64_MAX);
        control->started = false;
        return;
    }
    atomic_store_explicit(&control->stop, true, memory_order_release);
    chi_runtime_wake_control(control->runtime);
    pthread_join(control->thread, NULL);
    control->started = false;
}

void chi_control_destroy(struct chi_control *control)
{
    chi_commands_fini(&control->commands);
    if (control->listener.fd >= 0) {
        chi_listener_remove(control->runtime, &control->listener);
        close(control->listener.fd);
    }
    if (control->epoll >= 0)
        close(control->epoll);
    if (control->runtime->control_fd >= 0)
        close(control->runtime->control_fd);
    control->runtime->control_fd = -1;
    if (control->reserve >= 0)
        close(control->reserve);
    free(control);
}
