/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the small, flat yaml files of repositories and modules with libyaml. */
#include "yaml_file.h"

#include "arena.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 64u

static struct gen_place place_of(const char *path, yaml_mark_t mark)
{
    struct gen_place place = {path, (int)mark.line + 1, (int)mark.column + 1};
    return place;
}

static bool scalar_read(const yaml_node_t *node, const char *path, struct gen_yaml_node *out)
{
    out->place = place_of(path, node->start_mark);
    if (node->type != YAML_SCALAR_NODE) {
        gen_error(out->place, "a %s stands here; a plain value would be right",
                  node->type == YAML_MAPPING_NODE ? "map" : "list");
        return false;
    }
    out->kind = GEN_YAML_SCALAR;
    out->text = gen_copy((const char *)node->data.scalar.value, node->data.scalar.length);
    if (strlen(out->text) != node->data.scalar.length) {
        gen_error(out->place, "the value contains a byte 0; leave it out");
        return false;
    }
    return true;
}

static bool map_read(yaml_document_t *document, yaml_node_t *node, const char *path,
                     const char *map_key, struct gen_yaml_node *root);

static bool value_read(yaml_document_t *document, yaml_node_t *node, const char *path,
                       bool may_be_map, struct gen_yaml_node *out)
{
    memset(out, 0, sizeof(*out)); /* the place of a key that stood twice is used again */
    if (may_be_map && node->type == YAML_MAPPING_NODE)
        return map_read(document, node, path, NULL, out);
    if (node->type != YAML_SEQUENCE_NODE)
        return scalar_read(node, path, out);
    bool good = true;
    out->kind = GEN_YAML_LIST;
    out->place = place_of(path, node->start_mark);
    size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    out->items = gen_alloc((count + 1) * sizeof(*out->items));
    for (size_t i = 0; i < count; i++) {
        yaml_node_t *item = yaml_document_get_node(document, node->data.sequence.items.start[i]);
        if (scalar_read(item, path, &out->items[out->count]))
            out->count++;
        else
            good = false;
    }
    return good;
}

/* `map_key`: the key whose value may be a map; NULL for none. */
static bool map_read(yaml_document_t *document, yaml_node_t *node, const char *path,
                     const char *map_key, struct gen_yaml_node *root)
{
    bool good = true;
    root->kind = GEN_YAML_MAP;
    root->place = place_of(path, node->start_mark);
    size_t count = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    root->items = gen_alloc((2 * count + 1) * sizeof(*root->items));
    for (size_t i = 0; i < count; i++) {
        yaml_node_pair_t *pair = &node->data.mapping.pairs.start[i];
        struct gen_yaml_node *key = &root->items[2 * root->count];
        if (!scalar_read(yaml_document_get_node(document, pair->key), path, key)) {
            good = false;
            continue;
        }
        bool twice = false;
        for (size_t j = 0; j < root->count && !twice; j++) {
            twice = strcmp(root->items[2 * j].text, key->text) == 0;
            if (twice)
                gen_error(key->place, "key '%s' stands twice (first in line %d); keep one of them",
                          key->text, root->items[2 * j].place.line);
        }
        bool may_be_map = map_key && strcmp(key->text, map_key) == 0;
        bool read = value_read(document, yaml_document_get_node(document, pair->value), path,
                               may_be_map, key + 1);
        root->incomplete |= !read;
        good &= read && !twice;
        if (read && !twice)
            root->count++; /* else what stands there was reported, and it is left out */
    }
    return good;
}

static void parser_error(const yaml_parser_t *parser, const char *path)
{
    struct gen_place place = place_of(path, parser->problem_mark);
    if (parser->error == YAML_READER_ERROR) { /* gives an offset in bytes only */
        const char *data = (const char *)parser->input.string.start;
        size_t size = (size_t)((const char *)parser->input.string.end - data);
        place.line = place.column = 1;
        for (size_t i = 0; i < parser->problem_offset && i < size; i++) {
            place.column = data[i] == '\n' ? 1 : place.column + 1;
            place.line += data[i] == '\n';
        }
    }
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    gen_error(place, "not yaml: %s%s%s; lines like 'key: value' would be right", problem,
              parser->context ? " " : "", parser->context ? parser->context : "");
}

/* Whether another document follows in the stream, or damage. */
static bool anything_follows(yaml_parser_t *parser, const char *path)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) {
        parser_error(parser, path);
        return true;
    }
    yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root)
        gen_error(place_of(path, root->start_mark),
                  "a second document begins here; one document a file would be right");
    yaml_document_delete(&document);
    return root != NULL;
}

/* These files are flat; libyaml takes the square of the depth in time. */
static bool depth_check(const char *path, const char *data, size_t size)
{
    struct gen_place place = {path, 1, 1};
    unsigned depth = 0;
    for (size_t i = 0; i < size; i++, place.column++) {
        if (data[i] == '\n') {
            place.line++;
            place.column = 0;
        } else if (data[i] == '[' || data[i] == '{') {
            depth++;
        } else if (depth && (data[i] == ']' || data[i] == '}')) {
            depth--;
        }
        if (depth > DEPTH_MAX) {
            gen_error(place,
                      "more than %u brackets are open; lines like 'key: value' would be right",
                      DEPTH_MAX);
            return false;
        }
    }
    return true;
}

bool gen_yaml_read(const char *path, const char *map_key, struct gen_yaml_node *root)
{
    char *data;
    size_t size;
    struct gen_place start = {path, 1, 1};
    memset(root, 0, sizeof(*root));
    int rc = gen_file_read(path, &data, &size);
    if (rc) {
        gen_error(start, "cannot be read: %s; a readable yaml file would be right", strerror(-rc));
        return false;
    }

    if (!depth_check(path, data, size))
        return false;
    yaml_parser_t parser;
    yaml_document_t document;
    bool good = false;
    if (!yaml_parser_initialize(&parser)) {
        gen_error(start, "the yaml parser found no memory; free some");
        return false;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)data, size);
    if (!yaml_parser_load(&parser, &document)) {
        parser_error(&parser, path);
        goto delete_parser;
    }
    yaml_node_t *node = yaml_document_get_root_node(&document);
    if (!node || node->type != YAML_MAPPING_NODE)
        gen_error(node ? place_of(path, node->start_mark) : start,
                  "%s; lines like 'key: value' would be right",
                  node ? "no map stands here" : "the file is empty");
    else
        good = map_read(&document, node, path, map_key, root);
    yaml_document_delete(&document);
    if (node)
        good &= !anything_follows(&parser, path);
delete_parser:
    yaml_parser_delete(&parser);
    return good;
}

const struct gen_yaml_node *gen_yaml_get(const struct gen_yaml_node *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(gen_yaml_key(map, i)->text, key) == 0)
            return gen_yaml_value(map, i);
    return NULL;
}
