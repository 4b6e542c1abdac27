/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes to a file beside the target and renames it; compares line by line. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int folders_create(const char *path)
{
    char *folder = gen_copy(path, strlen(path));
    for (char *slash = folder + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(folder, 0777) && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return 0;
}

static int replace(const char *path, const struct gen_text *text)
{
    char *fresh = gen_format("%s.%ld.tmp", path, (long)getpid());
    int rc = folders_create(path);
    if (rc)
        return rc;
    FILE *file = fopen(fresh, "wxe");
    if (!file)
        return -errno;
    bool good = fwrite(text->data, 1, text->size, file) == text->size;
    rc = good ? 0 : -errno;
    if (fclose(file) && !rc)
        rc = -errno;
    if (!rc && rename(fresh, path))
        rc = -errno;
    if (rc)
        unlink(fresh);
    return rc;
}

static bool is_same(const char *path, const struct gen_text *text)
{
    char *data;
    size_t size;
    return gen_file_read(path, &data, &size) == 0 && size == text->size &&
           memcmp(data, text->data, size) == 0;
}

enum gen_output_result gen_output_write(const char *path, const struct gen_text *text)
{
    if (is_same(path, text))
        return GEN_SAME;
    int rc = replace(path, text);
    if (!rc)
        return GEN_CHANGED;
    fprintf(stderr, "chi_refresh_repo: cannot write %s: %s\n", path, strerror(-rc));
    return GEN_FAILED;
}

static void difference_print(const char *path, const char *have, const char *want)
{
    int line = 1;
    size_t have_size;
    size_t want_size;
    for (;; line++) {
        have_size = strcspn(have, "\n");
        want_size = strcspn(want, "\n");
        if (have_size != want_size || memcmp(have, want, have_size) != 0 ||
            have[have_size] != want[want_size] || !have[have_size])
            break;
        have += have_size + 1;
        want += want_size + 1;
    }
    printf("%s:%d: is stale\n  there:  %.*s\n  wanted: %.*s\n", path, line, (int)have_size, have,
           (int)want_size, want);
}

enum gen_output_result gen_output_check(const char *path, const struct gen_text *text)
{
    char *data;
    size_t size;
    int rc = gen_file_read(path, &data, &size);
    if (rc == -ENOENT)
        printf("%s: is missing\n", path);
    else if (rc)
        printf("%s: cannot be read: %s\n", path, strerror(-rc));
    else if (size == text->size && memcmp(data, text->data, size) == 0)
        return GEN_SAME;
    else
        difference_print(path, data, text->data);
    return GEN_CHANGED;
}
