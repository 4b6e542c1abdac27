/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys and how each type of value is read. Called at start, on the starting thread. */
#include "config/key.h"

#include "base/clock.h"
#include "base/log_spec.h"
#include "base/text.h"
#include "base/units.h"
#include "chimaera/container.h"
#include "chimaera/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KB             CHI_KB /* short, for the table */
#define MB             CHI_MB
#define TB             CHI_TB
#define GRANT_UNIT     (64 * KB) /* what segments are granted in */
#define HOUR           CHI_NS_PER_H
#define IN_CONFIG(m)   offsetof(struct chi_config, m)
#define IN_POOL(m)     offsetof(struct chi_config_pool, m)
#define POLICY_CHOICES "round_robin or least_loaded"

const struct chi_key chi_keys[] = {
    {"memory", "main_segment_size", CHI_KEY_SIZE, 0, IN_CONFIG(main_segment_size), "256MB", NULL,
     16 * MB, TB, GRANT_UNIT, "Segment of tasks, lanes and short strings."},
    {"memory", "client_data_segment_size", CHI_KEY_SIZE, 0, IN_CONFIG(client_data_segment_size),
     "1GB", NULL, 16 * MB, TB, GRANT_UNIT, "Segment of the clients' bulk data."},
    {"memory", "runtime_data_segment_size", CHI_KEY_SIZE, 0, IN_CONFIG(runtime_data_segment_size),
     "256MB", NULL, 16 * MB, TB, GRANT_UNIT, "Segment of long outputs, read-only for clients."},

    {"runtime", "instance", CHI_KEY_WORD, 0, IN_CONFIG(instance), NULL,
     "`CHI_INSTANCE`, else one per user", 1, CHI_CONFIG_INSTANCE_MAX, 0,
     "Name that clients find this runtime by."},
    {"runtime", "socket_dir", CHI_KEY_TEXT, 0, IN_CONFIG(socket_dir), NULL,
     "`CHI_SOCKET_DIR`, else `XDG_RUNTIME_DIR`, else `/tmp/chimaera-<uid>`", 1, 90, 0,
     "Folder of the control socket."},
    {"runtime", "group", CHI_KEY_TEXT, 0, IN_CONFIG(group), NULL, "none: this user only", 1, 255, 0,
     "Group whose members may attach."},
    {"runtime", "sched_threads", CHI_KEY_COUNT, 0, IN_CONFIG(sched_threads), NULL,
     "half the cores, 1 to 32", 1, 64, 0, "Workers for low-latency queues."},
    {"runtime", "slow_threads", CHI_KEY_COUNT, 0, IN_CONFIG(slow_threads), "1", NULL, 0, 64, 0,
     "Workers for high-latency queues; with 0 the others serve them."},
    {"runtime", "stack_size", CHI_KEY_SIZE, 0, IN_CONFIG(stack_size), "128KB", NULL, 16 * KB,
     64 * MB, 0, "Stack of a running task."},
    {"runtime", "max_fibers", CHI_KEY_COUNT, 0, IN_CONFIG(max_fibers), "1024", NULL, 4, 8192, 0,
     "Tasks of a client that may wait on a worker before no other of its is started there."},
    {"runtime", "queue_depth", CHI_KEY_COUNT, CHI_KEY_POWER_OF_TWO, IN_CONFIG(queue_depth), "1024",
     NULL, 16, 65536, 0, "Tasks a client may have in one lane."},
    {"runtime", "lane_map_policy", CHI_KEY_POLICY, 0, IN_CONFIG(lane_map_policy), "round_robin",
     NULL, 0, 0, 0, "How lanes are spread over workers."},
    {"runtime", "first_busy_wait", CHI_KEY_DURATION, 0, IN_CONFIG(first_busy_wait_ns), "50us", NULL,
     0, CHI_NS_PER_S, 0, "How long an idle worker polls before it sleeps, at first."},
    {"runtime", "max_sleep", CHI_KEY_DURATION, 0, IN_CONFIG(max_sleep_ns), "1s", NULL,
     CHI_NS_PER_MS, HOUR, 0, "The longest a worker sleeps without a look around."},
    {"runtime", "stall_ms", CHI_KEY_COUNT, 0, IN_CONFIG(stall_ms), "100", NULL, 0, 60000, 0,
     "Milliseconds a task may hold its worker before others serve its lanes; 0: for ever."},
    {"runtime", "max_clients", CHI_KEY_COUNT, 0, IN_CONFIG(max_clients), "64", NULL, 1, 1024, 0,
     "Processes attached at a time."},
    {"runtime", "grace_period", CHI_KEY_DURATION, 0, IN_CONFIG(grace_period_ns), "5s", NULL, 0,
     HOUR, 0, "How long running tasks may go on when the runtime stops."},

    {"logging", "level", CHI_KEY_LEVEL, 0, IN_CONFIG(log_level), "info", NULL, 1, 1024, 0,
     "What is logged; `CHI_LOG` and `CHI_DEBUG` win over it."},
    {"logging", "file", CHI_KEY_TEXT, 0, IN_CONFIG(log_file), NULL, "standard error", 1, 4095, 0,
     "File that the log is appended to."},

    {"modules", "path", CHI_KEY_PATHS, 0, IN_CONFIG(module_paths), NULL, "none", 1, 4095, 0,
     "Folders of module libraries, after those of `CHI_REPO_PATH`."},

    {"compose", "mod_name", CHI_KEY_WORD, CHI_KEY_REQUIRED, IN_POOL(mod_name), NULL, "required", 1,
     64, 0, "Module of a pool made at start, such as `chimaera_bdev`."},
    {"compose", "pool_name", CHI_KEY_TEXT, CHI_KEY_REQUIRED, IN_POOL(pool_name), NULL, "required",
     1, CHI_POOL_NAME_MAX, 0, "The pool's name."},
    {"compose", "pool_query", CHI_KEY_QUERY, 0, IN_POOL(pool_query), "local", NULL, 0, 0, 0,
     "Where its containers are made."},
    {"compose", "pool_id", CHI_KEY_POOL_ID, 0, IN_POOL(pool_id), NULL, "chosen by the runtime", 0,
     0, 0, "The pool's id."},
    {"compose", "containers_per_node", CHI_KEY_COUNT, 0, IN_POOL(containers), "1", NULL, 1,
     CHI_CONTAINERS_MAX, 0, "Containers on each node; may be written `containers`."},
    {0},
};

const struct chi_key *chi_key_find(const char *section, const char *name)
{
    if (strcmp(section, "compose") == 0 && strcmp(name, "containers") == 0)
        name = "containers_per_node";
    for (const struct chi_key *key = chi_keys; key->name; key++) {
        if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

static int wrong(const struct chi_key *key, const char *text, const char *expected)
{
    char bounds[CHI_KEY_BOUNDS_SIZE];
    chi_key_bounds(key, bounds);
    return chi_error(CHI_ECONFIG, "%s: \"%.64s\" is wrong: expected %s%s%s", key->name, text,
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
        rc = chi_text_duration(text, CHI_NS_PER_US, number);
    if (rc || *number < key->lowest || *number > key->highest)
        return wrong(key, text, expected);
    if ((key->flags & CHI_KEY_POWER_OF_TWO) && (*number & (*number - 1)) != 0)
        return wrong(key, text, expected);
    if (key->unit)
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
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *policy = i;
            return 0;
        }
        chi_nearest_offer(&nearest, names[i]);
    }
    char hint[CHI_NEAREST_HINT_SIZE];
    return chi_error(CHI_ECONFIG, "%s: \"%.64s\" is wrong: expected " POLICY_CHOICES "%s",
                     key->name, text, chi_nearest_hint(&nearest, hint));
}

static bool is_word(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")] ==
           '\0';
}

static int no_memory(void)
{
    return chi_error(-ENOMEM, "no memory to read the configuration");
}

static int read_text(const struct chi_key *key, const char *text, const char *expected, char **out)
{
    size_t size = strlen(text);
    if (size < key->lowest || size > key->highest || (key->type == CHI_KEY_WORD && !is_word(text)))
        return wrong(key, text, expected);
    struct chi_log_spec spec = {0};
    if (key->type == CHI_KEY_LEVEL && chi_log_spec_parse(text, &spec) != 0)
        return chi_error(CHI_ECONFIG, "%s: %s", key->name, chi_last_error());
    char *copy = strdup(text);
    if (!copy)
        return no_memory();
    free(*out);
    *out = copy;
    return 0;
}

/* Adds one folder to an array that is ended by NULL. */
static int add_path(const struct chi_key *key, const char *text, size_t size, char ***paths)
{
    if (size < key->lowest || size > key->highest)
        return chi_error(CHI_ECONFIG, "%s: an empty or too long folder name in \"%.64s\"",
                         key->name, text);
    size_t count = 0;
    while (*paths && (*paths)[count])
        count++;
    char **grown = realloc(*paths, (count + 2) * sizeof *grown);
    if (!grown)
        return no_memory();
    *paths = grown;
    grown[count] = strndup(text, size);
    grown[count + 1] = NULL;
    return grown[count] ? 0 : no_memory();
}

static int read_paths(const struct chi_key *key, const char *text, char ***paths)
{
    for (;; text++) {
        size_t size = strcspn(text, ":");
        int rc = add_path(key, text, size, paths);
        text += size;
        if (rc || !*text)
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
        if (!rc)
            *(uint64_t *)member = number;
        return rc;
    case CHI_KEY_COUNT:
        rc = read_number(key, text, expected, &number);
        if (!rc)
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
    case CHI_KEY_QUERY:
        rc = chi_pool_query_parse(text, member);
        return rc ? chi_error(CHI_ECONFIG, "%s: %s", key->name, chi_last_error()) : 0;
    case CHI_KEY_POOL_ID: {
        chi_pool_id_t id = {0, 0};
        if (chi_text_pool_id(text, &id) != 0 || chi_pool_id_is_null(id))
            return wrong(key, text, expected);
        *(chi_pool_id_t *)member = id;
        return 0;
    }
    }
    return chi_error(CHI_ECONFIG, "%s: a key of no type", key->name);
}

int chi_key_read_yaml(const struct chi_key *key, const char *file, const struct chi_yaml *value,
                      void *object)
{
    bool list = value->kind == CHI_YAML_LIST && key->type == CHI_KEY_PATHS;
    const struct chi_yaml *at = list ? value->first : value;
    while (at) {
        int rc = 0;
        if (at->kind != CHI_YAML_SCALAR)
            rc = chi_error(CHI_ECONFIG, "%s: expected %s, not a %s", key->name,
                           chi_key_type_text(key), at->kind == CHI_YAML_LIST ? "list" : "mapping");
        else if (at->null)
            rc = chi_error(CHI_ECONFIG, "%s: expected %s; leave the key out for the default",
                           key->name, chi_key_type_text(key));
        else
            rc = chi_key_read(key, at->text, object);
        if (rc == CHI_ECONFIG)
            return chi_error(rc, "%s:%d:%d: %s", file, at->line, at->column, chi_last_error());
        if (rc)
            return rc;
        at = list ? at->next : NULL;
    }
    return 0;
}

static bool in_section(const struct chi_key *key, const char *section)
{
    bool compose = strcmp(key->section, "compose") == 0;
    return section ? strcmp(key->section, section) == 0 : !compose;
}

int chi_keys_default(const char *section, void *object)
{
    for (const struct chi_key *key = chi_keys; key->name; key++) {
        int rc = 0;
        if (in_section(key, section) && key->fallback)
            rc = chi_key_read(key, key->fallback, object);
        if (rc)
            return rc;
    }
    return 0;
}

void chi_keys_fini(const char *section, void *object)
{
    for (const struct chi_key *key = chi_keys; key->name; key++) {
        if (!in_section(key, section))
            continue;
        void *member = (char *)object + key->offset;
        if (key->type == CHI_KEY_WORD || key->type == CHI_KEY_TEXT || key->type == CHI_KEY_LEVEL) {
            free(*(char **)member);
            *(char **)member = NULL;
        } else if (key->type == CHI_KEY_PATHS) {
            char **paths = *(char ***)member;
            for (size_t i = 0; paths && paths[i]; i++)
                free(paths[i]);
            free(paths);
            *(char ***)member = NULL;
        }
    }
}
