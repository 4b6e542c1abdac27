/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters of the plugin. See settings.h. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#define DEFAULT_MEMORY ((uint64_t)64 << 20)

struct settings settings = {.memory = DEFAULT_MEMORY};

static int set_name(const char *key, const char *value)
{
    if (*value == '\0') {
        nbdkit_error("%s must not be empty", key);
        return -1;
    }
    settings.pool = nbdkit_strdup_intern(value);
    return settings.pool != NULL ? 0 : -1;
}

static int set_instance(const char *key, const char *value)
{
    (void)key;
    return setenv("CHI_INSTANCE", value, 1);
}

static int set_socket_dir(const char *key, const char *value)
{
    (void)key;
    char *path = nbdkit_absolute_path(value); /* the server may change its working directory */
    int rc = path != NULL ? setenv("CHI_SOCKET_DIR", path, 1) : -1;
    free(path);
    return rc;
}

static int set_container(const char *key, const char *value)
{
    return nbdkit_parse_uint32_t(key, value, &settings.container);
}

/* Returns the index of `value` in `names`, or -1 with an error. */
static int choose(const char *key, const char *value, const char *const *names)
{
    struct chi_nearest nearest = {.word = value};
    char hint[CHI_NEAREST_HINT_SIZE];
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(value, names[i]) == 0)
            return i;
        chi_nearest_offer(&nearest, names[i]);
    }
    nbdkit_error("%s=%s: unknown %s%s", key, value, key, chi_nearest_hint(&nearest, hint));
    return -1;
}

static int set_create(const char *key, const char *value)
{
    static const char *const names[] = {"file", "ram", NULL};
    int choice = choose(key, value, names);
    settings.create = true;
    settings.type = choice == 1 ? CHIMAERA_BDEV_TYPE_RAM : CHIMAERA_BDEV_TYPE_FILE;
    return choice < 0 ? -1 : 0;
}

static int set_engine(const char *key, const char *value)
{
    static const char *const names[] = {"auto", "uring", "threads", NULL};
    int choice = choose(key, value, names);
    settings.engine = choice < 0 ? CHIMAERA_BDEV_ENGINE_AUTO : (enum chimaera_bdev_engine)choice;
    return choice < 0 ? -1 : 0;
}

static int set_io_depth(const char *key, const char *value)
{
    return nbdkit_parse_uint32_t(key, value, &settings.io_depth);
}

static int set_bytes(const char *key, const char *value, uint64_t *bytes)
{
    if (chi_text_size(value, bytes) == 0 && *bytes > 0)
        return 0;
    nbdkit_error("%s=%s is not a number of bytes, such as 67108864 or 64MB", key, value);
    return -1;
}

static int set_size(const char *key, const char *value)
{
    return set_bytes(key, value, &settings.size);
}

static int set_memory(const char *key, const char *value)
{
    return set_bytes(key, value, &settings.memory);
}

static const struct {
    const char *name;
    int (*set)(const char *key, const char *value);
} keys[] = {
    {"pool", set_name},     {"instance", set_instance},   {"socket-dir", set_socket_dir},
    {"size", set_size},     {"container", set_container}, {"memory", set_memory},
    {"create", set_create}, {"engine", set_engine},       {"io-depth", set_io_depth},
};

int settings_set(const char *key, const char *value)
{
    struct chi_nearest nearest = {.word = key};
    char hint[CHI_NEAREST_HINT_SIZE];
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i].name) == 0)
            return keys[i].set(key, value);
        chi_nearest_offer(&nearest, keys[i].name);
    }
    nbdkit_error("unknown parameter \"%s\"%s", key, chi_nearest_hint(&nearest, hint));
    return -1;
}

int settings_check(void)
{
    const char *wrong = NULL;
    if (settings.pool == NULL)
        wrong = "pool=NAME is missing, the bdev pool to export";
    else if (settings.create && settings.type == CHIMAERA_BDEV_TYPE_RAM && settings.size == 0)
        wrong = "create=ram needs size=SIZE";
    else if (!settings.create &&
             (settings.engine != CHIMAERA_BDEV_ENGINE_AUTO || settings.io_depth != 0))
        wrong = "engine and io-depth apply to a pool that is created; add create=file";
    if (wrong != NULL)
        nbdkit_error("%s", wrong);
    return wrong != NULL ? -1 : 0;
}

const char settings_help[] =
    "[pool=]NAME      (required) bdev pool to export; its mode is raw\n"
    "instance=NAME    daemon (default: CHI_INSTANCE, else this user's)\n"
    "socket-dir=DIR   folder of its socket (default: CHI_SOCKET_DIR, ...)\n"
    "create=file|ram  create the pool if it is missing; a file's name is its path\n"
    "size=SIZE        its size, such as 64MB; an existing pool must have it\n"
    "engine=ENGINE    of a created file: auto, uring or threads (default: auto)\n"
    "io-depth=N       of a created file: operations in flight (default: 32)\n"
    "container=N      container of a pool that has several (default: 0)\n"
    "memory=SIZE      shared memory for all requests in flight (default: 64MB)";
