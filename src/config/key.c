/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys, and the parsers of their types. Called at start, on the starting thread. */
#include "config/key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_spec.h"
#include "base/text.h"
#include "base/units.h"
#include "chimaera/container.h"
#include "chimaera/status.h"
#include "config/describe.h"

#define KB             CHI_KB /* short, for the table */
#define MB             CHI_MB
#define TB             CHI_TB
#define GRANT_UNIT     (64 * KB) /* unit in which segments are granted */
#define HOUR           CHI_NS_PER_H
#define IN_CONFIG(m)   offsetof(struct chi_config, m)
#define IN_POOL(m)     offsetof(struct chi_config_pool, m)
#define POLICY_CHOICES "round_robin or least_loaded"

const struct chi_key chi_keys[] = {
    {"memory", "main_segment_size", CHI_KEY_SIZE, 0, IN_CONFIG(main_segment_size), "256MB", NULL,
     16 * MB, TB, GRANT_UNIT, "Size of the segment of tasks, lanes and strings."},
    {"memory", "client_data_segment_size", CHI_KEY_SIZE, 0, IN_CONFIG(client_data_segment_size),
     "1GB", NULL, 16 * MB, TB, GRANT_UNIT, "Size of the segment of the clients' bulk data."},
    {"memory", "runtime_data_segment_size", CHI_KEY_SIZE, 0, IN_CONFIG(runtime_data_segment_size),
     "256MB", NULL, 16 * MB, TB, GRANT_UNIT,
     "Size of the segment of long outputs; clients map it read-only."},

    {"runtime", "instance", CHI_KEY_WORD, 0, IN_CONFIG(instance), NULL,
     "`CHI_INSTANCE`, else one per user", 1, CHI_CONFIG_INSTANCE_MAX, 0,
     "Name by which clients find this runtime."},
    {"runtime", "socket_dir", CHI_KEY_TEXT, 0, IN_CONFIG(socket_dir), NULL,
     "`CHI_SOCKET_DIR`, else `XDG_RUNTIME_DIR`, else `/tmp/chimaera-<uid>`", 1, 90, 0,
     "Folder of the control socket and of the lock file."},
    {"runtime", "group", CHI_KEY_TEXT, 0, IN_CONFIG(group), NULL, "none: this user only", 1, 255, 0,
     "Group whose members may attach, and call pools that exist."},
    {"runtime", "group_may", CHI_KEY_RIGHTS, 0, IN_CONFIG(group_may), NULL, "none", 0, 0, 0,
     "What members of the group may do besides: a list of create (pools), destroy (pools) and "
     "stop."},
    {"runtime", "group_paths", CHI_KEY_PATHS, 0, IN_CONFIG(group_paths), NULL, "none", 1, 4095, 0,
     "Folders in which pools that members create may open files, such as those of bdev."},
    {"runtime", "sched_threads", CHI_KEY_COUNT, 0, IN_CONFIG(sched_threads), NULL,
     "half the cores, 1 to 32", 1, 64, 0, "Number of workers for low-latency queues."},
    {"runtime", "slow_threads", CHI_KEY_COUNT, 0, IN_CONFIG(slow_threads), "1", NULL, 0, 64, 0,
     "Number of workers for high-latency queues; 0: the low-latency workers serve them."},
    {"runtime", "stack_size", CHI_KEY_SIZE, 0, IN_CONFIG(stack_size), "128KB", NULL, 16 * KB,
     64 * MB, 0, "Stack size of a task."},
    {"runtime", "max_fibers", CHI_KEY_COUNT, 0, IN_CONFIG(max_fibers), "1024", NULL, 4, 8192, 0,
     "Maximum parked tasks per client and worker."},
    {"runtime", "queue_depth", CHI_KEY_COUNT, CHI_KEY_POWER_OF_TWO, IN_CONFIG(queue_depth), "1024",
     NULL, 16, 65536, 0, "Capacity of a client's lane to one worker, in tasks."},
    {"runtime", "lane_map_policy", CHI_KEY_POLICY, 0, IN_CONFIG(lane_map_policy), "round_robin",
     NULL, 0, 0, 0, "How lanes are assigned to workers."},
    {"runtime", "first_busy_wait", CHI_KEY_DURATION, 0, IN_CONFIG(first_busy_wait_ns), "50us", NULL,
     0, CHI_NS_PER_S, 0, "Maximum time that an idle worker polls before it sleeps."},
    {"runtime", "max_sleep", CHI_KEY_DURATION, 0, IN_CONFIG(max_sleep_ns), "1s", NULL,
     CHI_NS_PER_MS, HOUR, 0,
     "Maximum time that an idle worker sleeps before it scans its lanes again."},
    {"runtime", "stall_ms", CHI_KEY_COUNT, 0, IN_CONFIG(stall_ms), "100", NULL, 0, 60000, 0,
     "Milliseconds that a task may occupy its worker before other workers take over its lanes; 0: "
     "no limit."},
    {"runtime", "max_clients", CHI_KEY_COUNT, 0, IN_CONFIG(max_clients), "64", NULL, 1, 1024, 0,
     "Maximum number of attached processes."},
    {"runtime", "grace_period", CHI_KEY_DURATION, 0, IN_CONFIG(grace_period_ns), "5s", NULL, 0,
     HOUR, 0, "Maximum time that running tasks may take when the runtime stops."},

    {"logging", "level", CHI_KEY_LEVEL, 0, IN_CONFIG(log_level), "info", NULL, 1, 1024, 0,
     "Log level; `CHI_LOG` and `CHI_DEBUG` take precedence."},
    {"logging", "file", CHI_KEY_TEXT, 0, IN_CONFIG(log_file), NULL, "standard error", 1, 4095, 0,
     "File to which the log is appended."},

    {"modules", "path", CHI_KEY_PATHS, 0, IN_CONFIG(module_paths), NULL, "none", 1, 4095, 0,
     "Folders of module libraries; those of `CHI_REPO_PATH` are searched first."},

    {"compose", "mod_name", CHI_KEY_WORD, CHI_KEY_REQUIRED, IN_POOL(mod_name), NULL, "required", 1,
     64, 0, "Module of a pool that is created at start, such as `chimaera_bdev`."},
    {"compose", "pool_name", CHI_KEY_TEXT, CHI_KEY_REQUIRED, IN_POOL(pool_name), NULL, "required",
     1, CHI_POOL_NAME_MAX, 0, "Name of the pool."},
    {"compose", "pool_query", CHI_KEY_QUERY, 0, IN_POOL(pool_query), "local", NULL, 0, 0, 0,
     "Pool query that selects where its containers are created."},
    {"compose", "pool_id", CHI_KEY_POOL_ID, 0, IN_POOL(pool_id), NULL, "chosen by the runtime", 0,
     0, 0, "Id of the pool."},
    {"compose", "containers_per_node", CHI_KEY_COUNT, 0, IN_POOL(containers), "1", NULL, 1,
     CHI_CONTAINERS_MAX, 0, "Number of containers on each node; `containers` is an alias."},
    {0},
};

const struct chi_key *chi_key_find(const char *section, const char *name)
{
    if (strcmp(section, "compose") == 0 && strcmp(name, "containers") == 0)
        name = "containers_per_node";
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static int wrong(const struct chi_key *key, const char *text, const char *expected)
{
    char bounds[CHI_KEY_BOUNDS_SIZE];
    chi_key_bounds(key, bounds);
    return chi_error(CHI_ECONFIG, "%s: invalid value \"%.64s\": expected %s%s%s", key->name, text,
                     expected, *bounds ? ", " : "", bounds);
}

static int read_number(const struct chi_key *key, const char *text, const char *expected,
                       uint64_t *number)
{
    int rc = -EINVAL;
    if (key->type == CHI_KEY_COUNT)
        rc = chi_text_u64(text, number);
    else if (key->type == CHI_KEY_SIZE)
        rc = chi_text_size(text, number);
    else if (key->type == CHI_KEY_DURATION)
        rc = chi_text_duration(text, number);
    if (rc != 0 || *number < key->lowest || *number > key->highest)
        return wrong(key, text, expected);
    if ((key->flags & CHI_KEY_POWER_OF_TWO) && (*number & (*number - 1)) != 0)
        return wrong(key, text, expected);
    if (key->unit != 0)
        *number = (*number + key->unit - 1) / key->unit * key->unit;
    return 0;
}

static int read_policy(const struct chi_key *key, const char *text, uint32_t *policy)
{
    static const char *const names[] = {
        [CHI_LANE_MAP_ROUND_ROBIN] = "round_robin",
        [CHI_LANE_MAP_LEAST_LOADED] = "least_loaded",
    };
    struct chi_nearest nearest = {.word = text};
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *policy = i;
            return 0;
        }
        chi_nearest_offer(&nearest, names[i]);
    }
    char hint[CHI_NEAREST_HINT_SIZE];
    return chi_error(CHI_ECONFIG, "%s: invalid value \"%.64s\": expected " POLICY_CHOICES "%s",
                     key->name, text, chi_nearest_hint(&nearest, hint));
}

static int read_right(const struct chi_key *key, const char *text, uint32_t *rights)
{
    static const struct {
        const char *name;
        enum chi_right right;
    } names[] = {
        {"create", CHI_RIGHT_CREATE}, {"destroy", CHI_RIGHT_DESTROY}, {"stop", CHI_RIGHT_STOP}};
    struct chi_nearest nearest = {.word = text};
    char hint[CHI_NEAREST_HINT_SIZE];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i].name) == 0) {
            *rights |= names[i].right;
            return 0;
        }
        chi_nearest_offer(&nearest, names[i].name);
    }
    return chi_error(CHI_ECONFIG, "%s: invalid value \"%.64s\": expected %s%s", key->name, text,
                     chi_key_type_text(key), chi_nearest_hint(&nearest, hint));
}

static bool is_word(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")] ==
           '\0';
}

static int no_memory(void)
{
    return chi_error(-ENOMEM, "out of memory while reading the configuration");
}

static int read_text(const struct chi_key *key, const char *text, const char *expected, char **out)
{
    size_t size = strlen(text);
    if (size < key->lowest || size > key->highest || (key->type == CHI_KEY_WORD && !is_word(text)))
        return wrong(key, text, expected);
    if (key->offset == IN_POOL(pool_name) && strcmp(key->section, "compose") == 0) {
        for (size_t i = 0; i < size; i++)
            if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
                return chi_error(CHI_ECONFIG, "%s: a control character at byte %zu", key->name,
                                 i + 1);
    }
    struct chi_log_spec spec = {0};
    if (key->type == CHI_KEY_LEVEL && chi_log_spec_parse(text, &spec) != 0)
        return chi_error(CHI_ECONFIG, "%s: %s", key->name, chi_last_error());
    char *copy = strdup(text);
    if (copy == NULL)
        return no_memory();
    free(*out);
    *out = copy;
    return 0;
}

/* Appends one folder to a NULL-terminated array. */
static int add_path(const struct chi_key *key, const char *text, size_t size, char ***paths)
{
    if (size < key->lowest || size > key->highest)
        return chi_error(CHI_ECONFIG, "%s: a folder name in \"%.64s\" is empty or too long",
                         key->name, text);
    if (text[0] != '/')
        return chi_error(CHI_ECONFIG, "%s: \"%.*s\" is no absolute path; it has to begin with /",
                         key->name, (int)size, text);
    size_t count = 0;
    while (*paths != NULL && (*paths)[count] != NULL)
        count++;
    char **grown = realloc(*paths, (count + 2) * sizeof(*grown));
    if (grown == NULL)
        return no_memory();
    *paths = grown;
    grown[count] = strndup(text, size);
    grown[count + 1] = NULL;
    return grown[count] != NULL ? 0 : no_memory();
}

static int read_paths(const struct chi_key *key, const char *text, char ***paths)
{
    for (;; text++) {
        size_t size = strcspn(text, ":");
        int rc = add_path(key, text, size, paths);
        text += size;
        if (rc != 0 || *text == '\0')
            return rc;
    }
}

int chi_key_read(const struct chi_key *key, const char *text, void *object)
{
    void *member = (char *)object + key->offset;
    const char *expected = chi_key_type_text(key);
    uint64_t number = 0;
    int rc;
    switch (key->type) {
    case CHI_KEY_SIZE:
    case CHI_KEY_DURATION:
        rc = read_number(key, text, expected, &number);
        if (rc == 0)
            *(uint64_t *)member = number;
        return rc;
    case CHI_KEY_COUNT:
        rc = read_number(key, text, expected, &number);
        if (rc == 0)
            *(uint32_t *)member = (uint32_t)number;
        return rc;
    case CHI_KEY_POLICY:
        return read_policy(key, text, member);
    case CHI_KEY_WORD:
    case CHI_KEY_TEXT:
    case CHI_KEY_LEVEL:
        return read_text(key, text, expected, member);
    case CHI_KEY_PATHS:
        return read_paths(key, text, member);
    case CHI_KEY_RIGHTS:
        return read_right(key, text, member);
    case CHI_KEY_QUERY:
        rc = chi_pool_query_parse(text, member);
        return rc != 0 ? chi_error(CHI_ECONFIG, "%s: %s", key->name, chi_last_error()) : 0;
    case CHI_KEY_POOL_ID: {
        chi_pool_id_t id = {0, 0};
        if (chi_text_pool_id(text, &id) != 0 || chi_pool_id_is_null(id))
            return wrong(key, text, expected);
        *(chi_pool_id_t *)member = id;
        return 0;
    }
    }
    return chi_error(CHI_ECONFIG, "%s: the key has an unknown type", key->name);
}

int chi_key_read_yaml(const struct chi_key *key, const char *file, const struct chi_yaml *value,
                      void *object)
{
    bool list =
        value->kind == CHI_YAML_LIST && (key->type == CHI_KEY_PATHS || key->type == CHI_KEY_RIGHTS);
    const struct chi_yaml *at = list ? value->first : value;
    while (at != NULL) {
        int rc = 0;
        if (at->kind != CHI_YAML_SCALAR)
            rc = chi_error(CHI_ECONFIG, "%s: expected %s, not a %s", key->name,
                           chi_key_type_text(key), at->kind == CHI_YAML_LIST ? "list" : "mapping");
        else if (at->null)
            rc = chi_error(CHI_ECONFIG, "%s: expected %s; leave the key out to use the default",
                           key->name, chi_key_type_text(key));
        else
            rc = chi_key_read(key, at->text, object);
        if (rc == CHI_ECONFIG)
            return chi_error(rc, "%s:%d:%d: %s", file, at->line, at->column, chi_last_error());
        if (rc != 0)
            return rc;
        at = list ? at->next : NULL;
    }
    return 0;
}

static bool in_section(const struct chi_key *key, const char *section)
{
    bool compose = strcmp(key->section, "compose") == 0;
    return section != NULL ? strcmp(key->section, section) == 0 : !compose;
}

int chi_keys_default(const char *section, void *object)
{
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        int rc = 0;
        if (in_section(key, section) && key->fallback != NULL)
            rc = chi_key_read(key, key->fallback, object);
        if (rc != 0)
            return rc;
    }
    return 0;
}

void chi_keys_fini(const char *section, void *object)
{
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        if (!in_section(key, section))
            continue;
        void *member = (char *)object + key->offset;
        if (key->type == CHI_KEY_WORD || key->type == CHI_KEY_TEXT || key->type == CHI_KEY_LEVEL) {
            free(*(char **)member);
            *(char **)member = NULL;
        } else if (key->type == CHI_KEY_PATHS) {
            char **paths = *(char ***)member;
            for (size_t i = 0; paths != NULL && paths[i] != NULL; i++)
                free(paths[i]);
            free(paths);
            *(char ***)member = NULL;
        }
    }
}
