/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks for libraries of modules with a similar name. See module_hint.h. */
#include "runtime/module/module_hint.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PREFIX "lib"
#define SUFFIX "_runtime.so"

struct search {
    const char *name;
    char best[128];
    size_t distance; /* 0: the namespace is all that is missing */
};

static void offer(struct search *search, char *file)
{
    size_t size = strlen(file), name_size = strlen(search->name);
    size_t around = strlen(PREFIX) + strlen(SUFFIX);
    if (size <= around || strncmp(file, PREFIX, strlen(PREFIX)) != 0 ||
        strcmp(file + size - strlen(SUFFIX), SUFFIX) != 0)
        return;
    char *module = file + strlen(PREFIX);
    size -= around;
    module[size] = '\0';
    struct chi_nearest nearest = {.word = search->name};
    chi_nearest_offer(&nearest, module);
    bool lacks_namespace = size > name_size && module[size - name_size - 1] == '_' &&
                           strcmp(module + size - name_size, search->name) == 0;
    size_t distance = lacks_namespace ? 0 : nearest.distance;
    if ((lacks_namespace || nearest.best != NULL) &&
        (search->best[0] == '\0' || distance < search->distance)) {
        snprintf(search->best, sizeof(search->best), "%s", module);
        search->distance = distance;
    }
}

static void search_folder(struct search *search, const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        offer(search, entry->d_name);
    if (dir != NULL)
        closedir(dir);
}

char *chi_module_hint(const char *folders, const char *name, char hint[CHI_MODULE_HINT_SIZE])
{
    struct search search = {.name = name};
    while (*folders != '\0') {
        const char *end = strstr(folders, ", ");
        size_t size = end != NULL ? (size_t)(end - folders) : strlen(folders);
        char *folder = strndup(folders, size);
        if (folder != NULL && folder[0] == '/')
            search_folder(&search, folder);
        free(folder);
        folders += size + (end != NULL ? 2 : 0);
    }
    hint[0] = '\0';
    if (search.best[0] != '\0')
        snprintf(hint, CHI_MODULE_HINT_SIZE, "; did you mean %s?", search.best);
    return hint;
}
