/* SPDX-License-Identifier: BSD-3-Clause */
#include "yaml_file.h"

#include "arena.h"

#include <errno.h>
#include <string.h>

static void report(void *path, int line, int column, const char *message)
{
    gen_error((struct gen_place){path, line, column}, "%s", message);
}

static void destroy_tree(void *root)
{
    chi_yaml_destroy(root);
}

struct check {
    struct gen_yaml *yaml;
    const struct gen_yaml_map *maps;
    bool good;
};

static unsigned depth_of(const struct gen_yaml_map *maps, const char *key)
{
    for (; maps && maps->key; maps++)
        if (strcmp(maps->key, key) == 0)
            return maps->depth;
    return 0;
}

static void map_check(struct check *check, struct chi_yaml *map, unsigned depth);

/* Whether `node` may stay: a scalar, a list of scalars, or a map where `depth` is not 0. */
static bool node_check(struct check *check, struct chi_yaml *node, unsigned depth)
{
    bool stays = true;
    if (node->kind == CHI_YAML_MAP && depth == 0) {
        gen_error(gen_yaml_place(check->yaml, node),
                  "a map stands here; a plain value would be right");
        return false;
    }
    if (node->kind == CHI_YAML_MAP) {
        map_check(check, node, depth);
        return true;
    }
    for (const struct chi_yaml *item = node->first; item; item = item->next) {
        if (item->kind == CHI_YAML_SCALAR)
            continue;
        gen_error(gen_yaml_place(check->yaml, item),
                  "a %s stands here; a plain value would be right",
                  item->kind == CHI_YAML_MAP ? "map" : "list");
        stays = false;
    }
    return stays;
}

/* Takes out of a map what it shall not hold. `depth` 0: it is the root. */
static void map_check(struct check *check, struct chi_yaml *map, unsigned depth)
{
    for (struct chi_yaml **link = &map->first; *link;) {
        struct chi_yaml *node = *link;
        if (node_check(check, node, depth ? depth - 1 : depth_of(check->maps, node->key))) {
            link = &node->next;
            continue;
        }
        check->good = false;
        map->incomplete = true;
        *link = node->next;
        node->next = NULL;
        chi_yaml_destroy(node);
    }
}

bool gen_yaml_read(const char *path, const struct gen_yaml_map *maps, struct gen_yaml *yaml)
{
    struct gen_place start = {path, 1, 1};
    struct chi_yaml *root;
    char *data;
    size_t size;
    *yaml = (struct gen_yaml){.path = path};
    int rc = gen_file_read(path, &data, &size);
    if (rc) {
        gen_error(start, "cannot be read: %s; a readable yaml file would be right", strerror(-rc));
        return false;
    }
    rc = chi_yaml_parse(data, size, report, (void *)path, &root);
    if (rc == -ENOMEM)
        gen_error(start, "the yaml parser found no memory; free some");
    if (!root) {
        if (rc == 0)
            gen_error(start, "the file is empty; lines like 'key: value' would be right");
        return false;
    }
    gen_arena_keep(root, destroy_tree);
    if (root->kind != CHI_YAML_MAP) {
        gen_error(gen_yaml_place(yaml, root),
                  "no map stands here; lines like 'key: value' would be right");
        return false;
    }
    yaml->root = root;
    struct check check = {.yaml = yaml, .maps = maps, .good = rc == 0};
    map_check(&check, root, 0);
    return check.good;
}
