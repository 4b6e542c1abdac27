/* SPDX-License-Identifier: BSD-3-Clause */
/* The output of `chimaera status` and `chimaera pools`, as text and as JSON. See report.h. */
#include "runtime/control/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "chimaera/version.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/module/lane.h"
#include "runtime/module/pool.h"
#include "runtime/module/pool_table.h"
#include "runtime/sync/deadlock_monitor.h"
#include "runtime/worker/worker.h"

static const char *const segment_names[CHI_SEGMENT_COUNT] = {"main", "client_data", "runtime_data"};

#define LANES_LISTED 4096u /* queues and lanes of an answer; sums include all */

struct lister {
    FILE *out;
    struct chi_json *json; /* NULL: as text */
    bool lanes;            /* lists queues and lanes, `room` of them */
    uint32_t room;
};

struct lane_sums {
    uint64_t waiting, load, done;
};

/* ---- pools */

static uint64_t done_in(const struct chi_lane *lane)
{
    return atomic_load_explicit(&lane->done, memory_order_relaxed) +
           atomic_load_explicit(&lane->dropped, memory_order_relaxed);
}

static struct lane_sums queue_sums(const struct chi_queue *queue)
{
    struct lane_sums sums = {0};
    for (uint32_t i = 0; i < queue->lane_count; i++) {
        sums.waiting += chi_lane_size(&queue->lanes[i]);
        sums.load += chi_lane_load(&queue->lanes[i]);
        sums.done += done_in(&queue->lanes[i]);
    }
    return sums;
}

static const struct chi_queue *first_queue(const struct chi_container *container)
{
    return atomic_load_explicit(&container->priv->queues, memory_order_acquire);
}

static struct lane_sums pool_sums(const struct chi_pool *pool)
{
    struct lane_sums sums = {0};
    for (uint32_t c = 0; c < pool->container_count; c++) {
        for (const struct chi_queue *q = first_queue(pool->containers[c]); q != NULL; q = q->next) {
            struct lane_sums one = queue_sums(q);
            sums.waiting += one.waiting;
            sums.load += one.load;
            sums.done += one.done;
        }
    }
    return sums;
}

static void json_lane(struct chi_json *json, const struct chi_lane *lane, uint32_t number)
{
    const struct chi_worker *runner = atomic_load_explicit(&lane->runner, memory_order_relaxed);
    chi_json_object_begin(json);
    chi_json_member_u64(json, "lane", number);
    chi_json_member_u64(json, "worker", lane->worker->id);
    chi_json_member_u64(json, "runner", runner->id);
    chi_json_member_u64(json, "waiting", chi_lane_size(lane));
    chi_json_member_u64(json, "load", chi_lane_load(lane));
    chi_json_member_u64(json, "done", done_in(lane));
    chi_json_object_end(json);
}

static void json_queue(struct chi_json *json, const struct chi_queue *queue, uint32_t container,
                       uint32_t *room)
{
    struct lane_sums sums = queue_sums(queue);
    chi_json_object_begin(json);
    chi_json_member_u64(json, "container", container);
    chi_json_member_u64(json, "queue", queue->id);
    chi_json_member_string(json, "class",
                           queue->priority == CHI_LOW_LATENCY ? "low_latency" : "high_latency");
    chi_json_member_u64(json, "lane_count", queue->lane_count);
    chi_json_member_u64(json, "waiting", sums.waiting);
    chi_json_member_u64(json, "load", sums.load);
    chi_json_member_u64(json, "done", sums.done);
    chi_json_key(json, "lanes");
    chi_json_array_begin(json);
    for (uint32_t i = 0; i<queue->lane_count && * room> 0; i++, --*room)
        json_lane(json, &queue->lanes[i], i);
    chi_json_array_end(json);
    chi_json_object_end(json);
}

static void json_queues(struct chi_json *json, const struct chi_pool *pool, uint32_t *room)
{
    uint64_t left_off = 0;

    chi_json_key(json, "queues");
    chi_json_array_begin(json);
    for (uint32_t c = 0; c < pool->container_count; c++) {
        for (const struct chi_queue *q = first_queue(pool->containers[c]); q != NULL; q = q->next) {
            if (*room == 0) {
                left_off++;
                continue;
            }
            --*room;
            json_queue(json, q, c, room);
        }
    }
    chi_json_array_end(json);
    chi_json_member_u64(json, "queues_left_off", left_off);
}

static void list_pool(struct chi_pool *pool, void *argument)
{
    static const char *const states[] = {"creating", "ready", "dying"};
    struct lister *lister = argument;
    uint64_t completed = 0;
    for (uint32_t w = 0; w < pool->runtime->worker_count; w++)
        completed += atomic_load_explicit(&pool->cells[w].completed, memory_order_relaxed);
    int64_t in_flight = chi_pool_in_flight(pool);
    const char *state = states[atomic_load_explicit(&pool->state, memory_order_relaxed)];
    struct lane_sums sums = pool_sums(pool);

    if (lister->json != NULL) {
        struct chi_json *json = lister->json;
        char id[24];
        snprintf(id, sizeof(id), "%u.%u", pool->id.major, pool->id.minor);
        chi_json_object_begin(json);
        chi_json_member_string(json, "id", id);
        chi_json_member_string(json, "name", pool->name);
        chi_json_member_string(json, "module", pool->module->name);
        chi_json_member_string(json, "state", state);
        chi_json_member_u64(json, "containers", pool->container_count);
        chi_json_member_i64(json, "in_flight", in_flight);
        chi_json_member_u64(json, "unstarted", sums.waiting);
        chi_json_member_u64(json, "load", sums.load);
        chi_json_member_u64(json, "completed", completed);
        if (lister->lanes)
            json_queues(json, pool, &lister->room);
        chi_json_object_end(json);
    } else {
        fprintf(lister->out, "  %-8u %-24s %-24s %10u %10lld %10llu %10llu %12llu  %s\n",
                pool->id.major, pool->name, pool->module->name, pool->container_count,
                (long long)in_flight, (unsigned long long)sums.waiting,
                (unsigned long long)sums.load, (unsigned long long)completed, state);
    }
}

static void render_pools(struct chi_runtime *runtime, FILE *out, struct chi_json *json, bool lanes)
{
    struct lister lister = {.out = out, .json = json, .lanes = lanes, .room = LANES_LISTED};
    if (json != NULL)
        chi_json_array_begin(json);
    else
        fprintf(out, "  %-8s %-24s %-24s %10s %10s %10s %10s %12s  %s\n", "pool", "name", "module",
                "containers", "in flight", "unstarted", "load", "completed", "state");
    chi_pool_visit(runtime, list_pool, &lister);
    if (json != NULL)
        chi_json_array_end(json);
}

/* ---- memory, workers, clients */

struct memory {
    uint64_t size, granted, retired, lent;
};

static struct memory measure(struct chi_runtime *runtime, int segment)
{
    struct memory memory = {0};
    struct chi_extents *extents = runtime->extents[segment];
    memory.size = chi_extents_total_bytes(extents);
    memory.granted = memory.size - chi_extents_free_bytes(extents);
    memory.retired = chi_extents_owner_bytes(extents, CHI_OWNER_RETIRED);
    if (segment == CHI_SEGMENT_RUNTIME_DATA) {
        struct chi_arena_stats stats;
        chi_arena_stats(runtime->outputs, &stats);
        memory.lent = stats.used_bytes;
    }
    return memory;
}

static void json_memory(struct chi_json *json, const struct memory *memory)
{
    chi_json_object_begin(json);
    chi_json_member_u64(json, "size", memory->size);
    chi_json_member_u64(json, "granted", memory->granted);
    chi_json_member_u64(json, "retired", memory->retired);
    chi_json_member_u64(json, "lent", memory->lent);
    chi_json_object_end(json);
}

static void render_memory(struct chi_runtime *runtime, FILE *out, struct chi_json *json)
{
    char a[16], b[16], c[16];
    if (json != NULL) {
        chi_json_key(json, "memory");
        chi_json_object_begin(json);
    } else {
        fprintf(out, "\nmemory\n  %-14s %10s %10s %10s\n", "segment", "size", "granted", "lent");
    }
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        struct memory m = measure(runtime, s);
        if (json != NULL) {
            chi_json_key(json, segment_names[s]);
            json_memory(json, &m);
        } else {
            fprintf(out, "  %-14s %10s %10s %10s\n", segment_names[s], chi_text_of_size(m.size, a),
                    chi_text_of_size(m.granted, b), chi_text_of_size(m.lent, c));
        }
    }
    if (json != NULL)
        chi_json_object_end(json);
}

/* Returns the time since the start minus the idle time. */
static uint64_t busy_ns(const struct chi_worker *worker, uint64_t now)
{
    /* Acquire: pairs with the release in idle.c; reads the idle_ns that belongs to it, or a later
     * one. */
    uint64_t since = atomic_load_explicit(&worker->stats.idle_since, memory_order_acquire);
    uint64_t idle = atomic_load_explicit(&worker->stats.idle_ns, memory_order_relaxed);
    uint64_t all = now - worker->runtime->started_ns;
    if (since != 0 && since < now)
        idle += now - since;
    return idle < all ? all - idle : 0;
}

/* One worker as text, in the order of the columns in render_workers(). */
static void text_worker(FILE *out, const struct chi_worker *worker, uint64_t now,
                        const struct chi_fiber_stats *fibers)
{
    const struct chi_worker_stats *stats = &worker->stats;
    const struct chi_worker *server =
        atomic_load_explicit(&worker->lanes.server, memory_order_relaxed);
    char used[16], at[16] = "-";

    if (server != NULL)
        snprintf(at, sizeof(at), "%u", server->id);
    fprintf(out, "  %-4u %-6s %12llu %10.3f %10llu %8u %10u %8llu %8llu %8s %8u %12s\n", worker->id,
            worker->priority == CHI_LOW_LATENCY ? "sched" : "slow",
            (unsigned long long)atomic_load_explicit(&stats->tasks, memory_order_relaxed),
            (double)busy_ns(worker, now) / 1e9,
            (unsigned long long)atomic_load_explicit(&stats->sleeps, memory_order_relaxed),
            atomic_load_explicit(&stats->parked, memory_order_relaxed),
            atomic_load_explicit(&stats->unstarted, memory_order_relaxed),
            (unsigned long long)atomic_load_explicit(&stats->stalls, memory_order_relaxed),
            (unsigned long long)atomic_load_explicit(&stats->moves, memory_order_relaxed), at,
            fibers->live, chi_text_of_size(fibers->stack_used_max, used));
}

static void json_worker(struct chi_json *json, const struct chi_worker *worker, uint64_t now,
                        const struct chi_fiber_stats *fibers)
{
    const struct chi_worker_stats *stats = &worker->stats;
    const struct chi_worker *server =
        atomic_load_explicit(&worker->lanes.server, memory_order_relaxed);

    chi_json_object_begin(json);
    chi_json_member_u64(json, "id", worker->id);
    chi_json_member_string(json, "class", worker->priority == CHI_LOW_LATENCY ? "sched" : "slow");
    chi_json_member_u64(json, "tasks", atomic_load_explicit(&stats->tasks, memory_order_relaxed));
    chi_json_member_u64(json, "busy_ns", busy_ns(worker, now));
    chi_json_member_u64(json, "sleeps", atomic_load_explicit(&stats->sleeps, memory_order_relaxed));
    chi_json_member_u64(json, "forwarded",
                        atomic_load_explicit(&stats->forwarded, memory_order_relaxed));
    chi_json_member_u64(json, "parked", atomic_load_explicit(&stats->parked, memory_order_relaxed));
    chi_json_member_u64(json, "unstarted",
                        atomic_load_explicit(&stats->unstarted, memory_order_relaxed));
    chi_json_member_u64(json, "stalls", atomic_load_explicit(&stats->stalls, memory_order_relaxed));
    chi_json_member_u64(json, "moves", atomic_load_explicit(&stats->moves, memory_order_relaxed));
    chi_json_member_i64(json, "lanes_at", server != NULL ? (int64_t)server->id : -1);
    chi_json_member_u64(json, "fibers", fibers->live);
    chi_json_member_u64(json, "stack_used", fibers->stack_used_max);
    chi_json_object_end(json);
}

static void render_workers(struct chi_runtime *runtime, FILE *out, struct chi_json *json)
{
    uint64_t now = chi_clock_now_ns();

    if (json != NULL) {
        chi_json_key(json, "workers");
        chi_json_array_begin(json);
    } else {
        fprintf(out, "\nworkers\n  %-4s %-6s %12s %10s %10s %8s %10s %8s %8s %8s %8s %12s\n", "id",
                "class", "tasks", "busy s", "sleeps", "parked", "unstarted", "stalls", "moves",
                "lanes at", "fibers", "stack used");
    }
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct chi_fiber_stats fibers;
        chi_fiber_pool_stats(runtime->workers[w]->fibers.pool, &fibers);
        if (json != NULL)
            json_worker(json, runtime->workers[w], now, &fibers);
        else
            text_worker(out, runtime->workers[w], now, &fibers);
    }
    if (json != NULL)
        chi_json_array_end(json);
}

static void render_client(struct chi_runtime *runtime, FILE *out, struct chi_json *json,
                          uint32_t slot)
{
    struct chi_origin *origin = &runtime->origins[slot];
    uint64_t taken = 0, refused = 0;
    char a[16], b[16], c[16];
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        for (int p = 0; p < 2; p++)
            taken += atomic_load_explicit(&origin->cells[w].begun[p], memory_order_relaxed);
        refused += atomic_load_explicit(&origin->cells[w].refused, memory_order_relaxed);
    }
    uint64_t main_bytes =
        chi_extents_owner_bytes(runtime->extents[CHI_SEGMENT_MAIN], origin->owner);
    uint64_t data_bytes =
        chi_extents_owner_bytes(runtime->extents[CHI_SEGMENT_CLIENT_DATA], origin->owner);
    uint64_t lent = chi_origin_lent(runtime, origin);
    long long in_flight = chi_origin_in_flight(runtime, origin);
    const char *state =
        atomic_load_explicit(&origin->state, memory_order_relaxed) == CHI_ORIGIN_LIVE ? "attached"
                                                                                      : "gone";
    if (json != NULL) {
        chi_json_object_begin(json);
        chi_json_member_u64(json, "slot", slot);
        chi_json_member_i64(json, "pid", origin->pid);
        chi_json_member_u64(json, "uid", origin->uid);
        chi_json_member_string(json, "state", state);
        chi_json_member_u64(json, "granted_main", main_bytes);
        chi_json_member_u64(json, "granted_client_data", data_bytes);
        chi_json_member_u64(json, "lent", lent);
        chi_json_member_i64(json, "in_flight", in_flight);
        chi_json_member_u64(json, "taken", taken);
        chi_json_member_u64(json, "refused", refused);
        chi_json_object_end(json);
    } else {
        fprintf(out, "  %-4u %8d %10s %10s %10s %10lld %12llu %8llu  %s\n", slot, (int)origin->pid,
                chi_text_of_size(main_bytes, a), chi_text_of_size(data_bytes, b),
                chi_text_of_size(lent, c), in_flight, (unsigned long long)taken,
                (unsigned long long)refused, state);
    }
}

static void render_clients(struct chi_runtime *runtime, FILE *out, struct chi_json *json)
{
    bool none = true;
    if (json != NULL) {
        chi_json_key(json, "clients");
        chi_json_array_begin(json);
    } else {
        fprintf(out, "\nclients\n  %-4s %8s %10s %10s %10s %10s %12s %8s\n", "slot", "pid", "main",
                "data", "lent", "in flight", "tasks", "refused");
    }
    for (uint32_t i = 0; i < runtime->max_clients; i++) {
        if (atomic_load_explicit(&runtime->origins[i].state, memory_order_relaxed) ==
            CHI_ORIGIN_FREE)
            continue;
        render_client(runtime, out, json, i);
        none = false;
    }
    if (json != NULL)
        chi_json_array_end(json);
    else if (none)
        fputs("  none\n", out);
}

static void render_status(struct chi_runtime *runtime, FILE *out, struct chi_json *json, bool lanes)
{
    static const char *const states[] = {"starting", "running", "stopping"};
    const char *state = states[atomic_load_explicit(&runtime->state, memory_order_relaxed)];
    double uptime = (double)(chi_clock_now_ns() - runtime->started_ns) / 1e9;

    if (json != NULL) {
        chi_json_object_begin(json);
        chi_json_member_string(json, "version", CHI_VERSION);
        chi_json_member_string(json, "instance", runtime->paths.instance);
        chi_json_member_i64(json, "pid", getpid());
        chi_json_member_string(json, "state", state);
        chi_json_member_double(json, "uptime_s", uptime, 10);
        chi_json_member_i64(json, "own_in_flight",
                            chi_origin_in_flight(runtime, &runtime->origins[runtime->max_clients]));
    } else {
        fprintf(out, "chimaera %s, instance %s, pid %d, %s for %.1f s\n", CHI_VERSION,
                runtime->paths.instance, (int)getpid(), state, uptime);
    }
    render_memory(runtime, out, json);
    render_workers(runtime, out, json);
    render_clients(runtime, out, json);
    if (json != NULL) {
        chi_json_key(json, "deadlocks");
        chi_json_array_begin(json);
    } else if (chi_deadlock_monitor_count(runtime) > 0) {
        fputs("\ndeadlocks\n", out);
    }
    chi_deadlock_monitor_render(runtime, out, json);
    if (json != NULL) {
        chi_json_array_end(json);
        chi_json_key(json, "pools");
    } else {
        fputs("\npools\n", out);
    }
    render_pools(runtime, out, json, lanes);
    if (json != NULL)
        chi_json_object_end(json);
}

char *chi_status_render(struct chi_runtime *runtime, uint32_t form, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (out == NULL)
        return NULL;
    bool lanes = form & CHI_STATUS_LANES;
    form &= ~(uint32_t)CHI_STATUS_LANES;
    struct chi_json writer;
    struct chi_json *json = form == CHI_STATUS_JSON || form == CHI_POOLS_JSON ? &writer : NULL;
    if (json != NULL)
        chi_json_init(json, chi_json_to_file, out);
    if (form == CHI_POOLS_TEXT || form == CHI_POOLS_JSON)
        render_pools(runtime, out, json, lanes);
    else
        render_status(runtime, out, json, lanes);
    int rc = json != NULL ? chi_json_end(json) : 0;
    if (json != NULL)
        fputc('\n', out);
    if (fclose(out) != 0 || rc < 0) {
        free(text);
        return NULL;
    }
    return text;
}
