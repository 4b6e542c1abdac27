/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one container keeps: entries in the order of their keys. Belongs to the container's one
 * lane, so it takes no lock. Knows nothing of tasks.
 */
#ifndef EXAMPLE_KV_STORE_H
#define EXAMPLE_KV_STORE_H

#include <chimaera/string.h>

struct kv_entry {
    uint64_t version;
    char *value;
    size_t value_size;
    size_t key_size;
    char key[];
};

/* Zeroed is empty. */
struct kv_store {
    struct kv_entry **entries;
    size_t count;
    size_t capacity;
    uint64_t bytes;     /* of keys and values */
    uint64_t max_bytes; /* 0: no bound */
    uint64_t version;
};

/* Keeps a copy. 0 with `version` set, -ENOMEM, -ENOSPC (over max_bytes); unchanged on failure. */
int kv_store_put(struct kv_store *store, struct chi_view key, struct chi_view value,
                 uint64_t *version);

/* NULL where there is none. Good until the next put or delete. */
const struct kv_entry *kv_store_get(const struct kv_store *store, struct chi_view key);

/* 0 or -ENOENT. */
int kv_store_delete(struct kv_store *store, struct chi_view key);

/* The index of the first entry behind `key`; of the first of all where that is empty. */
size_t kv_store_after(const struct kv_store *store, struct chi_view key);

void kv_store_fini(struct kv_store *store);

#endif
