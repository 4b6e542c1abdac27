/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The deadlock monitor: scans by the control thread, and answers of the workers. For a scan each
 * worker visits its parked fibers, on its own thread. A lock that is free costs nothing more; a
 * task that parks for a lock costs one locked instruction.
 *
 *   not watched   no task waits for a lock; the first that does wakes the control thread
 *   watched       the control thread scans once a second
 *   asked         messages are on their way to the workers; the last answer wakes it
 */
#include "runtime/sync/deadlock_monitor.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "chimaera/log.h"
#include "runtime/core/message.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/record_names.h"
#include "runtime/sync/lock.h"
#include "runtime/sync/wait_graph.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

#define SCAN_NS (1 * CHI_NS_PER_S)
#define SHARE   20u /* scans take at most 1/20 of the control thread's time */

/* One worker's answer. */
struct census {
    struct chi_message message; /* first */
    struct chi_runtime *runtime;
    atomic_uint *left;
    struct chi_wait_graph graph;
};

struct chi_deadlock_monitor {
    struct census *parts; /* [worker_count] */
    atomic_uint left;     /* workers that have not answered */
    bool asked;
    uint64_t next_ns;
    struct chi_wait_graph now, before;
    FILE *out; /* during a scan: writes `text`, one line for each cycle */
    char *text;
    size_t text_size;
    uint32_t cycles;
};

/* ---- workers */

static void note_holds(struct chi_wait_graph *graph, const struct chi_record *record)
{
    for (const struct chi_hold *hold = record->holds; hold != NULL; hold = hold->next_of_task)
        chi_wait_graph_add_hold(graph, hold->lock, hold->mode == CHI_COLOCK_WRITE);
}

static void note(struct chi_fiber *fiber, void *argument)
{
    struct chi_wait_graph *graph = argument;
    const struct chi_waiter *waiter = fiber->user;
    const struct chi_record *record = waiter->current;
    const struct chi_hold *wait = waiter->lock_wait;

    if (waiter->woken || (wait == NULL && waiter->awaited == NULL))
        return; /* its wait ends by itself */
    struct chi_wait_node *node = chi_wait_graph_add(graph);
    if (node == NULL)
        return;
    node->task = record->parent != NULL ? record->parent : record;
    node->serial = waiter->serial;
    node->origin = record->origin;
    node->group = record->task.node;
    node->awaited = waiter->awaited;
    snprintf(node->task_name, sizeof(node->task_name), "%s of pool %s",
             chi_record_method_name(record), chi_record_pool_name(record));
    if (wait != NULL) {
        node->lock = wait->lock;
        node->write = wait->mode == CHI_COLOCK_WRITE;
        node->ticket = wait->ticket;
        snprintf(node->lock_name, sizeof(node->lock_name), "%s", wait->name);
    }
    note_holds(graph, record);
}

void chi_deadlock_monitor_census(struct chi_worker *worker, struct chi_wait_graph *graph)
{
    uint32_t first = graph->node_count;
    chi_fiber_visit(worker->fibers.pool, note, graph);
    for (uint32_t i = first; i < graph->node_count; i++)
        graph->nodes[i].worker = worker->id;
}

static void answer(struct chi_worker *worker, struct chi_message *message)
{
    struct census *census = (void *)message;
    chi_wait_graph_clear(&census->graph);
    chi_deadlock_monitor_census(worker, &census->graph);
    /* Release: pairs with the acquire in chi_deadlock_monitor_advance(). */
    if (atomic_fetch_sub_explicit(census->left, 1, memory_order_acq_rel) == 1)
        chi_runtime_wake_control(census->runtime);
}

void chi_deadlock_monitor_begin(struct chi_runtime *runtime)
{
    if (runtime->control_fd >= 0 &&
        !atomic_exchange_explicit(&runtime->locks_watched, true, memory_order_seq_cst))
        chi_runtime_wake_control(runtime);
}

/* ---- the control thread */

static bool any_waits(const struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        if (atomic_load_explicit(&runtime->workers[w]->lock_waits, memory_order_seq_cst) > 0)
            return true;
    return false;
}

static struct chi_deadlock_monitor *create(struct chi_runtime *runtime)
{
    struct chi_deadlock_monitor *self = calloc(1, sizeof(*self));
    if (self == NULL)
        return NULL;
    self->parts = calloc(runtime->worker_count, sizeof(*self->parts));
    if (self->parts == NULL) {
        free(self);
        return NULL;
    }
    self->next_ns = chi_clock_now_ns() + SCAN_NS;
    return self;
}

static void ask(struct chi_runtime *runtime, struct chi_deadlock_monitor *self)
{
    self->asked = true;
    atomic_store_explicit(&self->left, runtime->worker_count, memory_order_relaxed);
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        struct census *part = &self->parts[w];
        part->runtime = runtime;
        part->left = &self->left;
        part->message.handle = answer;
        chi_worker_send(runtime->workers[w], &part->message);
    }
}

static void describe(FILE *out, const struct chi_wait_node *node, const struct chi_wait_node *next)
{
    if (node->lock != NULL)
        fprintf(out, "%s waits for %s (%p) behind ", node->task_name, node->lock_name, node->lock);
    else
        fprintf(out, "%s waits for its subtask ", node->task_name);
    fputs(next->task_name, out);
}

static void tell(const struct chi_wait_graph *graph, const uint32_t *cycle, uint32_t count,
                 bool fresh, void *argument)
{
    struct chi_deadlock_monitor *self = argument;
    char *line = NULL;
    size_t size;
    FILE *out = open_memstream(&line, &size);

    if (out == NULL)
        return;
    fprintf(out, "deadlock of %u tasks: ", count);
    for (uint32_t i = 0; i < count; i++) {
        fputs(i > 0 ? "; " : "", out);
        describe(out, &graph->nodes[cycle[i]], &graph->nodes[cycle[(i + 1) % count]]);
    }
    if (fclose(out) != 0)
        return;
    self->cycles++;
    fprintf(self->out, "%s\n", line);
    if (fresh)
        chi_log_error("locks", "%s", line);
    free(line);
}

static void scan(struct chi_runtime *runtime, struct chi_deadlock_monitor *self)
{
    struct chi_wait_graph older = self->before;
    self->before = self->now;
    self->now = older;
    chi_wait_graph_clear(&self->now);
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        chi_wait_graph_join(&self->now, &self->parts[w].graph);
    if (self->now.incomplete)
        chi_wait_graph_clear(&self->now); /* out of memory: the next scan begins anew */
    chi_wait_graph_mark_lasting(&self->now, &self->before);
    self->cycles = 0;
    free(self->text);
    self->text = NULL;
    self->out = open_memstream(&self->text, &self->text_size);
    if (self->out == NULL)
        return;
    chi_wait_graph_cycles(&self->now, tell, self);
    fclose(self->out);
}

static void forget(struct chi_deadlock_monitor *self)
{
    chi_wait_graph_clear(&self->now);
    chi_wait_graph_clear(&self->before);
    self->cycles = 0;
}

int chi_deadlock_monitor_advance(struct chi_runtime *runtime)
{
    if (!atomic_load_explicit(&runtime->locks_watched, memory_order_seq_cst))
        return -1;
    if (runtime->deadlock_monitor == NULL)
        runtime->deadlock_monitor = create(runtime);
    struct chi_deadlock_monitor *self = runtime->deadlock_monitor;
    if (self == NULL)
        return (int)(SCAN_NS / CHI_NS_PER_MS);
    uint64_t now = chi_clock_now_ns();
    if (self->asked) {
        if (atomic_load_explicit(&self->left, memory_order_acquire) > 0)
            return -1; /* the last answer wakes us */
        self->asked = false;
        scan(runtime, self);
        uint64_t took = chi_clock_now_ns() - now;
        self->next_ns = now + (took * SHARE > SCAN_NS ? took * SHARE : SCAN_NS);
    }
    if (!any_waits(runtime)) {
        forget(self);
        atomic_store_explicit(&runtime->locks_watched, false, memory_order_seq_cst);
        if (!any_waits(runtime)) /* seq_cst: see chi_deadlock_monitor_begin_wait() */
            return -1;
        atomic_store_explicit(&runtime->locks_watched, true, memory_order_seq_cst);
    }
    if (now >= self->next_ns) {
        ask(runtime, self);
        return -1;
    }
    return (int)((self->next_ns - now) / CHI_NS_PER_MS) + 1;
}

uint32_t chi_deadlock_monitor_count(const struct chi_runtime *runtime)
{
    return runtime->deadlock_monitor != NULL ? runtime->deadlock_monitor->cycles : 0;
}

void chi_deadlock_monitor_render(const struct chi_runtime *runtime, FILE *out,
                                 struct chi_json *json)
{
    const char *line =
        chi_deadlock_monitor_count(runtime) > 0 ? runtime->deadlock_monitor->text : "";
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        if (json != NULL)
            chi_json_string_n(json, line, size);
        else
            fprintf(out, "  %.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
}

void chi_deadlock_monitor_fini(struct chi_runtime *runtime)
{
    struct chi_deadlock_monitor *self = runtime->deadlock_monitor;
    if (self == NULL)
        return;
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        chi_wait_graph_fini(&self->parts[w].graph);
    free(self->parts);
    chi_wait_graph_fini(&self->now);
    chi_wait_graph_fini(&self->before);
    free(self->text);
    free(self);
    runtime->deadlock_monitor = NULL;
}
