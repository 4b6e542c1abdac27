/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns libyaml's events into a tree. Called by the configuration reader at start, on its thread.
 */
#include "config/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "chimaera/status.h"

#define DEPTH_MAX 8 /* a configuration needs 4; bounds the recursion */

struct source {
    const char *name;
    yaml_parser_t parser;
};

static int refuse(const struct source *source, yaml_mark_t mark, const char *what)
{
    return chi_error(CHI_ECONFIG, "%s:%zu:%zu: %s", source->name, mark.line + 1, mark.column + 1,
                     what);
}

static int refuse_syntax(const struct source *source)
{
    const yaml_parser_t *parser = &source->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "malformed YAML";
    if (parser->error == YAML_MEMORY_ERROR)
        return chi_error(-ENOMEM, "%s: out of memory while reading the configuration",
                         source->name);
    yaml_mark_t mark = parser->error == YAML_READER_ERROR ? parser->mark : parser->problem_mark;
    if (parser->context != NULL)
        return chi_error(CHI_ECONFIG, "%s:%zu:%zu: %s, %s (begun in line %zu)", source->name,
                         mark.line + 1, mark.column + 1, problem, parser->context,
                         parser->context_mark.line + 1);
    return refuse(source, mark, problem);
}

static int next_event(struct source *source, yaml_event_t *event)
{
    if (!yaml_parser_parse(&source->parser, event))
        return refuse_syntax(source);
    const char *what = NULL;
    bool anchor = false, tag = false;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        what = "aliases (*name) are not supported; write the value out";
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor != NULL;
        tag = event->data.scalar.tag != NULL;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor != NULL;
        tag = event->data.sequence_start.tag != NULL;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor != NULL;
        tag = event->data.mapping_start.tag != NULL;
        break;
    default:
        break;
    }
    if (anchor)
        what = "anchors (&name) are not supported; write the value out";
    else if (tag)
        what = "tags (!name) are not supported";
    if (what == NULL)
        return 0;
    int rc = refuse(source, event->start_mark, what);
    yaml_event_delete(event);
    return rc;
}

static bool is_null(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (*text == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0);
}

/* Copies the text of a scalar. Refuses a \0 in it, which would hide the rest. */
static int copy_text(struct source *source, const yaml_event_t *event, char **text)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length)
        return refuse(source, event->start_mark, "the text contains a \\0 byte");
    *text = strdup(value);
    return *text != NULL ? 0
                         : chi_error(-ENOMEM, "%s: out of memory while reading the configuration",
                                     source->name);
}

static int read_node(struct source *source, yaml_event_t *event, int depth, struct chi_yaml **node);

static int read_key(struct source *source, const yaml_event_t *event, const struct chi_yaml *map,
                    struct chi_yaml *entry)
{
    entry->key_line = (int)event->start_mark.line + 1;
    entry->key_column = (int)event->start_mark.column + 1;
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(source, event->start_mark, "a key must be a word");
    int rc = copy_text(source, event, &entry->key);
    if (rc != 0)
        return rc;
    if (strcmp(entry->key, "<<") == 0)
        return refuse(source, event->start_mark, "merge keys (<<) are not supported");
    for (const struct chi_yaml *other = map->first; other != NULL; other = other->next) {
        if (other != entry && strcmp(other->key, entry->key) == 0)
            return chi_error(CHI_ECONFIG, "%s:%d:%d: %.64s is given twice, first in line %d",
                             source->name, entry->key_line, entry->key_column, entry->key,
                             other->key_line);
    }
    return 0;
}

/* Reads the elements of `parent` up to its end event. */
static int read_children(struct source *source, int depth, struct chi_yaml *parent)
{
    struct chi_yaml **link = &parent->first;
    for (;;) {
        yaml_event_t event;
        int rc = next_event(source, &event);
        if (rc != 0)
            return rc;
        bool end = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
        struct chi_yaml key = {0};
        if (!end && parent->kind == CHI_YAML_MAP) {
            rc = read_key(source, &event, parent, &key);
            yaml_event_delete(&event);
            if (rc == 0)
                rc = next_event(source, &event);
            if (rc != 0) {
                free(key.key);
                return rc;
            }
        }
        if (!end)
            rc = read_node(source, &event, depth, link);
        yaml_event_delete(&event);
        if (rc != 0 || end) {
            free(key.key);
            return rc;
        }
        (*link)->key = key.key;
        (*link)->key_line = key.key_line;
        (*link)->key_column = key.key_column;
        link = &(*link)->next;
    }
}

/* Reads the value that starts with `event`. Sets `node` on success only. */
static int read_node(struct source *source, yaml_event_t *event, int depth, struct chi_yaml **node)
{
    if (depth == DEPTH_MAX)
        return refuse(source, event->start_mark, "nested too deeply (more than 8 levels)");
    struct chi_yaml *fresh = calloc(1, sizeof(*fresh));
    if (fresh == NULL)
        return chi_error(-ENOMEM, "%s: out of memory while reading the configuration",
                         source->name);
    fresh->line = (int)event->start_mark.line + 1;
    fresh->column = (int)event->start_mark.column + 1;
    int rc;
    if (event->type == YAML_SCALAR_EVENT) {
        fresh->kind = CHI_YAML_SCALAR;
        fresh->null = is_null(event);
        rc = copy_text(source, event, &fresh->text);
    } else {
        fresh->kind = event->type == YAML_MAPPING_START_EVENT ? CHI_YAML_MAP : CHI_YAML_LIST;
        rc = read_children(source, depth + 1, fresh);
    }
    if (rc != 0)
        chi_yaml_destroy(fresh);
    else
        *node = fresh;
    return rc;
}

/* The events of a stream: start, at most one document with one value, end. */
static int read_stream(struct source *source, struct chi_yaml **root)
{
    for (;;) {
        yaml_event_t event;
        int rc = next_event(source, &event);
        if (rc != 0)
            return rc;
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && *root)
            rc =
                refuse(source, event.start_mark, "second document; a configuration file holds one");
        else if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
                 type == YAML_MAPPING_START_EVENT)
            rc = read_node(source, &event, 0, root);
        yaml_event_delete(&event);
        if (rc != 0 || type == YAML_STREAM_END_EVENT)
            return rc;
    }
}

int chi_yaml_parse(const char *name, const char *text, size_t size, struct chi_yaml **root)
{
    struct source source = {.name = name};
    *root = NULL;
    if (!yaml_parser_initialize(&source.parser))
        return chi_error(-ENOMEM, "%s: out of memory while reading the configuration", name);
    yaml_parser_set_input_string(&source.parser, (const unsigned char *)text, size);
    int rc = read_stream(&source, root);
    yaml_parser_delete(&source.parser);
    if (rc != 0) {
        chi_yaml_destroy(*root);
        *root = NULL;
    }
    return rc;
}

void chi_yaml_destroy(struct chi_yaml *root)
{
    while (root != NULL) {
        struct chi_yaml *next = root->next;
        chi_yaml_destroy(root->first); /* recursion depth: at most DEPTH_MAX */
        free(root->key);
        free(root->text);
        free(root);
        root = next;
    }
}
