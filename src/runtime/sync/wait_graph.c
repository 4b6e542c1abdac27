/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cycles among waits. An edge from A to B means that A cannot go on before B does, so a cycle of
 * lasting waits is a deadlock: there are no false alarms. The search checks each pair of tasks
 * once. It runs at most once a second, and only while tasks wait for locks. Control thread.
 */
#include "runtime/sync/wait_graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

static bool grow(void **items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint32_t more = *room > 0 ? *room * 2 : 16;
    void *moved = realloc(*items, more * size);
    if (moved == NULL)
        return false;
    *items = moved;
    *room = more;
    return true;
}

struct chi_wait_node *chi_wait_graph_add(struct chi_wait_graph *graph)
{
    if (!grow((void **)&graph->nodes, graph->node_count, &graph->node_room,
              sizeof(*graph->nodes))) {
        graph->incomplete = true;
        return NULL;
    }
    struct chi_wait_node *node = &graph->nodes[graph->node_count++];
    *node = (struct chi_wait_node){.holds_first = graph->hold_count};
    return node;
}

void chi_wait_graph_add_hold(struct chi_wait_graph *graph, const void *lock, bool write)
{
    if (!grow((void **)&graph->holds, graph->hold_count, &graph->hold_room,
              sizeof(*graph->holds))) {
        graph->incomplete = true;
        return;
    }
    graph->holds[graph->hold_count++] = (struct chi_wait_hold){.lock = lock, .write = write};
    graph->nodes[graph->node_count - 1].holds_count++;
}

void chi_wait_graph_join(struct chi_wait_graph *graph, const struct chi_wait_graph *part)
{
    graph->incomplete |= part->incomplete;
    for (uint32_t i = 0; i < part->node_count; i++) {
        struct chi_wait_node *node = chi_wait_graph_add(graph);
        if (node == NULL)
            return;
        uint32_t first = node->holds_first;
        *node = part->nodes[i];
        node->holds_first = first;
        node->holds_count = 0;
        for (uint32_t h = 0; h < part->nodes[i].holds_count; h++) {
            const struct chi_wait_hold *hold = &part->holds[part->nodes[i].holds_first + h];
            chi_wait_graph_add_hold(graph, hold->lock, hold->write);
        }
    }
}

void chi_wait_graph_clear(struct chi_wait_graph *graph)
{
    graph->node_count = graph->hold_count = 0;
    graph->incomplete = false;
}

void chi_wait_graph_fini(struct chi_wait_graph *graph)
{
    free(graph->nodes);
    free(graph->holds);
    *graph = (struct chi_wait_graph){0};
}

/* ---- lasting */

static int compare(const void *a, const void *b)
{
    const struct chi_wait_node *x = a, *y = b;
    if (x->worker != y->worker)
        return x->worker < y->worker ? -1 : 1;
    return x->serial < y->serial ? -1 : x->serial > y->serial;
}

void chi_wait_graph_mark_lasting(struct chi_wait_graph *graph, const struct chi_wait_graph *older)
{
    for (uint32_t i = 0; older->node_count > 0 && i < graph->node_count; i++) {
        struct chi_wait_node *node = &graph->nodes[i];
        const struct chi_wait_node *before =
            bsearch(node, older->nodes, older->node_count, sizeof(*node), compare);
        node->lasting = before != NULL;
        node->reported = before != NULL && before->reported;
    }
    if (graph->node_count > 0) /* for the search in the next call, where it is `older` */
        qsort(graph->nodes, graph->node_count, sizeof(*graph->nodes), compare);
}

/* ---- edges */

static bool same_group(const struct chi_wait_node *a, const struct chi_wait_node *b)
{
    return a->origin == b->origin && a->group.node == b->group.node &&
           a->group.pid == b->group.pid && a->group.tid == b->group.tid &&
           a->group.major == b->group.major;
}

static bool ahead(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* Members of a group enter together, so the position of the first of them counts. */
static void find_positions(struct chi_wait_graph *graph)
{
    for (uint32_t i = 0; i < graph->node_count; i++) {
        struct chi_wait_node *node = &graph->nodes[i];
        node->position = node->ticket;
        for (uint32_t j = 0; node->lock != NULL && j < graph->node_count; j++) {
            const struct chi_wait_node *other = &graph->nodes[j];
            if (other->lock == node->lock && ahead(other->ticket, node->position) &&
                same_group(node, other))
                node->position = other->ticket;
        }
    }
}

static bool is_in_the_way(const struct chi_wait_graph *graph, const struct chi_wait_node *holder,
                          const struct chi_wait_node *node)
{
    for (uint32_t h = 0; h < holder->holds_count; h++) {
        const struct chi_wait_hold *hold = &graph->holds[holder->holds_first + h];
        if (hold->lock == node->lock && (hold->write || node->write))
            return true;
    }
    return false;
}

/* Returns whether `node` cannot go on before `other` does. */
static bool waits_for(const struct chi_wait_graph *graph, const struct chi_wait_node *node,
                      const struct chi_wait_node *other)
{
    if (!other->lasting || node == other)
        return false;
    if (node->lock == NULL)
        return node->awaited == other->task;
    if (same_group(node, other))
        return false;
    return is_in_the_way(graph, other, node) ||
           (other->lock == node->lock && ahead(other->ticket, node->position));
}

/* ---- cycles */

struct search {
    struct chi_wait_graph *graph;
    uint32_t *path;  /* nodes from the start to the current one */
    uint32_t *next;  /* [node] the next edge to try; NONE: all were tried */
    uint32_t *place; /* [node] index in the path; NONE: not in it */
    uint32_t depth;
    chi_wait_cycle_fn *found;
    void *argument;
};

static void tell(struct search *search, uint32_t from)
{
    struct chi_wait_graph *graph = search->graph;
    bool fresh = false;
    for (uint32_t i = from; i < search->depth; i++)
        fresh |= !graph->nodes[search->path[i]].reported;
    for (uint32_t i = from; i < search->depth; i++)
        graph->nodes[search->path[i]].reported = true;
    search->found(graph, search->path + from, search->depth - from, fresh, search->argument);
}

static void push(struct search *search, uint32_t node)
{
    search->place[node] = search->depth;
    search->path[search->depth++] = node;
}

static void walk_from(struct search *search, uint32_t start)
{
    const struct chi_wait_graph *graph = search->graph;
    push(search, start);
    while (search->depth > 0) {
        uint32_t here = search->path[search->depth - 1];
        if (search->next[here] >= graph->node_count) {
            search->next[here] = NONE;
            search->place[here] = NONE;
            search->depth--;
            continue;
        }
        uint32_t there = search->next[here]++;
        if (search->next[there] == NONE ||
            !waits_for(graph, &graph->nodes[here], &graph->nodes[there]))
            continue;
        if (search->place[there] != NONE)
            tell(search, search->place[there]);
        else
            push(search, there);
    }
}

int chi_wait_graph_cycles(struct chi_wait_graph *graph, chi_wait_cycle_fn *found, void *argument)
{
    uint32_t count = graph->node_count;
    struct search search = {.graph = graph, .found = found, .argument = argument};

    if (count == 0)
        return 0;
    uint32_t *memory = malloc(sizeof(uint32_t) * 3 * count);
    if (memory == NULL)
        return -ENOMEM;
    search.path = memory;
    search.next = memory + count;
    search.place = memory + 2 * (size_t)count;
    memset(search.next, 0, sizeof(uint32_t) * count);
    memset(search.place, 0xFF, sizeof(uint32_t) * count);
    find_positions(graph);
    for (uint32_t i = 0; i < count; i++)
        if (graph->nodes[i].lasting && search.next[i] != NONE)
            walk_from(&search, i);
    free(memory);
    return 0;
}
