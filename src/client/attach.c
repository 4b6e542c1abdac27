/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attaching to a runtime: connect, receive segments, eventfds and lanes, map them. Any failure
 * leaves nothing behind here, and the closed socket makes the daemon forget this client. If this
 * process dies at any step the daemon sees the socket close.
 */
#include "client/attach.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chimaera/attach.h"
#include "chimaera/status.h"
#include "shm/extents.h"
#include "shm/paths.h"

static int send_request(struct chi_client *client, const struct chi_control_request *message,
                        struct chi_control_reply *reply)
{
    return chi_connection_request(&client->connection, message, sizeof(*message), reply,
                                  sizeof(*reply), NULL, NULL);
}

static int grant_units(void *context, uint32_t units, uint32_t *first)
{
    struct chi_source_context *source = context;
    struct chi_client *client = source->client;
    struct chi_control_request message = {.magic = CHI_CONTROL_MAGIC,
                                          .type = CHI_CONTROL_GRANT,
                                          .segment = source->segment,
                                          .units = units};
    struct chi_control_reply reply;

    int rc = send_request(client, &message, &reply);
    if (rc < 0)
        return rc;
    if ((uint64_t)reply.first + units > client->segments[source->segment].size / CHI_EXTENT_UNIT)
        return CHI_EPROTOCOL;
    *first = reply.first;
    return 0;
}

static void release_units(void *context, uint32_t first, uint32_t units)
{
    struct chi_source_context *source = context;
    struct chi_client *client = source->client;
    struct chi_control_request message = {.magic = CHI_CONTROL_MAGIC,
                                          .type = CHI_CONTROL_RELEASE,
                                          .segment = source->segment,
                                          .first = first,
                                          .units = units};
    struct chi_control_reply reply;

    send_request(client, &message, &reply);
}

int chi_client_ask_cancel(struct chi_client *client)
{
    struct chi_control_request message = {.magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_CANCEL};
    struct chi_control_reply reply;

    return send_request(client, &message, &reply);
}

static void *main_at(struct chi_client *client, uint64_t offset, uint64_t size)
{
    const struct chi_segment_map *map = &client->segments[CHI_SEGMENT_MAIN];
    if (offset % CHI_CACHE_LINE != 0 || offset > map->size || size > map->size - offset)
        return NULL;
    return (char *)map->base + offset;
}

/* Takes over what the reply says; the daemon is trusted, but a wrong version must not crash us. */
static int adopt(struct chi_client *client, const struct chi_control_attached *attached)
{
    if (attached->lane_count == 0 || attached->lane_count > CHI_MAX_WORKERS ||
        attached->worker_count == 0 || attached->worker_count > CHI_MAX_WORKERS ||
        attached->depth_log2 > 30)
        return CHI_EPROTOCOL;
    const struct chi_shm_header *header = main_at(client, 0, sizeof(*header));
    if (header == NULL ||
        atomic_load_explicit(&header->magic, memory_order_acquire) != CHI_SHM_MAGIC ||
        header->abi != CHI_LAYOUT_ABI)
        return CHI_EABI;
    struct chi_shm_bell *bells = main_at(client, attached->bells_offset,
                                         attached->worker_count * sizeof(struct chi_shm_bell));
    client->slot = main_at(client, attached->slot_offset, sizeof(*client->slot));
    if (bells == NULL || client->slot == NULL)
        return CHI_EPROTOCOL;
    size_t lane_size = sizeof(struct chi_shm_lane) + (sizeof(uint64_t) << attached->depth_log2);
    for (uint32_t i = 0; i < attached->lane_count; i++) {
        struct chi_client_lane *lane = &client->lanes[i];
        lane->lane = main_at(client, attached->lane_offset[i], lane_size);
        if (lane->lane == NULL || attached->lane_worker[i] >= attached->worker_count ||
            attached->lane_number[i] >= CHI_RUNG_WORDS * 64)
            return CHI_EPROTOCOL;
        lane->bell = &bells[attached->lane_worker[i]];
        lane->number = attached->lane_number[i];
        lane->eventfd = client->eventfds[attached->lane_worker[i]];
    }
    for (uint32_t w = 0; w < CHI_MAX_WORKERS; w++)
        client->lane_of_worker[w] = CHI_NO_LANE;
    for (uint32_t i = 0; i < attached->lane_count; i++)
        client->lane_of_worker[attached->lane_worker[i]] = (uint16_t)i;
    client->lane_count = attached->lane_count;
    client->depth_log2 = attached->depth_log2;
    return 0;
}

static int make_arenas(struct chi_client *client)
{
    for (uint32_t s = CHI_SEGMENT_MAIN; s <= CHI_SEGMENT_CLIENT_DATA; s++) {
        client->source_context[s].client = client;
        client->source_context[s].segment = s;
        client->source[s].grant = grant_units;
        client->source[s].release = release_units;
        client->source[s].ctx = &client->source_context[s];
        int rc = chi_arena_create(&client->source[s], client->segments[s].base,
                                  client->segments[s].size, &client->arena[s]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Set when a library is loaded; read when this process attaches. */
static _Atomic(const struct chi_module_schemas *) compared_schemas;

void chi_client_compare_schemas(const struct chi_module_schemas *schemas)
{
    atomic_store_explicit(&compared_schemas, schemas, memory_order_release);
}

static void list_schemas(const struct chi_module_schemas *schemas,
                         struct chi_control_attach *message)
{
    for (uint32_t i = 0; schemas != NULL && i < schemas->count && i < CHI_CONTROL_SCHEMAS; i++)
        message->schemas[message->count++] =
            (struct chi_task_hash){.hash = schemas->tasks[i]->type.hash,
                                   .method = schemas->tasks[i]->method,
                                   .size = schemas->tasks[i]->type.size};
}

/* Which task of that module the daemon takes for another one. */
static int explain_schema(const struct chi_module_schemas *schemas, uint32_t method)
{
    const char *name = "?";
    for (uint32_t i = 0; schemas != NULL && i < schemas->count; i++)
        if (schemas->tasks[i]->method == method)
            name = schemas->tasks[i]->type.name;
    return chi_error(CHI_ESCHEMA,
                     "this process and the runtime have different layouts of struct %s; build both "
                     "from the same version of Chimaera",
                     name);
}

static int hand_shake(struct chi_client *client)
{
    struct chi_control_attach message = {
        .request = {.magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_ATTACH, .abi = CHI_LAYOUT_ABI}};
    /* Acquire: pairs with the release of the thread that loaded the library. */
    const struct chi_module_schemas *schemas =
        atomic_load_explicit(&compared_schemas, memory_order_acquire);
    struct chi_control_attached attached;
    int fds[CHI_CONTROL_FDS];
    size_t fd_count = CHI_CONTROL_FDS;

    list_schemas(schemas, &message);
    int rc = chi_connection_request(&client->connection, &message, sizeof(message), &attached,
                                    sizeof(attached), fds, &fd_count);
    if (rc == CHI_ESCHEMA)
        return explain_schema(schemas, attached.reply.first);
    if (rc < 0)
        return rc;
    if (fd_count != CHI_SEGMENT_COUNT + 1 + (size_t)attached.worker_count) {
        for (size_t i = 0; i < fd_count; i++)
            close(fds[i]);
        return CHI_EPROTOCOL;
    }
    client->event_fd = fds[CHI_SEGMENT_COUNT];
    client->worker_count = attached.worker_count;
    for (uint32_t w = 0; w < attached.worker_count; w++)
        client->eventfds[w] = fds[CHI_SEGMENT_COUNT + 1 + w];
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        int protection = s == CHI_SEGMENT_RUNTIME_DATA ? PROT_READ : PROT_READ | PROT_WRITE;
        if (rc == 0)
            rc = chi_segment_map_fd(fds[s], attached.segment_size[s], protection,
                                    &client->segments[s]);
        if (rc < 0)
            close(fds[s]);
    }
    if (rc < 0)
        return rc;
    return adopt(client, &attached);
}

static int explain(int rc, const struct chi_paths *paths)
{
    switch (rc) {
    case CHI_ESCHEMA:
    case -EPERM:
        return rc; /* said already */
    case CHI_ERUNTIME_DOWN:
        return chi_error(rc,
                         "no runtime answers at %s; start chimaera_runtime, or set "
                         "CHI_INSTANCE to the instance that runs",
                         paths->socket);
    case CHI_EABI:
        return chi_error(rc, "the runtime at %s was built from a different version of Chimaera",
                         paths->socket);
    case -EUSERS:
        return chi_error(rc,
                         "the runtime at %s has no free client slot; raise "
                         "runtime.max_clients",
                         paths->socket);
    case -ENOMEM:
        return chi_error(rc,
                         "the runtime at %s has no memory for another client: its segment main, or "
                         "/dev/shm, is full",
                         paths->socket);
    case -EBUSY:
        return chi_error(rc,
                         "the runtime at %s refuses another connection: too many of this process "
                         "or user are open and not attached",
                         paths->socket);
    default:
        return chi_error(rc, "cannot attach to the runtime at %s: %s", paths->socket,
                         chi_strerror(rc));
    }
}

int chi_client_attach(struct chi_client **out)
{
    struct chi_paths paths;
    int rc = chi_paths_resolve(NULL, NULL, &paths);
    if (rc == -EINVAL)
        return chi_error(rc,
                         "CHI_INSTANCE must have 1 to %d characters: letters, digits, '-' and '_'",
                         CHI_INSTANCE_MAX);
    if (rc < 0)
        return chi_error(rc, "invalid CHI_SOCKET_DIR or XDG_RUNTIME_DIR: %s", chi_strerror(rc));

    struct chi_client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return chi_error(-ENOMEM, "out of memory");
    atomic_init(&client->references, 1);
    chi_connection_init(&client->connection);
    client->event_fd = -1;
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        client->segments[s].fd = -1;
    pthread_mutex_init(&client->orphan_lock, NULL);

    rc = chi_connection_open(&client->connection, &paths);
    if (rc == 0)
        rc = hand_shake(client);
    if (rc == 0)
        rc = make_arenas(client);
    if (rc < 0) {
        chi_connection_hang_up(&client->connection);
        chi_client_release(client);
        return explain(rc, &paths);
    }
    *out = client;
    return 0;
}

/* Keeps the addresses from being used again, so that a task of an ended attachment is recognised.
 */
static void retire_mapping(struct chi_segment_map *map)
{
    (void)mmap(map->base, map->size, PROT_NONE,
               MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
    close(map->fd);
    map->base = NULL;
}

void chi_client_release(struct chi_client *client)
{
    /* Release and acquire: the unmapping comes after every other thread's last use. */
    if (atomic_fetch_sub_explicit(&client->references, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t s = 0; s < CHI_SEGMENT_COUNT; s++) {
        if (client->arena[s] != NULL)
            chi_arena_destroy(client->arena[s]);
        if (client->segments[s].base != NULL)
            retire_mapping(&client->segments[s]);
    }
    for (uint32_t w = 0; w < client->worker_count; w++)
        close(client->eventfds[w]);
    if (client->event_fd >= 0)
        close(client->event_fd);
    chi_connection_fini(&client->connection);
    pthread_mutex_destroy(&client->orphan_lock);
    free(client->orphans.tasks);
    free(client);
}

void chi_client_leave_orphans(struct chi_client *client, struct chi_orphans *orphans)
{
    if (orphans->count > 0) {
        pthread_mutex_lock(&client->orphan_lock);
        chi_orphans_move(orphans, &client->orphans);
        atomic_store_explicit(&client->has_orphans, true, memory_order_relaxed);
        pthread_mutex_unlock(&client->orphan_lock);
    }
    free(orphans->tasks);
}

void chi_client_adopt_orphans(struct chi_client *client, struct chi_orphans *orphans)
{
    pthread_mutex_lock(&client->orphan_lock);
    chi_orphans_move(&client->orphans, orphans);
    atomic_store_explicit(&client->has_orphans, false, memory_order_relaxed);
    pthread_mutex_unlock(&client->orphan_lock);
}
