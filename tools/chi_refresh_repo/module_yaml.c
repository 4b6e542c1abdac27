/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chimaera_mod.yaml, in its two forms: `module_name:` with a line for each method and its id, and
 * `name:` with a list of methods whose ids follow from their order.
 */
#include "module_yaml.h"

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
    struct gen_yaml yaml;
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
static bool method_line_read(struct reader *reader, const struct chi_yaml *value)
{
    struct gen_place key_place = gen_yaml_key_place(&reader->yaml, value);
    struct gen_place place = gen_yaml_place(&reader->yaml, value);
    int32_t id;
    int own = inherited_id(value->key);
    if (own >= 0)
        reader->seen[own] = true;
    if (value->kind != CHI_YAML_SCALAR || !gen_number_parse(value->text, &id)) {
        gen_error(place, "the id of %s is no number; %s would be right", value->key,
                  own >= 0 ? "its own id or -1" : "one from 10 to 65535");
        return false;
    }
    if (own >= 0) {
        if (id != own && id != -1) {
            gen_error(place,
                      "%s is inherited and cannot have the id %d; %d, or -1 to "
                      "disable it, would be right",
                      value->key, id, own);
            return false;
        }
        return id == -1 || method_add(reader, key_place, value->key, id);
    }
    if (id == -1) {
        gen_error(place, "-1 disables inherited methods only; leave the line of %s out",
                  value->key);
        return false;
    }
    if (id < CUSTOM_MIN || id > CUSTOM_MAX) {
        gen_error(place, "%s has the id %d%s; one from 10 to 65535 would be right", value->key, id,
                  id < 0    ? ""
                  : id <= 5 ? ", which belongs to an inherited method"
                  : id <= 9 ? ", which is reserved"
                            : "");
        return false;
    }
    return method_add(reader, key_place, value->key, id);
}

/* `methods:` with a list of names. */
static bool method_list_read(struct reader *reader, const struct chi_yaml *list)
{
    bool good = true;
    int32_t next = CUSTOM_MIN;
    if (list->kind != CHI_YAML_LIST) {
        gen_error(gen_yaml_place(&reader->yaml, list),
                  "'methods' is no list; lines like '- kPutValue' would be right");
        return false;
    }
    for (const struct chi_yaml *item = list->first; item; item = item->next) {
        struct gen_place place = gen_yaml_place(&reader->yaml, item);
        int own = inherited_id(item->text);
        if (!gen_name_is_method(item->text)) {
            gen_error(place,
                      "'%s' is no name of a method; k and a name like kPutValue would "
                      "be right",
                      item->text);
            good = false;
            continue;
        }
        if (own >= 0)
            reader->seen[own] = true;
        else if (next > CUSTOM_MAX) {
            gen_error(place, "too many methods; ids end at %d", CUSTOM_MAX);
            return false;
        }
        good &= method_add(reader, place, item->text, own >= 0 ? own : next);
        next += own < 0;
    }
    return good;
}

static bool text_check(struct reader *reader, const struct chi_yaml *value)
{
    if (value->kind == CHI_YAML_SCALAR)
        return true;
    gen_error(gen_yaml_place(&reader->yaml, value), "'%s' is a list; one value would be right",
              value->key);
    return false;
}

static bool version_check(struct reader *reader, const struct chi_yaml *value)
{
    if (!text_check(reader, value))
        return false;
    if (gen_name_is_version(value->text))
        return true;
    gen_error(gen_yaml_place(&reader->yaml, value),
              "'%s' is no version; one like 1.0.0 would be right", value->text);
    return false;
}

static bool pair_read(struct reader *reader, const struct chi_yaml *value)
{
    struct gen_place key_place = gen_yaml_key_place(&reader->yaml, value);
    const char *name = value->key;
    if (strcmp(name, reader->is_list_form ? "name" : "module_name") == 0 ||
        strcmp(name, "namespace") == 0)
        return true; /* read before */
    if (strcmp(name, "version") == 0)
        return version_check(reader, value);
    if (strcmp(name, "description") == 0 || strcmp(name, "author") == 0)
        return text_check(reader, value);
    if (strcmp(name, "dependencies") == 0) {
        if (value->kind == CHI_YAML_LIST || (value->kind == CHI_YAML_SCALAR && value->null))
            return true;
        gen_error(gen_yaml_place(&reader->yaml, value),
                  "'dependencies' is no list; [] or lines with '-' would be right");
        return false;
    }
    if (reader->is_list_form && strcmp(name, "methods") == 0)
        return method_list_read(reader, value);
    if (strcmp(name, "aggregate") == 0 || strcmp(name, "methods") == 0)
        return true; /* read when all methods are known */
    if (!reader->is_list_form && gen_name_is_method(name))
        return method_line_read(reader, value);
    if (gen_name_is_method(name))
        gen_error(key_place, "%s stands beside 'name:'; the list 'methods:' would be right", name);
    else if (!reader->is_list_form && name[0] == 'k')
        gen_error(key_place,
                  "'%s' is no name of a method; k and a name like kPutValue would be "
                  "right",
                  name);
    else
        gen_error(key_place, "unknown key '%s'; %s would be right", name,
                  reader->is_list_form
                      ? "name, version, description, author, methods, aggregate or dependencies"
                      : "module_name, namespace, version, description, author, methods, "
                        "aggregate, dependencies or kMethod: id");
    return false;
}

/* The value of a required key that is a C identifier, or NULL. */
static const char *identifier_read(struct reader *reader, const char *key)
{
    const struct chi_yaml *root = reader->yaml.root;
    const struct chi_yaml *value = chi_yaml_get(root, key);
    if (!value && root->incomplete)
        return NULL; /* it may have been there */
    if (!value) {
        gen_error(gen_yaml_place(&reader->yaml, root), "key '%s' is missing; add a line '%s: ...'",
                  key, key);
        return NULL;
    }
    if (value->kind != CHI_YAML_SCALAR || !gen_name_is_identifier(value->text)) {
        gen_error(gen_yaml_place(&reader->yaml, value),
                  "'%s' is no %s; letters, digits and '_', no digit first, would be "
                  "right",
                  value->kind == CHI_YAML_SCALAR ? value->text : "a list",
                  strcmp(key, "namespace") == 0 ? "namespace" : "name of a module");
        return NULL;
    }
    return value->text;
}

static void names_read(struct reader *reader, const char *namespace_)
{
    struct gen_module *module = reader->module;
    const char *key = reader->is_list_form ? "name" : "module_name";
    const struct chi_yaml *root = reader->yaml.root;
    const struct chi_yaml *own = chi_yaml_get(root, "namespace");
    struct gen_place place = gen_yaml_place(&reader->yaml, root);
    module->name = identifier_read(reader, key);
    module->namespace_ = namespace_;
    reader->good &= module->name != NULL;
    if (own || !reader->is_list_form) {
        const char *text = identifier_read(reader, "namespace");
        reader->good &= text != NULL;
        if (text && namespace_ && strcmp(text, namespace_) != 0) {
            gen_error(gen_yaml_place(&reader->yaml, own),
                      "namespace '%s' is not the repository's; '%s' would be right", text,
                      namespace_);
            reader->good = false;
        }
    }
    if (!chi_yaml_get(root, "version") && !root->incomplete) {
        gen_error(place, "key 'version' is missing; add a line 'version: 1.0.0'");
        reader->good = false;
    }
    if (reader->is_list_form && !chi_yaml_get(root, "methods") && !root->incomplete) {
        gen_error(place, "key 'methods' is missing; add a list of methods");
        reader->good = false;
    }
}

static struct gen_method *own_method(struct reader *reader, const struct chi_yaml *value)
{
    struct gen_module *module = reader->module;
    for (size_t i = 0; i < module->method_count; i++)
        if (strcmp(module->methods[i].key, value->key) == 0 && module->methods[i].id >= CUSTOM_MIN)
            return &module->methods[i];
    gen_error(gen_yaml_key_place(&reader->yaml, value),
              "%s is no method of the module's own; the key of one would be right", value->key);
    return NULL;
}

static bool function_read(struct reader *reader, const struct chi_yaml *value,
                          const char **function)
{
    if (value->kind != CHI_YAML_SCALAR || !gen_name_is_identifier(value->text)) {
        gen_error(gen_yaml_place(&reader->yaml, value),
                  "'%s' is no name of a function; letters, digits and '_', no digit first, would "
                  "be right",
                  value->kind == CHI_YAML_SCALAR ? value->text : "a list");
        return false;
    }
    *function = value->text;
    return true;
}

/* `kMethod: function` for each method below `aggregate:` */
static bool aggregates_read(struct reader *reader, const struct chi_yaml *map)
{
    bool good = true;
    if (!map)
        return true;
    if (map->kind != CHI_YAML_MAP) {
        gen_error(gen_yaml_place(&reader->yaml, map),
                  "'aggregate' is no map; lines like 'kPutValue: function' below it "
                  "would be right");
        return false;
    }
    for (const struct chi_yaml *value = map->first; value; value = value->next) {
        struct gen_method *method = own_method(reader, value);
        good &= method && function_read(reader, value, &method->slots[GEN_SLOT_AGGREGATE]);
    }
    return good;
}

/* true or false */
static bool switch_read(struct reader *reader, const struct chi_yaml *value, bool *on)
{
    bool is_true = value->kind == CHI_YAML_SCALAR && strcmp(value->text, "true") == 0;
    bool is_false = value->kind == CHI_YAML_SCALAR && strcmp(value->text, "false") == 0;
    *on = is_true;
    if (!is_true && !is_false)
        gen_error(gen_yaml_place(&reader->yaml, value), "'%s' is %s; true or false would be right",
                  value->key, value->kind == CHI_YAML_SCALAR ? "no switch" : "a list");
    return is_true || is_false;
}

/* One line below `methods: kMethod:` */
static bool option_read(struct reader *reader, struct gen_method *method,
                        const struct chi_yaml *value)
{
    if (strcmp(value->key, "waits_for_others") == 0)
        return switch_read(reader, value, &method->waits_for_others);
    if (strcmp(value->key, "ends_with_client") == 0) {
        bool ends = true;
        bool good = switch_read(reader, value, &ends);
        method->outlives_client = !ends;
        return good;
    }
    for (unsigned slot = 0; slot < GEN_SLOT_COUNT; slot++) {
        if (strcmp(value->key, gen_slots[slot].key) != 0)
            continue;
        if (method->slots[slot]) { /* the older form alone reads one before */
            gen_error(gen_yaml_key_place(&reader->yaml, value),
                      "%s of %s is given twice, here and under 'aggregate'; keep one of them",
                      value->key, method->key);
            return false;
        }
        return function_read(reader, value, &method->slots[slot]);
    }
    gen_error(
        gen_yaml_key_place(&reader->yaml, value),
        "unknown key '%s'; waits_for_others, ends_with_client, copy, aggregate, del, save_in, "
        "load_in, save_out or load_out would be right",
        value->key);
    return false;
}

/* `methods:` with a map for each method that has options. */
static bool options_read(struct reader *reader, const struct chi_yaml *map)
{
    bool good = true;
    if (!map || reader->is_list_form)
        return true;
    if (map->kind != CHI_YAML_MAP) {
        gen_error(gen_yaml_place(&reader->yaml, map),
                  "'methods' is no map; lines like 'kPutValue: {aggregate: function}' below it "
                  "would be right");
        return false;
    }
    for (const struct chi_yaml *options = map->first; options; options = options->next) {
        struct gen_method *method = own_method(reader, options);
        if (options->kind != CHI_YAML_MAP) {
            gen_error(gen_yaml_place(&reader->yaml, options),
                      "what is said of %s is no map; one like {aggregate: function} would be right",
                      options->key);
            good = false;
            continue;
        }
        good &= method != NULL;
        for (const struct chi_yaml *value = options->first; method && value; value = value->next)
            good &= option_read(reader, method, value);
    }
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
    static const struct gen_yaml_map maps[] = {{"aggregate", 1}, {"methods", 2}, {NULL}};
    struct reader reader = {.module = module, .good = true};
    char *path = gen_format("%s/%s", folder, GEN_MODULE_FILE);
    module->folder = folder;
    reader.good = gen_yaml_read(path, maps, &reader.yaml);
    const struct chi_yaml *root = reader.yaml.root;
    if (!root)
        return false;
    module->place = gen_yaml_place(&reader.yaml, root);
    reader.is_list_form = chi_yaml_get(root, "name") && !chi_yaml_get(root, "module_name");
    names_read(&reader, namespace_);
    for (const struct chi_yaml *value = root->first; value; value = value->next)
        reader.good &= pair_read(&reader, value);
    for (int id = 0; id < 2; id++) /* enabled unless disabled */
        if (!reader.seen[id])
            reader.good &= method_add(&reader, module->place, inherited[id], id);
    reader.good &= aggregates_read(&reader, chi_yaml_get(root, "aggregate"));
    reader.good &= options_read(&reader, chi_yaml_get(root, "methods"));
    if (reader.good && !module->method_count) {
        gen_error(module->place, "the module has no methods; enable kCreate");
        reader.good = false;
    }
    methods_sort(module);
    return reader.good;
}
