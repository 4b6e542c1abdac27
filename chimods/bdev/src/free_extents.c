/* SPDX-License-Identifier: BSD-3-Clause */
/* Free extents as a treap over an array of nodes. See free_extents.h. */
#include "free_extents.h"

#include <errno.h>
#include <stdlib.h>

typedef struct chimaera_bdev_free_extents tree;

static void refresh(tree *t, uint32_t node)
{
    struct chimaera_bdev_extent *e = &t->nodes[node];
    e->longest = e->count;
    if (t->nodes[e->left].longest > e->longest)
        e->longest = t->nodes[e->left].longest;
    if (t->nodes[e->right].longest > e->longest)
        e->longest = t->nodes[e->right].longest;
}

/* Splits into the extents that begin before `position` and the others. Depth: O(log n). */
static void split(tree *t, uint32_t node, uint64_t position, uint32_t *before, uint32_t *after)
{
    if (node == 0) {
        *before = *after = 0;
        return;
    }
    if (t->nodes[node].first < position) {
        split(t, t->nodes[node].right, position, &t->nodes[node].right, after);
        *before = node;
    } else {
        split(t, t->nodes[node].left, position, before, &t->nodes[node].left);
        *after = node;
    }
    refresh(t, node);
}

/* Joins two trees, all of `before` lying before all of `after`. */
static uint32_t join(tree *t, uint32_t before, uint32_t after)
{
    if (before == 0 || after == 0)
        return before + after;
    if (t->nodes[before].priority > t->nodes[after].priority) {
        t->nodes[before].right = join(t, t->nodes[before].right, after);
        refresh(t, before);
        return before;
    }
    t->nodes[after].left = join(t, before, t->nodes[after].left);
    refresh(t, after);
    return after;
}

static uint32_t next_random(tree *t)
{
    uint32_t x = t->random != 0 ? t->random : 2463534242u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return t->random = x;
}

static void insert(tree *t, uint64_t first, uint64_t count)
{
    uint32_t node = t->spare, before, after;
    t->spare = t->nodes[node].left;
    t->nodes[node] = (struct chimaera_bdev_extent){
        .first = first, .count = count, .longest = count, .priority = next_random(t)};
    split(t, t->root, first, &before, &after);
    t->root = join(t, join(t, before, node), after);
    t->units += count;
}

/* Removes the extent that begins at `first`. */
static void remove_at(tree *t, uint64_t first)
{
    uint32_t before, node, after;
    split(t, t->root, first, &before, &after);
    split(t, after, first + 1, &node, &after);
    t->root = join(t, before, after);
    t->units -= t->nodes[node].count;
    t->nodes[node].left = t->spare;
    t->spare = node;
}

int chimaera_bdev_free_extents_reserve(tree *t, uint64_t extents)
{
    if (extents < t->capacity)
        return 0;
    uint64_t capacity = t->capacity != 0 ? t->capacity * (uint64_t)2 : 64;
    while (capacity <= extents)
        capacity *= 2;
    if (capacity > UINT32_MAX)
        return -ENOMEM;
    void *nodes = realloc(t->nodes, capacity * sizeof *t->nodes);
    if (nodes == NULL)
        return -ENOMEM;
    t->nodes = nodes;
    if (t->capacity == 0)
        t->nodes[t->capacity++] = (struct chimaera_bdev_extent){0};
    for (; t->capacity < capacity; t->capacity++) {
        t->nodes[t->capacity].left = t->spare;
        t->spare = t->capacity;
    }
    return 0;
}

uint64_t chimaera_bdev_free_extents_take(tree *t, uint64_t wanted, uint64_t *first)
{
    uint32_t node = t->root;
    if (node == 0 || wanted == 0)
        return 0;
    if (wanted > t->nodes[node].longest)
        wanted = t->nodes[node].longest;
    for (;;) {
        const struct chimaera_bdev_extent *e = &t->nodes[node];
        if (t->nodes[e->left].longest >= wanted)
            node = e->left;
        else if (e->count >= wanted)
            break;
        else
            node = e->right;
    }
    const struct chimaera_bdev_extent found = t->nodes[node];
    remove_at(t, found.first);
    if (found.count > wanted)
        insert(t, found.first + wanted, found.count - wanted);
    *first = found.first;
    return wanted;
}

void chimaera_bdev_free_extents_put(tree *t, uint64_t first, uint64_t count)
{
    uint32_t previous = 0, next = 0;
    for (uint32_t node = t->root; node != 0;) {
        if (t->nodes[node].first < first) {
            previous = node;
            node = t->nodes[node].right;
        } else {
            next = node;
            node = t->nodes[node].left;
        }
    }
    const struct chimaera_bdev_extent before =
        previous ? t->nodes[previous] : (struct chimaera_bdev_extent){0};
    const struct chimaera_bdev_extent after =
        next ? t->nodes[next] : (struct chimaera_bdev_extent){0};
    if (next != 0 && after.first == first + count) {
        remove_at(t, after.first);
        count += after.count;
    }
    if (previous != 0 && before.first + before.count == first) {
        remove_at(t, before.first);
        first = before.first;
        count += before.count;
    }
    insert(t, first, count);
}

void chimaera_bdev_free_extents_fini(tree *t)
{
    free(t->nodes);
    *t = (tree){0};
}
