/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the yaml files of repositories and modules. */
#ifndef GEN_YAML_FILE_H
#define GEN_YAML_FILE_H

#include "diagnostic.h"
#include "yaml/yaml.h"

/* A key of the root whose value may be a map; `depth` 2 where that may hold maps, too. */
struct gen_yaml_map {
    const char *key; /* NULL ends a table */
    unsigned depth;
};

struct gen_yaml {
    const char *path;
    const struct chi_yaml *root; /* a map; NULL where there is none */
};

/*
 * Reads `path`, which shall hold one map whose values are scalars or lists of scalars, or maps
 * where `maps` allows them. Returns false where the file cannot be read or is no such yaml; every
 * failure has been reported, and what it is about is left out of the tree. The tree lives until
 * gen_arena_fini().
 */
bool gen_yaml_read(const char *path, const struct gen_yaml_map *maps, struct gen_yaml *yaml);

static inline struct gen_place gen_yaml_place(const struct gen_yaml *yaml,
                                              const struct chi_yaml *node)
{
    return (struct gen_place){yaml->path, node->line, node->column};
}

static inline struct gen_place gen_yaml_key_place(const struct gen_yaml *yaml,
                                                  const struct chi_yaml *node)
{
    return (struct gen_place){yaml->path, node->key_line, node->key_column};
}

#endif
