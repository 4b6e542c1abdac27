/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attached clients: slots, grants, detaching. Control thread, except for handlers of messages.
 *
 * A slot is FREE, then LIVE when a client attaches, then DYING when the client is gone. Every
 * worker then stops serving its lanes. When all have, and none of its tasks is in flight,
 * everything it held is freed and the slot is FREE. Units that a live client releases are retired
 * at once and free after a grace period, because tasks that passed ingest before may still use
 * them.
 */
#include "runtime/control/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/log.h"
#include "lane/bell.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/origin.h"
#include "runtime/core/rights.h"
#include "runtime/core/runtime.h"
#include "runtime/path/ingest.h"
#include "runtime/path/route.h"
#include "runtime/worker/error_text.h"
#include "runtime/worker/ingress.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"
#include "shm/protocol.h"

/* Units that a live client has released, until their grace period is over. */
struct chi_retired {
    uint32_t segment;
    uint32_t first;
    uint32_t units;
    uint64_t after; /* number of the grace period */
    struct chi_retired *next;
};

static uint32_t lane_number(const struct chi_runtime *runtime, uint32_t slot, uint32_t lane)
{
    return slot * runtime->lanes_per_client + lane;
}

static uint32_t slot_of(const struct chi_runtime *runtime, const struct chi_origin *origin)
{
    return (uint32_t)(origin - runtime->origins);
}

/* ---- messages to the lanes of every worker */

static void send_all(struct chi_runtime *runtime, struct chi_origin *origin,
                     chi_message_handler_t handle)
{
    atomic_store_explicit(&origin->acks_due, runtime->worker_count, memory_order_relaxed);
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        origin->messages[w].message.handle = handle;
        origin->messages[w].origin = origin;
        chi_worker_send_lanes(runtime->workers[w], &origin->messages[w].message);
    }
}

/* Release: pairs with the acquire in advance(). The last one wakes the control thread. */
static void ack(struct chi_worker *worker, struct chi_origin *origin)
{
    if (atomic_fetch_sub_explicit(&origin->acks_due, 1, memory_order_release) == 1)
        chi_runtime_wake_control(worker->runtime);
}

/* The thread that serves the worker's lanes, as in the next two: begins to serve the client's. */
static void adopt_lanes(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_origin *origin = ((struct chi_origin_message *)(void *)message)->origin;
    for (uint32_t i = 0; i < worker->runtime->lanes_per_client; i++) {
        struct chi_ingress *ingress = &origin->ingress[i];
        if (ingress->worker != worker)
            continue;
        worker->lanes.by_number[ingress->number] = ingress;
        chi_worker_heat(worker, ingress); /* it may have rung before */
    }
    ack(worker, origin);
}

/* Stops serving the client's lanes: no task of it comes in any more. */
static void forget_lanes(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_origin *origin = ((struct chi_origin_message *)(void *)message)->origin;
    for (uint32_t i = 0; i < worker->runtime->lanes_per_client; i++)
        if (origin->ingress[i].worker == worker)
            chi_worker_forget(worker, &origin->ingress[i]);
    if (atomic_load_explicit(&origin->held, memory_order_relaxed) > 0)
        chi_runtime_scan(worker->runtime); /* its periodic tasks end */
    ack(worker, origin);
}

/* Takes in what the client's lanes hold, then counts in the other pair. Takes at most the depth of
 * the lanes, even if the client goes on submitting. */
static void turn_over(struct chi_worker *worker, struct chi_message *message)
{
    struct chi_origin *origin = ((struct chi_origin_message *)(void *)message)->origin;
    struct chi_origin_cell *cell = &origin->cells[worker->id];
    struct chi_batch *batch = &worker->lanes.batch;
    struct chi_worker *self = chi_worker_self; /* serves the lanes */

    if (origin->ingress[0].origin == origin) { /* the runtime's own origin has no lanes */
        chi_worker_take_deliveries(worker);
        while (batch->next < batch->count)
            chi_worker_ingest(self, batch->ingress, batch->items[batch->next++], false);
        for (uint32_t i = 0; i < worker->runtime->lanes_per_client; i++) {
            struct chi_ingress *ingress = &origin->ingress[i];
            if (ingress->worker == worker)
                chi_worker_drain(self, ingress);
        }
    }
    uint32_t parity = atomic_load_explicit(&cell->parity, memory_order_relaxed);
    atomic_store_explicit(&cell->parity, parity ^ 1, memory_order_relaxed);
    ack(worker, origin);
}

/* ---- attach */

/* Finds the lowest free slot. Members of runtime.group leave one in eight to its owner. */
static int find_slot(struct chi_runtime *runtime, uid_t uid, uint32_t *slot)
{
    uint32_t keep = chi_rights_is_owner(uid) ? 0 : runtime->max_clients / 8;
    uint32_t free_slots = 0;

    for (uint32_t i = runtime->max_clients; i-- > 0;) {
        if (atomic_load_explicit(&runtime->origins[i].state, memory_order_acquire) ==
            CHI_ORIGIN_FREE) {
            *slot = i;
            free_slots++;
        }
    }
    return free_slots > keep ? 0 : -EUSERS;
}

/* Creates the client's lanes, in units of the main segment that are granted to it. */
static int make_lanes(struct chi_runtime *runtime, struct chi_origin *origin, uint32_t slot,
                      struct chi_control_attached *reply)
{
    uint32_t depth_log2 = (uint32_t)__builtin_ctz(runtime->config.queue_depth);
    size_t size = chi_lane_bytes(depth_log2);
    uint32_t first;
    uint64_t bytes = (uint64_t)size * runtime->lanes_per_client;
    uint32_t units = (uint32_t)((bytes + CHI_EXTENT_UNIT - 1) / CHI_EXTENT_UNIT);

    int rc = chi_extents_grant(runtime->extents[CHI_SEGMENT_MAIN], origin->owner, units, &first);
    if (rc < 0)
        return rc;
    uint64_t offset = (uint64_t)first * CHI_EXTENT_UNIT;
    for (uint32_t i = 0; i < runtime->lanes_per_client; i++, offset += size) {
        struct chi_ingress *ingress = &origin->ingress[i];
        struct chi_shm_lane *lane =
            (void *)((char *)runtime->segments[CHI_SEGMENT_MAIN].base + offset);
        uint32_t worker = (i + slot) % runtime->sched_count;
        *ingress = (struct chi_ingress){.reader = {.lane = lane, .depth_log2 = depth_log2},
                                        .origin = origin,
                                        .worker = runtime->workers[worker],
                                        .number = lane_number(runtime, slot, i)};
        memset((void *)lane, 0, size); /* clients can write to free memory, too */
        chi_lane_init(lane, depth_log2, worker, ingress->number);
        reply->lane_offset[i] = offset;
        reply->lane_worker[i] = worker;
        reply->lane_number[i] = ingress->number;
    }
    reply->lane_count = runtime->lanes_per_client;
    reply->depth_log2 = depth_log2;
    return 0;
}

static int send_everything(struct chi_runtime *runtime, int socket, int notify_fd,
                           const struct chi_control_attached *reply)
{
    int fds[CHI_CONTROL_FDS];
    fds[CHI_SEGMENT_MAIN] = runtime->segments[CHI_SEGMENT_MAIN].fd;
    fds[CHI_SEGMENT_CLIENT_DATA] = runtime->segments[CHI_SEGMENT_CLIENT_DATA].fd;
    fds[CHI_SEGMENT_RUNTIME_DATA] = runtime->read_only_fd;
    fds[CHI_SEGMENT_COUNT] = notify_fd;
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        fds[CHI_SEGMENT_COUNT + 1 + w] = runtime->workers[w]->wake.eventfd;
    return chi_control_send(socket, reply, sizeof(*reply), fds,
                            CHI_SEGMENT_COUNT + 1 + runtime->worker_count, MSG_DONTWAIT);
}

int chi_registry_attach(struct chi_runtime *runtime, int socket, struct chi_origin **out)
{
    struct chi_control_attached reply = {
        .reply = {.magic = CHI_CONTROL_MAGIC, .abi = CHI_LAYOUT_ABI}};
    struct ucred peer;
    socklen_t peer_size = sizeof(peer);
    uint32_t slot = 0;

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) < 0)
        return -errno;
    int rc = find_slot(runtime, peer.uid, &slot);
    if (rc < 0)
        return rc;
    struct chi_origin *origin = &runtime->origins[slot];
    rc = chi_origin_init(runtime, origin, (uint16_t)(slot + 1));
    if (rc < 0)
        return rc;
    origin->shm_slot = &runtime->slots[slot];
    chi_error_texts_clear(origin); /* those of the slot's last client */
    rc = make_lanes(runtime, origin, slot, &reply);
    if (rc < 0)
        return rc;
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        reply.segment_size[s] = runtime->segments[s].size;
    reply.slot = slot;
    /* Not from the header, where clients can write. */
    const char *base = runtime->segments[CHI_SEGMENT_MAIN].base;
    reply.slot_offset = (uint64_t)((const char *)origin->shm_slot - base);
    reply.bells_offset = (uint64_t)((const char *)runtime->bells - base);
    reply.worker_count = runtime->worker_count;
    int pair[2]; /* for chi_task_notify(): the daemon's end and the client's */
    rc = socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0 ? -errno : 0;
    if (rc == 0) {
        rc = send_everything(runtime, socket, pair[1], &reply);
        close(pair[1]);
        if (rc < 0)
            close(pair[0]);
    }
    if (rc < 0) {
        chi_extents_free_owner(runtime->extents[CHI_SEGMENT_MAIN], origin->owner);
        return rc;
    }
    origin->socket = socket;
    origin->notify_fd = pair[0];
    origin->pid = peer.pid;
    origin->uid = peer.uid;
    origin->rights = chi_rights_of(runtime, peer.uid);
    /* Later than that of any client before, also if the clock stands still. */
    uint64_t now = chi_clock_now_ns();
    uint64_t last = atomic_load_explicit(&origin->attached_ns, memory_order_relaxed);
    atomic_store_explicit(&origin->attached_ns, now > last ? now : last + 1, memory_order_relaxed);
    atomic_store_explicit(&origin->state, CHI_ORIGIN_LIVE, memory_order_release);
    send_all(runtime, origin, adopt_lanes);
    chi_log_debug("clients", "slot %u: attached pid %d", slot, (int)origin->pid);
    *out = origin;
    return 0;
}

/* ---- memory */

/* Removes [first, first + units) from the units that wait for a grace period. Returns whether
 * `spare` was used. */
static bool forget_retired(struct chi_origin *origin, uint32_t segment, uint32_t first,
                           uint32_t units, struct chi_retired *spare)
{
    uint64_t end = (uint64_t)first + units;
    struct chi_retired **link = &origin->retired;
    while (*link != NULL) {
        struct chi_retired *retired = *link;
        uint64_t retired_end = (uint64_t)retired->first + retired->units;
        if (retired->segment != segment || retired->first >= end || retired_end <= first) {
            link = &retired->next;
            continue;
        }
        if (retired->first < first && retired_end > end) { /* only one can enclose the run */
            *spare = *retired;
            spare->first = (uint32_t)end;
            spare->units = (uint32_t)(retired_end - end);
            retired->units = first - retired->first;
            retired->next = spare;
            return true;
        }
        if (retired->first < first) {
            retired->units = first - retired->first;
            link = &retired->next;
        } else if (retired_end > end) {
            retired->first = (uint32_t)end;
            retired->units = (uint32_t)(retired_end - end);
            link = &retired->next;
        } else {
            *link = retired->next;
            free(retired);
        }
    }
    return false;
}

/* Grants the client units that it has released itself. */
static int grant_from_retired(struct chi_runtime *runtime, struct chi_origin *origin,
                              const struct chi_control_request *request, uint32_t *first)
{
    struct chi_retired *spare = calloc(1, sizeof(*spare));
    if (spare == NULL)
        return -ENOMEM;
    int rc = chi_extents_regrant(runtime->extents[request->segment], origin->owner, request->units,
                                 first);
    if (rc < 0 || !forget_retired(origin, request->segment, *first, request->units, spare))
        free(spare);
    return rc;
}

int chi_registry_grant(struct chi_runtime *runtime, struct chi_origin *origin,
                       const struct chi_control_request *request, uint32_t *first)
{
    if (request->segment > CHI_SEGMENT_CLIENT_DATA || request->units == 0)
        return -EINVAL;
    int rc =
        chi_extents_grant(runtime->extents[request->segment], origin->owner, request->units, first);
    if (rc == -ENOMEM && origin->retired != NULL)
        rc = grant_from_retired(runtime, origin, request, first);
    return rc;
}

int chi_registry_release(struct chi_runtime *runtime, struct chi_origin *origin,
                         const struct chi_control_request *request)
{
    if (request->segment > CHI_SEGMENT_CLIENT_DATA)
        return -EINVAL;
    if (request->segment == CHI_SEGMENT_MAIN) {
        /* A client cannot release its lanes. */
        for (uint32_t i = 0; i < runtime->lanes_per_client; i++) {
            uint64_t offset = (uint64_t)((char *)origin->ingress[i].reader.lane -
                                         (char *)runtime->segments[CHI_SEGMENT_MAIN].base);
            uint64_t last = offset + chi_lane_bytes(origin->ingress[i].reader.depth_log2) - 1;
            if (offset / CHI_EXTENT_UNIT < (uint64_t)request->first + request->units &&
                last / CHI_EXTENT_UNIT >= request->first)
                return -EINVAL;
        }
    }
    struct chi_retired *retired = calloc(1, sizeof(*retired));
    if (retired == NULL)
        return -ENOMEM; /* the units stay granted until the client detaches */
    int rc = chi_extents_retire(runtime->extents[request->segment], origin->owner, request->first,
                                request->units);
    if (rc < 0) {
        free(retired);
        return rc;
    }
    retired->segment = request->segment;
    retired->first = request->first;
    retired->units = request->units;
    retired->after = chi_origin_ask_grace(runtime, origin);
    retired->next = origin->retired;
    origin->retired = retired;
    return 0;
}

static void free_retired(struct chi_runtime *runtime, struct chi_origin *origin, uint64_t done)
{
    struct chi_retired **link = &origin->retired;
    while (*link != NULL) {
        struct chi_retired *retired = *link;
        if (retired->after > done) {
            link = &retired->next;
            continue;
        }
        *link = retired->next;
        /* Not for a dying client: chi_extents_free_owner() does it. */
        if (done != UINT64_MAX)
            chi_extents_free(runtime->extents[retired->segment], retired->first, retired->units);
        free(retired);
    }
}

/* ---- detaching */

void chi_registry_drop(struct chi_runtime *runtime, struct chi_origin *origin)
{
    if (atomic_load_explicit(&origin->state, memory_order_relaxed) != CHI_ORIGIN_LIVE)
        return;
    atomic_store_explicit(&origin->state, CHI_ORIGIN_DYING, memory_order_release);
    close(origin->socket);
    origin->socket = -1;
    chi_log_debug("clients", "slot %u: pid %d is gone", slot_of(runtime, origin), (int)origin->pid);
}

static void take_everything_back(struct chi_runtime *runtime, struct chi_origin *origin)
{
    struct chi_arena_cache *cache;

    free_retired(runtime, origin, UINT64_MAX);
    if (origin->notify_fd >= 0)
        close(origin->notify_fd);
    origin->notify_fd = -1;
    if (chi_runtime_stopping(runtime)) {
        /* The segments are removed soon, and the client may still read its results. */
        atomic_store_explicit(&origin->state, CHI_ORIGIN_FREE, memory_order_release);
        return;
    }
    chi_extents_free_owner(runtime->extents[CHI_SEGMENT_MAIN], origin->owner);
    chi_extents_free_owner(runtime->extents[CHI_SEGMENT_CLIENT_DATA], origin->owner);
    if (chi_arena_cache_create(runtime->outputs, &cache) == 0) {
        chi_arena_reclaim_all(cache, origin->owner);
        chi_arena_cache_destroy(cache);
    } else {
        return; /* out of memory; tried again in the next step */
    }
    chi_log_debug("clients", "slot %u: free", slot_of(runtime, origin));
    atomic_store_explicit(&origin->state, CHI_ORIGIN_FREE, memory_order_release);
}

/* The next step of one origin. Returns whether another one follows. */
static int advance(struct chi_runtime *runtime, struct chi_origin *origin)
{
    int state = atomic_load_explicit(&origin->state, memory_order_relaxed);
    if (state == CHI_ORIGIN_FREE)
        return 0;
    if (atomic_load_explicit(&origin->acks_due, memory_order_acquire) > 0)
        return 1; /* messages are on their way */
    if (origin->grace_running > 0) {
        uint32_t old = origin->grace_parity;
        if (chi_origin_count(runtime, origin, old) >
            atomic_load_explicit(&origin->flushing[old], memory_order_relaxed))
            return 1;
        atomic_store_explicit(&origin->grace_done, origin->grace_running, memory_order_release);
        free_retired(runtime, origin, origin->grace_running);
        origin->grace_running = 0;
    }
    if (state == CHI_ORIGIN_DYING) {
        if (!origin->dropping) {
            origin->dropping = true;
            send_all(runtime, origin, forget_lanes);
            return 1;
        }
        if (!origin->scanned && chi_origin_in_flight(runtime, origin) > 0) {
            origin->scanned = true;
            chi_runtime_scan(runtime); /* what waits for it ends */
        }
        /* Acquire: pairs with chi_timing_end(). */
        if (chi_origin_in_flight(runtime, origin) > 0 ||
            atomic_load_explicit(&origin->held, memory_order_acquire) > 0)
            return 1;
        take_everything_back(runtime, origin);
        return atomic_load_explicit(&origin->state, memory_order_relaxed) != CHI_ORIGIN_FREE;
    }
    uint64_t asked = atomic_load_explicit(&origin->grace_asked, memory_order_acquire);
    if (asked > atomic_load_explicit(&origin->grace_done, memory_order_relaxed)) {
        origin->grace_running = asked;
        origin->grace_parity = atomic_load_explicit(&origin->cells[0].parity, memory_order_relaxed);
        send_all(runtime, origin, turn_over);
        return 1;
    }
    return 0;
}

int chi_registry_advance(struct chi_runtime *runtime)
{
    int busy = 0;
    for (uint32_t i = 0; i <= runtime->max_clients; i++)
        busy |= advance(runtime, &runtime->origins[i]);
    return busy;
}
