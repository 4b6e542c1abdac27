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
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "chimaera/log.h"
#include "client/stepping.h"
#include "lane/bell.h"
#include "runtime/control/registry.h"
#include "runtime/control/report.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/sched/orchestrator.h"
#include "runtime/sync/deadlock_monitor.h"
#include "runtime/worker/scan_request.h"
#include "shm/file_id.h"
#include "shm/protocol.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* Linux 6.16 */
#endif

#define BACKLOG    128
#define EVENTS_MAX 32
#define TICK_MS    2 /* while a grace period or a detach is under way */
/* Clients, and peers that only ask for the status. */
#define CONNECTIONS_MAX (2 * CHI_MAX_CLIENTS)

/* What an epoll event means, in data.u64: a connection's index, or one of these. */
#define EVENT_PIDFD  (1u << 31) /* with the connection's index: its process has ended */
#define EVENT_LISTEN (1u << 30)
#define EVENT_WAKE   (1u << 29)

struct connection {
    int fd;              /* -1: unused; the origin's once attached */
    int pidfd;           /* of the peer; -1: none could be opened */
    uint32_t generation; /* differs from that of the last connection in this place */
    struct chi_origin *origin;
    char *text; /* a status that is being sent; NULL: none */
    size_t text_at;
    size_t text_size;
};

struct chi_control {
    struct chi_runtime *runtime;
    const struct chi_container_ops *admin; /* of its module, which outlives its pool */
    int listener;
    int epoll;
    int reserve; /* a descriptor to close when no more are free */
    atomic_bool stop;
    atomic_bool damaged;
    pthread_t thread;
    bool started;
    struct connection connections[CONNECTIONS_MAX];
};

/* ---- connections */

/* Returns the data of a connection's events: its place and generation. */
static uint64_t name_of(const struct chi_control *control, const struct connection *connection)
{
    return (uint64_t)connection->generation << 32 | (uint64_t)(connection - control->connections);
}

/* Removes a descriptor from the epoll set, which closing does not do while a forked child has it.
 */
static void forget_fd(struct chi_control *control, int fd)
{
    if (fd >= 0)
        epoll_ctl(control->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void close_connection(struct chi_control *control, struct connection *connection)
{
    forget_fd(control, connection->fd);
    forget_fd(control, connection->pidfd);
    if (connection->pidfd >= 0)
        close(connection->pidfd);
    if (connection->origin != NULL)
        chi_registry_drop(control->runtime, connection->origin); /* closes the socket */
    else
        close(connection->fd);
    free(connection->text);
    connection->text = NULL;
    connection->fd = -1;
    connection->pidfd = -1;
    connection->generation++;
    connection->origin = NULL;
}

/* Watches the peer's process, because a forked child of it may keep the socket open. */
static bool watch_process(struct chi_control *control, struct connection *connection)
{
    struct epoll_event event = {.events = EPOLLIN,
                                .data.u64 = name_of(control, connection) | EVENT_PIDFD};
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (getsockopt(connection->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    connection->pidfd = (int)syscall(SYS_pidfd_open, peer.pid, 0);
    if (connection->pidfd < 0)
        return errno != ESRCH; /* false: it has ended; else only the socket is watched */
    return epoll_ctl(control->epoll, EPOLL_CTL_ADD, connection->pidfd, &event) == 0;
}

/* No descriptor is free: closes the reserve for a moment, to accept and close one connection. So
 * its peer is refused, and the listener does not stay readable. */
static bool refuse_one(struct chi_control *control)
{
    if (control->reserve < 0)
        return false;
    close(control->reserve);
    int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    control->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd >= 0;
}

static void accept_all(struct chi_control *control)
{
    for (;;) {
        int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            if (!refuse_one(control))
                return;
            continue;
        }
        if (fd < 0)
            return;
        uint32_t i = 0;
        while (i < CONNECTIONS_MAX && control->connections[i].fd >= 0)
            i++;
        struct connection *connection = &control->connections[i];
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP};
        if (i < CONNECTIONS_MAX)
            event.data.u64 = name_of(control, connection);
        if (i == CONNECTIONS_MAX || epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
            close(fd); /* the peer sees the runtime as down */
            chi_log_warn("clients", "refused a connection: too many are open");
            continue;
        }
        connection->fd = fd;
        if (!watch_process(control, connection))
            close_connection(control, connection);
    }
}

/* Returns 0, or a negative code if the peer cannot be served any more. */
static int reply(struct connection *connection, int status, uint32_t first)
{
    struct chi_control_reply message = {
        .magic = CHI_CONTROL_MAGIC, .status = status, .abi = CHI_LAYOUT_ABI, .first = first};
    return chi_control_send(connection->fd, &message, sizeof(message), NULL, 0, MSG_DONTWAIT);
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

static int serve_attach(struct chi_control *control, struct connection *connection,
                        const struct chi_control_attach *message)
{
    const struct chi_control_request *request = &message->request;
    struct chi_runtime *runtime = control->runtime;
    uint32_t other = 0;
    int rc = 0;

    if (request->abi != CHI_LAYOUT_ABI)
        rc = CHI_EABI;
    else if (connection->origin != NULL)
        rc = CHI_EPROTOCOL;
    else if (chi_runtime_stopping(runtime))
        rc = CHI_ESTOPPING;
    else if (other_schema(control->admin, message, &other))
        rc = CHI_ESCHEMA;
    if (rc == 0) {
        check_segments(control);
        /* the peer checks it, and clients can write there */
        chi_runtime_lay_out_header(runtime, runtime->segments[CHI_SEGMENT_MAIN].base);
        rc = chi_registry_attach(runtime, connection->fd, &connection->origin);
    }
    return rc < 0 ? reply(connection, rc, other) : 0;
}

static void listen_for(struct chi_control *control, struct connection *connection, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u64 = name_of(control, connection)};
    epoll_ctl(control->epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

/* Sends what the socket accepts now, and continues when it accepts more. Requests wait meanwhile.
 */
static int send_text(struct chi_control *control, struct connection *connection)
{
    int rc = 0;
    while (rc == 0 && connection->text_at < connection->text_size) {
        size_t part = connection->text_size - connection->text_at;
        part = part < CHI_CONTROL_TEXT ? part : CHI_CONTROL_TEXT;
        rc = chi_control_send(connection->fd, connection->text + connection->text_at, part, NULL, 0,
                              MSG_DONTWAIT);
        if (rc == 0)
            connection->text_at += part;
    }
    if (rc == 0)
        rc = reply(connection, 0, 0);
    if (rc == -EAGAIN) {
        listen_for(control, connection, EPOLLOUT | EPOLLRDHUP);
        return 0;
    }
    free(connection->text);
    connection->text = NULL;
    listen_for(control, connection, EPOLLIN | EPOLLRDHUP);
    return rc;
}

static int serve_status(struct chi_control *control, struct connection *connection, uint32_t form)
{
    connection->text = chi_status_render(control->runtime, form, &connection->text_size);
    connection->text_at = 0;
    return connection->text != NULL ? send_text(control, connection)
                                    : reply(connection, -ENOMEM, 0);
}

static int serve(struct chi_control *control, struct connection *connection,
                 const struct chi_control_attach *message)
{
    const struct chi_control_request *request = &message->request;
    struct chi_runtime *runtime = control->runtime;
    uint32_t first = 0;
    int rc;

    if (request->magic != CHI_CONTROL_MAGIC)
        return reply(connection, CHI_EPROTOCOL, 0);
    switch (request->type) {
    case CHI_CONTROL_ATTACH:
        return serve_attach(control, connection, message);
    case CHI_CONTROL_STATUS:
        return serve_status(control, connection, request->segment);
    case CHI_CONTROL_GRANT:
        rc = connection->origin != NULL
                 ? chi_registry_grant(runtime, connection->origin, request, &first)
                 : CHI_ENOTATTACHED;
        return reply(connection, rc, first);
    case CHI_CONTROL_RELEASE:
        rc = connection->origin != NULL ? chi_registry_release(runtime, connection->origin, request)
                                        : CHI_ENOTATTACHED;
        return reply(connection, rc, 0);
    case CHI_CONTROL_CANCEL:
        if (connection->origin == NULL)
            return reply(connection, CHI_ENOTATTACHED, 0);
        atomic_store_explicit(&connection->origin->cancels, true, memory_order_relaxed);
        chi_runtime_scan(runtime);
        return reply(connection, 0, 0);
    default:
        return reply(connection, CHI_EPROTOCOL, 0);
    }
}

static void read_connection(struct chi_control *control, struct connection *connection,
                            uint32_t events)
{
    struct chi_control_attach message;

    if (connection->text != NULL) {
        if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) || send_text(control, connection) < 0)
            close_connection(control, connection);
        return;
    }
    ssize_t got =
        chi_control_receive(connection->fd, &message, sizeof(message), NULL, NULL, MSG_DONTWAIT);
    if (got == -EAGAIN)
        return;
    int rc = -1;
    if (got == (ssize_t)sizeof(message.request)) {
        message.count = 0;
        rc = serve(control, connection, &message);
    } else if (got == (ssize_t)sizeof(message) && message.request.magic == CHI_CONTROL_MAGIC &&
               message.request.type == CHI_CONTROL_ATTACH) {
        rc = serve(control, connection, &message);
    }
    if (rc < 0) /* the peer has closed, broke the protocol, or does not read replies */
        close_connection(control, connection);
}

static void drop_all(struct chi_control *control, bool clients_only)
{
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &control->connections[i];
        if (connection->fd >= 0 && (connection->origin != NULL || !clients_only))
            close_connection(control, connection);
    }
}

/*
 * A client truncated a segment. Its length has been restored, its content is lost: all clients are
 * dropped. Each worker writes its bell anew when it handles the messages about clients.
 */
static void repair(struct chi_control *control)
{
    chi_log_error("clients", "a client truncated a shared segment; its content is lost, and all "
                             "clients are detached");
    drop_all(control, true);
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

/* Ignores an event of an earlier connection in the same place. */
static void handle_connection(struct chi_control *control, const struct epoll_event *event)
{
    uint32_t what = (uint32_t)event->data.u64;
    struct connection *connection = &control->connections[what & ~EVENT_PIDFD];

    if (connection->fd < 0 || connection->generation != event->data.u64 >> 32)
        return;
    if (what & EVENT_PIDFD)
        close_connection(control, connection);
    else
        read_connection(control, connection, event->events);
}

static void handle(struct chi_control *control, const struct epoll_event *event)
{
    uint64_t ignored;

    if (event->data.u64 == EVENT_LISTEN)
        accept_all(control);
    else if (event->data.u64 == EVENT_WAKE)
        (void)!read(control->runtime->control_fd, &ignored, sizeof(ignored));
    else
        handle_connection(control, event);
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
    int scan_ms = chi_orchestrator_scan(control->runtime, chi_clock_now_ns());
    if (scan_ms >= 0 && (*next_ms < 0 || scan_ms < *next_ms))
        *next_ms = scan_ms;
    if (chi_registry_advance(control->runtime))
        *next_ms = TICK_MS;
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
    drop_all(control, false);
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

static int bind_socket(struct chi_runtime *runtime, int *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool shared = runtime->config.group != NULL;

    memcpy(address.sun_path, runtime->paths.socket, sizeof(address.sun_path));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    unlink(runtime->paths.socket); /* left by a dead runtime: this one holds the lock */
    mode_t before = umask(shared ? 0117 : 0177);
    int rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
    int error = errno;
    umask(before);
    if (rc == 0)
        runtime->socket_id = chi_file_id_of_path(runtime->paths.socket);
    if (rc == 0 && shared)
        rc = chown(runtime->paths.socket, (uid_t)-1, runtime->group);
    /* Refuses descriptors from peers, if the kernel can: closing one may take long. */
    int no = 0;
    setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &no, sizeof(no));
    if (rc == 0)
        rc = listen(fd, BACKLOG);
    if (rc < 0) {
        error = errno != 0 ? errno : error;
        close(fd);
        return chi_error(-error, "cannot listen on %s: %s", runtime->paths.socket, strerror(error));
    }
    *out = fd;
    return 0;
}

static int watch(struct chi_control *control, int fd, uint64_t what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = what};
    return epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int chi_control_create(struct chi_runtime *runtime, struct chi_control **out)
{
    struct chi_control *control = calloc(1, sizeof(*control));
    if (control == NULL)
        return -ENOMEM;
    control->runtime = runtime;
    for (uint32_t i = 0; i < CONNECTIONS_MAX; i++)
        control->connections[i].fd = control->connections[i].pidfd = -1;
    control->listener = -1;
    control->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    control->epoll = epoll_create1(EPOLL_CLOEXEC);
    runtime->control_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int rc = control->epoll < 0 || runtime->control_fd < 0 ? -errno : 0;
    if (rc == 0)
        rc = bind_socket(runtime, &control->listener);
    if (rc == 0)
        rc = watch(control, control->listener, EVENT_LISTEN);
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

void chi_control_stop(struct chi_control *control)
{
    struct chi_runtime *runtime = control->runtime;

    if (!control->started)
        return;
    chi_file_id_unlink(runtime->paths.socket, runtime->socket_id);
    if (runtime->stepper != NULL) {
        drop_all(control, false);
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
    if (control->listener >= 0) {
        chi_file_id_unlink(control->runtime->paths.socket, control->runtime->socket_id);
        close(control->listener);
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
