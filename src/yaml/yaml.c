/* SPDX-License-Identifier: BSD-3-Clause */
/* libyaml's events to a tree. */
#include "yaml/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 8 /* a configuration needs 4; bounds the recursion */

struct source {
    yaml_parser_t parser;
    chi_yaml_report_fn *report;
    void *context;
    bool refused; /* an error was reported, and reading goes on */
};

/* Reports; -EINVAL ends the reading where it is returned. */
CHI_PRINTF(4, 5)
static int refuse(struct source *source, int line, int column, const char *format, ...)
{
    char message[512];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof(message), format, list);
    va_end(list);
    source->refused = true;
    source->report(source->context, line, column, message);
    return -EINVAL;
}

static int refuse_at(struct source *source, yaml_mark_t mark, const char *what)
{
    return refuse(source, (int)mark.line + 1, (int)mark.column + 1, "%s", what);
}

/* Whether the byte at a place is a tab: libyaml says "found character that cannot start any token".
 */
static bool is_tab(const struct source *source, yaml_mark_t mark)
{
    const yaml_parser_t *parser = &source->parser;
    const char *at = (const char *)parser->input.string.start;
    const char *end = (const char *)parser->input.string.end;
    for (size_t line = 0; line < mark.line && at < end; at++)
        line += *at == '\n';
    for (size_t column = 0; column < mark.column && at < end; column++)
        for (at++; at < end && ((unsigned char)*at & 0xc0) == 0x80; at++)
            ; /* the rest of a character */
    return at < end && *at == '\t';
}

/* A byte that is no character: libyaml knows its offset alone. */
static int refuse_byte(struct source *source, const char *problem)
{
    const yaml_parser_t *parser = &source->parser;
    const char *data = (const char *)parser->input.string.start;
    size_t size = (size_t)((const char *)parser->input.string.end - data);
    int line = 1;
    int column = 1;
    for (size_t i = 0; i < parser->problem_offset && i < size; i++) {
        column = data[i] == '\n' ? 1 : column + 1;
        line += data[i] == '\n';
    }
    return refuse(source, line, column, "not YAML: %s", problem);
}

static int refuse_syntax(struct source *source)
{
    const yaml_parser_t *parser = &source->parser;
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    if (parser->error == YAML_MEMORY_ERROR)
        return -ENOMEM;
    if (parser->error == YAML_READER_ERROR)
        return refuse_byte(source, problem);
    yaml_mark_t mark = parser->problem_mark;
    if (is_tab(source, mark))
        return refuse_at(source, mark, "a tab; YAML is indented with spaces");
    if (!parser->context)
        return refuse(source, (int)mark.line + 1, (int)mark.column + 1, "not YAML: %s", problem);
    return refuse(source, (int)mark.line + 1, (int)mark.column + 1,
                  "not YAML: %s, %s (begun in line %zu)", problem, parser->context,
                  parser->context_mark.line + 1);
}

/* Reports what is not of the subset. Reading goes on as if it were not there. */
static void check_event(struct source *source, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        refuse_at(source, event->start_mark,
                  "aliases (*name) are not supported; write the value out");
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor)
        refuse_at(source, event->start_mark,
                  "anchors (&name) are not supported; write the value out");
    else if (tag)
        refuse_at(source, event->start_mark, "tags (!name) are not supported; leave it out");
}

static int next_event(struct source *source, yaml_event_t *event)
{
    if (!yaml_parser_parse(&source->parser, event))
        return refuse_syntax(source);
    check_event(source, event);
    return 0;
}

static bool is_null(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*text || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0);
}

/* A copy of a scalar's text, up to a \0 within it, which is reported. */
static int copy_text(struct source *source, const yaml_event_t *event, char **text)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length)
        refuse_at(source, event->start_mark, "a \\0 in a text; leave it out");
    *text = strdup(value);
    return *text ? 0 : -ENOMEM;
}

/* Reads the key that `event` is into `entry`. `*good` is whether its value shall be kept. */
static int read_key(struct source *source, const yaml_event_t *event, const struct chi_yaml *map,
                    struct chi_yaml *entry, bool *good)
{
    entry->key_line = (int)event->start_mark.line + 1;
    entry->key_column = (int)event->start_mark.column + 1;
    if (event->type != YAML_SCALAR_EVENT) /* its own end is not known: nothing can follow */
        return refuse_at(source, event->start_mark, "a key must be a word");
    int rc = copy_text(source, event, &entry->key);
    if (rc)
        return rc;
    if (strcmp(entry->key, "<<") == 0) {
        refuse_at(source, event->start_mark,
                  "merge keys (<<) are not supported; write the keys out");
        *good = false;
    }
    const struct chi_yaml *other = chi_yaml_get(map, entry->key);
    if (other) {
        refuse(source, entry->key_line, entry->key_column,
               "key %.64s is given twice, first in line %d; keep one of them", entry->key,
               other->key_line);
        *good = false;
    }
    return 0;
}

static int read_node(struct source *source, yaml_event_t *event, int depth, struct chi_yaml **node);

/* Reads one element, whose first event, or whose key, is `event`, and deletes that. */
static int read_element(struct source *source, yaml_event_t *event, int depth,
                        struct chi_yaml *parent, struct chi_yaml **element)
{
    struct chi_yaml key = {0};
    bool good = true;
    int rc = 0;
    if (parent->kind == CHI_YAML_MAP) {
        rc = read_key(source, event, parent, &key, &good);
        yaml_event_delete(event);
        if (!rc)
            rc = next_event(source, event);
        if (rc) {
            free(key.key);
            return rc;
        }
    }
    good = good && event->type != YAML_ALIAS_EVENT;
    if (event->type != YAML_ALIAS_EVENT)
        rc = read_node(source, event, depth, element);
    yaml_event_delete(event);
    if (rc || !good) {
        free(key.key);
        chi_yaml_destroy(*element);
        *element = NULL;
        parent->incomplete = true;
        return rc;
    }
    (*element)->key = key.key;
    (*element)->key_line = key.key_line;
    (*element)->key_column = key.key_column;
    return 0;
}

/* Reads the elements of `parent` up to its end event. */
static int read_children(struct source *source, int depth, struct chi_yaml *parent)
{
    struct chi_yaml **link = &parent->first;
    for (;;) {
        yaml_event_t event;
        int rc = next_event(source, &event);
        if (rc)
            return rc;
        if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        rc = read_element(source, &event, depth, parent, link);
        if (rc)
            return rc;
        if (*link)
            link = &(*link)->next;
    }
}

/* Reads the value that begins with `event`. `node` is set on success only. */
static int read_node(struct source *source, yaml_event_t *event, int depth, struct chi_yaml **node)
{
    if (depth == DEPTH_MAX)
        return refuse_at(source, event->start_mark, "nested too deeply");
    struct chi_yaml *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return -ENOMEM;
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
    if (rc)
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
        if (rc)
            return rc;
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && *root)
            rc = refuse_at(source, event.start_mark,
                           "a second document begins here; a file holds one");
        else if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
                 type == YAML_MAPPING_START_EVENT)
            rc = read_node(source, &event, 0, root);
        yaml_event_delete(&event);
        if (rc || type == YAML_STREAM_END_EVENT)
            return rc;
    }
}

int chi_yaml_parse(const char *text, size_t size, chi_yaml_report_fn *report, void *context,
                   struct chi_yaml **root)
{
    struct source source = {.report = report, .context = context};
    *root = NULL;
    if (!yaml_parser_initialize(&source.parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&source.parser, (const unsigned char *)text, size);
    int rc = read_stream(&source, root);
    yaml_parser_delete(&source.parser);
    if (rc) {
        chi_yaml_destroy(*root);
        *root = NULL;
    }
    return rc == 0 && source.refused ? -EINVAL : rc;
}

struct chi_yaml *chi_yaml_get(const struct chi_yaml *map, const char *key)
{
    for (struct chi_yaml *value = map->first; value; value = value->next)
        if (strcmp(value->key, key) == 0)
            return value;
    return NULL;
}

void chi_yaml_destroy(struct chi_yaml *root)
{
    while (root) {
        struct chi_yaml *next = root->next;
        chi_yaml_destroy(root->first); /* as deep as the text was nested */
        free(root->key);
        free(root->text);
        free(root);
        root = next;
    }
}
