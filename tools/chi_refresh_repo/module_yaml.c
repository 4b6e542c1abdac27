/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chimaera_mod.yaml, in its two forms: `module_name:` with a line for each method and its id, and
 * `name:` with a list of methods whose ids follow from their order.
 */
#include "module.h"

#include "arena.h"
#include "names.h"
#include "yaml_file.h"

#include <string.h>

#define CUSTOM_MIN 10
#define CUSTOM_MAX 65535

static const char *const inherited[] = {"kCreate",  "kDestroy", "kNodeFailure",
                                        "kRecover", "kMigrate", "kUpgrade"};
#define INHERITED_COUNT ((int)(sizeof(inherited) / sizeof(*inherited)))

struct reader {
    struct gen_yaml_node root;
    struct gen_module *module;
    bool is_list_form;
    bool good;
    bool seen[INHERITED_COUNT];
};

/* The id of an inherited method, or -1. */
static int inherited_id(const char *key)
{
    for (int id = 0; id < INHERITED_COUNT; id++)
        if (strcmp(inherited[id], key) == 0)
            return id;
    return -1;
}

static bool method_add(struct reader *reader, struct gen_place place, const char *key, int32_t id)
{
    struct gen_module *module = reader->module;
    struct gen_method method = {.key = key, .name = gen_name_snake(key), .id = id, .place = place};
    bool good = true;
    for (size_t i = 0; i < module->method_count; i++) {
        const struct gen_method *other = &module->methods[i];
        if (strcmp(other->key, key) == 0) {
            gen_error(place, "method %s stands twice (first in line %d); keep one of them", key,
                      other->place.line);
            good = false;
        } else if (strcmp(other->name, method.name) == 0) {
            gen_error(place, "%s and %s are both named '%s' in C; another name would be right",
                      other->key, key, method.name);
            good = false;
        } else if (other->id == id) {
            gen_error(place, "%s has the id %d of %s (line %d); an id of its own would be right",
                      key, id, other->key, other->place.line);
            good = false;
        }
    }
    if (inherited_id(key) < 0)
        for (int i = 0; i < INHERITED_COUNT; i++)
            if (strcmp(gen_name_snake(inherited[i]), method.name) == 0) {
                gen_error(place, "%s is the inherited %s in C; another name would be right", key,
                          inherited[i]);
                good = false;
            }
    if (strcmp(method.name, "create_params") == 0) {
        gen_error(place, "kCreateParams would hide the create parameters; another name would be "
                         "right");
        good = false;
    }
    if (!good)
        return false;
    module->methods = gen_grow(module->methods, module->method_count, sizeof(*module->methods));
    module->methods[module->method_count++] = method;
    return true;
}

/* `kName: id` */
static bool method_line_read(struct reader *reader, const struct gen_yaml_node *key,
                             const struct gen_yaml_node *value)
{
    int32_t id;
    int own = inherited_id(key->text);
    if (own >= 0)
        reader->seen[own] = true;
    if (value->kind != GEN_YAML_SCALAR || !gen_number_parse(value->text, &id)) {
        gen_error(value->place, "the id of %s is no number; %s would be right", key->text,
                  own >= 0 ? "its own id or -1" : "one from 10 to 65535");
        return false;
    }
    if (own >= 0) {
        if (id != own && id != -1) {
            gen_error(value->place,
                      "%s is inherited and cannot have the id %d; %d, or -1 to "
                      "disable it, would be right",
                      key->text, id, own);
            return false;
        }
        return id == -1 || method_add(reader, key->place, key->text, id);
    }
    if (id == -1) {
        gen_error(value->place, "-1 disables inherited methods only; leave the line of %s out",
                  key->text);
        return false;
    }
    if (id < CUSTOM_MIN || id > CUSTOM_MAX) {
        gen_error(value->place, "%s has the id %d%s; one from 10 to 65535 would be right",
                  key->text, id,
                  id < 0    ? ""
                  : id <= 5 ? ", which belongs to an inherited method"
                  : id <= 9 ? ", which is reserved"
                            : "");
        return false;
    }
    return method_add(reader, key->place, key->text, id);
}

/* `methods:` with a list of names. */
static bool method_list_read(struct reader *reader, const struct gen_yaml_node *list)
{
    bool good = true;
    int32_t next = CUSTOM_MIN;
    if (list->kind != GEN_YAML_LIST) {
        gen_error(list->place, "'methods' is no list; lines like '- kPutValue' would be right");
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct gen_yaml_node *item = &list->items[i];
        int own = inherited_id(item->text);
        if (!gen_name_is_method(item->text)) {
            gen_error(item->place,
                      "'%s' is no name of a method; k and a name like kPutValue would "
                      "be right",
                      item->text);
            good = false;
            continue;
        }
        if (own >= 0)
            reader->seen[own] = true;
        else if (next > CUSTOM_MAX) {
            gen_error(item->place, "too many methods; ids end at %d", CUSTOM_MAX);
            return false;
        }
        good &= method_add(reader, item->place, item->text, own >= 0 ? own : next);
        next += own < 0;
    }
    return good;
}

static bool text_check(const struct gen_yaml_node *key, const struct gen_yaml_node *value)
{
    if (value->kind == GEN_YAML_SCALAR)
        return true;
    gen_error(value->place, "'%s' is a list; one value would be right", key->text);
    return false;
}

static bool version_check(const struct gen_yaml_node *key, const struct gen_yaml_node *value)
{
    if (!text_check(key, value))
        return false;
    if (gen_name_is_version(value->text))
        return true;
    gen_error(value->place, "'%s' is no version; one like 1.0.0 would be right", value->text);
    return false;
}

static bool pair_read(struct reader *reader, const struct gen_yaml_node *key,
                      const struct gen_yaml_node *value)
{
    const char *name = key->text;
    if (strcmp(name, reader->is_list_form ? "name" : "module_name") == 0 ||
        strcmp(name, "namespace") == 0)
        return true; /* read before */
    if (strcmp(name, "version") == 0)
        return version_check(key, value);
    if (strcmp(name, "description") == 0 || strcmp(name, "author") == 0)
        return text_check(key, value);
    if (strcmp(name, "dependencies") == 0) {
        if (value->kind == GEN_YAML_LIST || *value->text == '\0')
            return true;
        gen_error(value->place, "'dependencies' is no list; [] or lines with '-' would be right");
        return false;
    }
    if (strcmp(name, "aggregate") == 0)
        return true; /* read when all methods are known */
    if (reader->is_list_form && strcmp(name, "methods") == 0)
        return method_list_read(reader, value);
    if (!reader->is_list_form && gen_name_is_method(name))
        return method_line_read(reader, key, value);
    if (gen_name_is_method(name))
        gen_error(key->place, "%s stands beside 'name:'; the list 'methods:' would be right", name);
    else if (!reader->is_list_form && name[0] == 'k')
        gen_error(key->place,
                  "'%s' is no name of a method; k and a name like kPutValue would be "
                  "right",
                  name);
    else
        gen_error(key->place, "unknown key '%s'; %s would be right", name,
                  reader->is_list_form
                      ? "name, version, description, author, methods, aggregate or dependencies"
                      : "module_name, namespace, version, description, author, aggregate, "
                        "dependencies or kMethod: id");
    return false;
}

/* The value of a required key that is a C identifier, or NULL. */
static const char *identifier_read(struct reader *reader, const char *key)
{
    const struct gen_yaml_node *value = gen_yaml_get(&reader->root, key);
    if (!value && reader->root.incomplete)
        return NULL; /* it may have been there */
    if (!value) {
        gen_error(reader->root.place, "key '%s' is missing; add a line '%s: ...'", key, key);
        return NULL;
    }
    if (value->kind != GEN_YAML_SCALAR || !gen_name_is_identifier(value->text)) {
        gen_error(value->place,
                  "'%s' is no %s; letters, digits and '_', no digit first, would be "
                  "right",
                  value->kind == GEN_YAML_SCALAR ? value->text : "a list",
                  strcmp(key, "namespace") == 0 ? "namespace" : "name of a module");
        return NULL;
    }
    return value->text;
}

static void names_read(struct reader *reader, const char *namespace_)
{
    struct gen_module *module = reader->module;
    const char *key = reader->is_list_form ? "name" : "module_name";
    const struct gen_yaml_node *own = gen_yaml_get(&reader->root, "namespace");
    module->name = identifier_read(reader, key);
    module->namespace_ = namespace_;
    reader->good &= module->name != NULL;
    if (own || !reader->is_list_form) {
        const char *text = identifier_read(reader, "namespace");
        reader->good &= text != NULL;
        if (text && namespace_ && strcmp(text, namespace_) != 0) {
            gen_error(own->place, "namespace '%s' is not the repository's; '%s' would be right",
                      text, namespace_);
            reader->good = false;
        }
    }
    if (!gen_yaml_get(&reader->root, "version") && !reader->root.incomplete) {
        gen_error(reader->root.place, "key 'version' is missing; add a line 'version: 1.0.0'");
        reader->good = false;
    }
    if (reader->is_list_form && !gen_yaml_get(&reader->root, "methods") &&
        !reader->root.incomplete) {
        gen_error(reader->root.place, "key 'methods' is missing; add a list of methods");
        reader->good = false;
    }
}

/* `kMethod: function` below `aggregate:` */
static bool aggregate_read(struct gen_module *module, const struct gen_yaml_node *key,
                           const struct gen_yaml_node *value)
{
    struct gen_method *method = NULL;
    for (size_t i = 0; i < module->method_count; i++)
        if (strcmp(module->methods[i].key, key->text) == 0)
            method = &module->methods[i];
    if (!method || method->id < CUSTOM_MIN) {
        gen_error(key->place, "%s is no method of the module's own; the key of one would be right",
                  key->text);
        return false;
    }
    if (value->kind != GEN_YAML_SCALAR || !gen_name_is_identifier(value->text)) {
        gen_error(value->place,
                  "'%s' is no name of a function; letters, digits and '_', no digit first, would "
                  "be right",
                  value->kind == GEN_YAML_SCALAR ? value->text : "a list");
        return false;
    }
    method->aggregate = value->text;
    return true;
}

static bool aggregates_read(struct gen_module *module, const struct gen_yaml_node *map)
{
    bool good = true;
    if (!map)
        return true;
    if (map->kind != GEN_YAML_MAP) {
        gen_error(map->place, "'aggregate' is no map; lines like 'kPutValue: function' below it "
                              "would be right");
        return false;
    }
    for (size_t i = 0; i < map->count; i++)
        good &= aggregate_read(module, gen_yaml_key(map, i), gen_yaml_value(map, i));
    return good;
}

static void methods_sort(struct gen_module *module)
{
    for (size_t i = 1; i < module->method_count; i++) {
        struct gen_method method = module->methods[i];
        size_t j = i;
        for (; j > 0 && module->methods[j - 1].id > method.id; j--)
            module->methods[j] = module->methods[j - 1];
        module->methods[j] = method;
    }
}

bool gen_module_yaml_read(const char *folder, const char *namespace_, struct gen_module *module)
{
    struct reader reader = {.module = module, .good = true};
    char *path = gen_format("%s/%s", folder, GEN_MODULE_FILE);
    module->folder = folder;
    reader.good = gen_yaml_read(path, "aggregate", &reader.root);
    if (reader.root.kind != GEN_YAML_MAP || !reader.root.items)
        return false;
    module->place = reader.root.place;
    reader.is_list_form =
        gen_yaml_get(&reader.root, "name") && !gen_yaml_get(&reader.root, "module_name");
    names_read(&reader, namespace_);
    for (size_t i = 0; i < reader.root.count; i++)
        reader.good &=
            pair_read(&reader, gen_yaml_key(&reader.root, i), gen_yaml_value(&reader.root, i));
    for (int id = 0; id < 2; id++) /* enabled unless disabled */
        if (!reader.seen[id])
            reader.good &= method_add(&reader, reader.root.place, inherited[id], id);
    reader.good &= aggregates_read(module, gen_yaml_get(&reader.root, "aggregate"));
    if (reader.good && !module->method_count) {
        gen_error(reader.root.place, "the module has no methods; enable kCreate");
        reader.good = false;
    }
    methods_sort(module);
    return reader.good;
}
