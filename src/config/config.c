/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the configuration file: sections, pools to compose, defaults. Called at start only. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "chimaera/status.h"
#include "config/key.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

static int no_memory(const char *name)
{
    return chi_error(-ENOMEM, "%s: out of memory while reading the configuration", name);
}

static int refuse(const char *name, int line, int column, const char *what, const char *word,
                  const char *hint)
{
    return chi_error(CHI_ECONFIG, "%s:%d:%d: %s \"%.64s\"%s", name, line, column, what, word, hint);
}

static int unknown_section(const char *name, const struct chi_yaml *section)
{
    struct chi_nearest nearest = {.word = section->key};
    char hint[CHI_NEAREST_HINT_SIZE];
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        if (strcmp(key->name, section->key) == 0) {
            snprintf(hint, sizeof(hint), " belongs under %s:", key->section);
            return refuse(name, section->key_line, section->key_column, "the key", section->key,
                          hint);
        }
        chi_nearest_offer(&nearest, key->section);
    }
    return refuse(name, section->key_line, section->key_column, "unknown section", section->key,
                  chi_nearest_hint(&nearest, hint));
}

static int unknown_key(const char *name, const struct chi_yaml *section,
                       const struct chi_yaml *entry)
{
    struct chi_nearest nearest = {.word = entry->key};
    char hint[CHI_NEAREST_HINT_SIZE] = "";
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        if (strcmp(key->section, section->key) == 0)
            chi_nearest_offer(&nearest, key->name);
        else if (strcmp(key->name, entry->key) == 0 && strcmp(key->section, "compose") != 0)
            snprintf(hint, sizeof(hint), "; it belongs to section %s", key->section);
    }
    if (*hint == '\0')
        chi_nearest_hint(&nearest, hint);
    return chi_error(CHI_ECONFIG, "%s:%d:%d: unknown key \"%.64s\" in section %s%s", name,
                     entry->key_line, entry->key_column, entry->key, section->key, hint);
}

static int read_section(const char *name, const struct chi_yaml *section, struct chi_config *config)
{
    for (const struct chi_yaml *entry = section->first; entry != NULL; entry = entry->next) {
        const struct chi_key *key = chi_key_find(section->key, entry->key);
        int rc = key != NULL ? chi_key_read_yaml(key, name, entry, config)
                             : unknown_key(name, section, entry);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Joins the items of a list with commas. Items with commas are refused: they would be ambiguous. */
static int join_list(const char *name, const struct chi_yaml *entry, char **value)
{
    size_t size = 1;
    for (const struct chi_yaml *item = entry->first; item != NULL; item = item->next) {
        if (item->kind != CHI_YAML_SCALAR || strchr(item->text, ','))
            return refuse(name, item->line, item->column,
                          "expected texts and numbers without commas in", entry->key, "");
        size += strlen(item->text) + 1;
    }
    char *end = *value = malloc(size);
    if (end == NULL)
        return no_memory(name);
    *end = '\0';
    for (const struct chi_yaml *item = entry->first; item != NULL; item = item->next) {
        end = stpcpy(end, item->text);
        if (item->next != NULL)
            end = stpcpy(end, ",");
    }
    return 0;
}

static int add_param(const char *name, const struct chi_yaml *entry, struct chi_config_pool *pool)
{
    if (entry->kind == CHI_YAML_MAP)
        return refuse(name, entry->line, entry->column, "expected a value or a list for",
                      entry->key, "");
    struct chi_config_param *params =
        realloc(pool->params, (pool->param_count + 1) * sizeof(*params));
    if (params == NULL)
        return no_memory(name);
    pool->params = params;
    struct chi_config_param *param = &params[pool->param_count];
    *param = (struct chi_config_param){.is_list = entry->kind == CHI_YAML_LIST,
                                       .line = entry->line,
                                       .column = entry->column,
                                       .key_line = entry->key_line,
                                       .key_column = entry->key_column};
    if (entry->kind == CHI_YAML_LIST) {
        int rc = join_list(name, entry, &param->value);
        if (rc != 0)
            return rc;
    } else {
        param->value = strdup(entry->text);
    }
    param->key = strdup(entry->key);
    if (param->key == NULL || param->value == NULL) {
        free(param->key);
        free(param->value);
        return no_memory(name);
    }
    pool->param_count++;
    return 0;
}

/* Fails if the entry lacks a required key. Suggests a parameter with a similar name. */
static int check_required(const char *name, const struct chi_yaml *entry,
                          const struct chi_config_pool *pool)
{
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        if (!(key->flags & CHI_KEY_REQUIRED) || *(char *const *)((const char *)pool + key->offset))
            continue;
        struct chi_nearest nearest = {.word = key->name};
        for (size_t i = 0; i < pool->param_count; i++)
            chi_nearest_offer(&nearest, pool->params[i].key);
        char hint[CHI_NEAREST_HINT_SIZE] = "";
        if (nearest.best != NULL)
            snprintf(hint, sizeof(hint), "; is \"%s\" a misspelling of it?", nearest.best);
        return refuse(name, entry->line, entry->column, "this pool lacks the required key",
                      key->name, hint);
    }
    return 0;
}

static int check_unique(const char *name, const struct chi_yaml *entry,
                        const struct chi_config *config, const struct chi_config_pool *pool)
{
    for (const struct chi_config_pool *other = config->pools; other < pool; other++) {
        bool same_id =
            !chi_pool_id_is_null(pool->pool_id) && chi_pool_id_equal(other->pool_id, pool->pool_id);
        if (same_id || strcmp(other->pool_name, pool->pool_name) == 0)
            return chi_error(CHI_ECONFIG,
                             "%s:%d:%d: the pool in line %d has the same %s as pool \"%.64s\"",
                             name, entry->line, entry->column, other->line, same_id ? "id" : "name",
                             pool->pool_name);
    }
    return 0;
}

static int read_pool(const char *name, const struct chi_yaml *entry, struct chi_config_pool *pool)
{
    if (entry->kind != CHI_YAML_MAP)
        return chi_error(CHI_ECONFIG,
                         "%s:%d:%d: expected a pool (a mapping with mod_name, pool_name, ...)",
                         name, entry->line, entry->column);
    int rc = chi_keys_default("compose", pool);
    const struct chi_key *containers = NULL; /* the key that has two names */
    for (const struct chi_yaml *item = entry->first; item != NULL && rc == 0; item = item->next) {
        const struct chi_key *key = chi_key_find("compose", item->key);
        if (key != NULL && key == containers)
            return refuse(name, item->key_line, item->key_column, "given twice:", item->key, "");
        if (key != NULL && key->offset == offsetof(struct chi_config_pool, containers))
            containers = key;
        rc = key != NULL ? chi_key_read_yaml(key, name, item, pool) : add_param(name, item, pool);
    }
    return rc != 0 ? rc : check_required(name, entry, pool);
}

static int read_compose(const char *name, const struct chi_yaml *section, struct chi_config *config)
{
    size_t count = 0;
    for (const struct chi_yaml *entry = section->first; entry != NULL; entry = entry->next)
        count++;
    if (count == 0)
        return 0;
    config->pools = calloc(count, sizeof(*config->pools));
    if (config->pools == NULL)
        return no_memory(name);
    for (const struct chi_yaml *entry = section->first; entry != NULL; entry = entry->next) {
        struct chi_config_pool *pool = &config->pools[config->pool_count++];
        pool->line = entry->line;
        pool->column = entry->column;
        int rc = read_pool(name, entry, pool);
        if (rc == 0)
            rc = check_unique(name, entry, config, pool);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static bool is_section(const char *word)
{
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        if (strcmp(key->section, word) == 0)
            return true;
    }
    return false;
}

static int read_root(const char *name, const struct chi_yaml *root, struct chi_config *config)
{
    if (root == NULL || root->null)
        return 0;
    if (root->kind != CHI_YAML_MAP)
        return chi_error(CHI_ECONFIG, "%s:%d:%d: expected sections (memory, runtime, ...)", name,
                         root->line, root->column);
    for (const struct chi_yaml *section = root->first; section != NULL; section = section->next) {
        if (!is_section(section->key))
            return unknown_section(name, section);
        if (section->null)
            continue; /* all its keys are commented out */
        bool compose = strcmp(section->key, "compose") == 0;
        if (section->kind != (compose ? CHI_YAML_LIST : CHI_YAML_MAP))
            return refuse(name, section->line, section->column,
                          compose ? "expected a list of pools in" : "expected keys in",
                          section->key, "");
        int rc =
            compose ? read_compose(name, section, config) : read_section(name, section, config);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int set_defaults(struct chi_config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long half = cores / 2;
    config->sched_threads = half < 1 ? 1 : half > 32 ? 32 : (uint32_t)half;
    return chi_keys_default(NULL, config);
}

struct yaml_errors {
    const char *name;
    bool reported;
};

/* Records the first error alone. */
static void note_yaml_error(void *context, int line, int column, const char *message)
{
    struct yaml_errors *errors = context;
    if (!errors->reported)
        chi_error(CHI_ECONFIG, "%s:%d:%d: %s", errors->name, line, column, message);
    errors->reported = true;
}

static int read_yaml(const char *name, const char *text, size_t size, struct chi_yaml **root)
{
    struct yaml_errors errors = {.name = name};
    int rc = chi_yaml_parse(text, size, note_yaml_error, &errors, root);
    return rc == -ENOMEM ? no_memory(name) : rc < 0 ? CHI_ECONFIG : 0;
}

int chi_config_parse(const char *name, const char *text, size_t size, struct chi_config *config)
{
    memset(config, 0, sizeof(*config));
    struct chi_yaml *root = NULL;
    int rc = read_yaml(name, text, size, &root);
    if (rc == 0 && (config->name = strdup(name)) == NULL)
        rc = no_memory(name);
    if (rc == 0)
        rc = set_defaults(config);
    if (rc == 0)
        rc = read_root(name, root, config);
    chi_yaml_destroy(root);
    if (rc != 0)
        chi_config_fini(config);
    return rc;
}

/* Reads up to FILE_SIZE_MAX bytes, so that reading a device or a pipe ends. */
static int read_file(const char *path, int fd, char **text, size_t *size)
{
    *size = 0;
    *text = malloc(FILE_SIZE_MAX);
    if (*text == NULL)
        return no_memory(path);
    while (*size < FILE_SIZE_MAX) {
        ssize_t count = read(fd, *text + *size, FILE_SIZE_MAX - *size);
        int error = count < 0 ? errno : 0;
        if (count == 0)
            return 0;
        if (error && error != EINTR)
            return chi_error(-error, "cannot read the configuration file %s: %s", path,
                             chi_strerror(-error));
        if (count > 0)
            *size += (size_t)count;
    }
    return chi_error(-EFBIG, "the configuration file %s is larger than 1 MiB", path);
}

int chi_config_load(const char *path, struct chi_config *config)
{
    memset(config, 0, sizeof(*config));
    const char *from = "";
    if (path == NULL) {
        path = secure_getenv("CHI_SERVER_CONF");
        from = " (from CHI_SERVER_CONF)";
        if (path != NULL && *path == '\0')
            path = NULL;
    }
    if (path == NULL)
        return chi_config_parse("defaults", "", 0, config);

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe has no writer, maybe */
    if (fd < 0) {
        int error = errno;
        return chi_error(-error, "cannot open the configuration file %s%s: %s", path, from,
                         chi_strerror(-error));
    }
    struct stat st;
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)) {
        int code = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
        close(fd);
        return chi_error(code, "the configuration file %s%s is not a regular file", path, from);
    }
    char *text = NULL;
    size_t size = 0;
    int rc = read_file(path, fd, &text, &size);
    close(fd);
    if (rc == 0)
        rc = chi_config_parse(path, text, size, config);
    free(text);
    return rc;
}

void chi_config_fini(struct chi_config *config)
{
    for (size_t i = 0; i < config->pool_count; i++) {
        struct chi_config_pool *pool = &config->pools[i];
        for (size_t k = 0; k < pool->param_count; k++) {
            free(pool->params[k].key);
            free(pool->params[k].value);
        }
        free(pool->params);
        chi_keys_fini("compose", pool);
    }
    free(config->pools);
    free(config->name);
    chi_keys_fini(NULL, config);
    memset(config, 0, sizeof(*config));
}
