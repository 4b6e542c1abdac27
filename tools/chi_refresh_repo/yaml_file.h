/* SPDX-License-Identifier: BSD-3-Clause */
/* One yaml file as a tree of nodes that know their place. */
#ifndef GEN_YAML_FILE_H
#define GEN_YAML_FILE_H

#include "diagnostic.h"

struct gen_yaml_node {
    enum { GEN_YAML_SCALAR, GEN_YAML_LIST, GEN_YAML_MAP } kind;
    struct gen_place place;
    const char *text;            /* of a scalar; a byte \0 inside it was reported */
    bool incomplete;             /* of a map: something in it was wrong and is left out */
    size_t count;                /* of a list's items, or of a map's pairs */
    struct gen_yaml_node *items; /* of a map: key, value, key, value, … */
};

/*
 * Reads `path`, which shall hold one map whose values are scalars or lists of scalars, or, of
 * `map_key`, a map of such values; the keys all different. `map_key` may be NULL. Returns false
 * where the file cannot be read or is no such yaml; every failure has been reported.
 */
bool gen_yaml_read(const char *path, const char *map_key, struct gen_yaml_node *root);

/* The value of `key`, or NULL. */
const struct gen_yaml_node *gen_yaml_get(const struct gen_yaml_node *map, const char *key);

/* Where the key of pair `index` stands. */
static inline const struct gen_yaml_node *gen_yaml_key(const struct gen_yaml_node *map,
                                                       size_t index)
{
    return &map->items[2 * index];
}

static inline const struct gen_yaml_node *gen_yaml_value(const struct gen_yaml_node *map,
                                                         size_t index)
{
    return &map->items[2 * index + 1];
}

#endif
