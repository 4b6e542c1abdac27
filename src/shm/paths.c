/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of a runtime instance. Called while attaching and at the daemon's start. */
#include "shm/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const segment_names[CHI_SEGMENT_COUNT] = {
    [CHI_SEGMENT_MAIN] = "main",
    [CHI_SEGMENT_CLIENT_DATA] = "client_data",
    [CHI_SEGMENT_RUNTIME_DATA] = "runtime_data",
};

static const char *env_or_null(const char *name)
{
    const char *value = secure_getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool instance_is_valid(const char *instance)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(instance);
    return length > 0 && length <= CHI_INSTANCE_MAX && strspn(instance, allowed) == length;
}

int chi_paths_resolve(const char *instance, const char *dir, struct chi_paths *paths)
{
    char by_user[32];

    memset(paths, 0, sizeof(*paths));
    if (instance == NULL)
        instance = env_or_null("CHI_INSTANCE");
    if (instance == NULL) {
        snprintf(by_user, sizeof(by_user), "u%u", (unsigned)geteuid());
        instance = by_user;
    }
    if (!instance_is_valid(instance))
        return -EINVAL;
    snprintf(paths->instance, sizeof(paths->instance), "%s", instance);

    if (dir == NULL)
        dir = env_or_null("CHI_SOCKET_DIR");
    paths->dir_is_named = dir != NULL;
    if (dir == NULL)
        dir = env_or_null("XDG_RUNTIME_DIR");
    int n = dir != NULL
                ? snprintf(paths->dir, sizeof(paths->dir), "%s", dir)
                : snprintf(paths->dir, sizeof(paths->dir), "/tmp/chimaera-%u", (unsigned)geteuid());
    if (n < 0 || (size_t)n >= sizeof(paths->dir))
        return -ENAMETOOLONG;
    n = snprintf(paths->socket, sizeof(paths->socket), "%s/chimaera.%s.sock", paths->dir, instance);
    if (n < 0 || (size_t)n >= sizeof(paths->socket))
        return -ENAMETOOLONG;
    n = snprintf(paths->lock, sizeof(paths->lock), "%s/chimaera.%s.lock", paths->dir, instance);
    if (n < 0 || (size_t)n >= sizeof(paths->lock))
        return -ENAMETOOLONG;
    for (int i = 0; i < CHI_SEGMENT_COUNT; i++)
        snprintf(paths->segment[i], sizeof(paths->segment[i]), "/chimaera.%s.%s", instance,
                 segment_names[i]);
    return 0;
}
