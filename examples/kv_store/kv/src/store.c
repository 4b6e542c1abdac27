/* SPDX-License-Identifier: BSD-3-Clause */
/* A sorted array: a lookup is a binary search, a scan walks on from there. */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(struct chi_view key, const struct kv_entry *entry)
{
    size_t common = key.size < entry->key_size ? key.size : entry->key_size;
    int order = memcmp(key.data, entry->key, common);
    return order != 0 ? order : (key.size > entry->key_size) - (key.size < entry->key_size);
}

/* The index of the first entry that is not before `key`; `*found` where it has that key. */
static size_t search(const struct kv_store *store, struct chi_view key, bool *found)
{
    size_t low = 0;
    size_t high = store->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(key, store->entries[middle]);
        if (order > 0) {
            low = middle + 1;
        } else {
            high = middle;
            *found |= order == 0;
        }
    }
    return low;
}

static int make_room(struct kv_store *store)
{
    if (store->count < store->capacity)
        return 0;
    size_t capacity = store->capacity > 0 ? store->capacity * 2 : 64;
    struct kv_entry **entries = realloc(store->entries, capacity * sizeof(*entries));
    if (entries == NULL)
        return -ENOMEM;
    store->entries = entries;
    store->capacity = capacity;
    return 0;
}

static struct kv_entry *insert(struct kv_store *store, size_t at, struct chi_view key)
{
    struct kv_entry *entry = malloc(sizeof(*entry) + key.size);
    if (entry == NULL || make_room(store) < 0) {
        free(entry);
        return NULL;
    }
    *entry = (struct kv_entry){.key_size = key.size};
    memcpy(entry->key, key.data, key.size);
    memmove(&store->entries[at + 1], &store->entries[at],
            (store->count - at) * sizeof(*store->entries));
    store->entries[at] = entry;
    store->count++;
    return entry;
}

int kv_store_put(struct kv_store *store, struct chi_view key, struct chi_view value,
                 uint64_t *version)
{
    bool found;
    size_t at = search(store, key, &found);
    struct kv_entry *entry = found ? store->entries[at] : NULL;
    uint64_t bytes = store->bytes + value.size;
    bytes = found ? bytes - entry->value_size : bytes + key.size;
    if (store->max_bytes != 0 && bytes > store->max_bytes)
        return -ENOSPC;
    char *copy = malloc(value.size + 1);
    if (copy == NULL)
        return -ENOMEM;
    if (!found && (entry = insert(store, at, key)) == NULL) {
        free(copy);
        return -ENOMEM;
    }
    memcpy(copy, value.data, value.size);
    free(entry->value);
    entry->value = copy;
    entry->value_size = value.size;
    *version = entry->version = ++store->version;
    store->bytes = bytes;
    return 0;
}

const struct kv_entry *kv_store_get(const struct kv_store *store, struct chi_view key)
{
    bool found;
    size_t at = search(store, key, &found);
    return found ? store->entries[at] : NULL;
}

static void free_entry(struct kv_entry *entry)
{
    free(entry->value);
    free(entry);
}

int kv_store_delete(struct kv_store *store, struct chi_view key)
{
    bool found;
    size_t at = search(store, key, &found);
    if (!found)
        return -ENOENT;
    store->bytes -= store->entries[at]->key_size + store->entries[at]->value_size;
    free_entry(store->entries[at]);
    store->count--;
    memmove(&store->entries[at], &store->entries[at + 1],
            (store->count - at) * sizeof(*store->entries));
    return 0;
}

size_t kv_store_after(const struct kv_store *store, struct chi_view key)
{
    bool found;
    if (key.size == 0)
        return 0;
    size_t at = search(store, key, &found);
    return found ? at + 1 : at;
}

void kv_store_fini(struct kv_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        free_entry(store->entries[i]);
    free(store->entries);
    *store = (struct kv_store){0};
}
