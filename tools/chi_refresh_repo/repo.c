/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads chimaera_repo.yaml and compares its list of modules with the folders that are there. */
#include "repo.h"

#include "arena.h"
#include "module.h"
#include "names.h"
#include "yaml_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    const char *path; /* as given */
    char *repo_file;
    char *repo_folder;
    bool is_above; /* the repository file lies above the path */
    struct gen_repo *repo;
    bool good;
};

static bool has_file(const char *folder, const char *name)
{
    return access(gen_format("%s/%s", folder, name), F_OK) == 0;
}

static bool is_same(const char *a, const char *b)
{
    struct stat left;
    struct stat right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

static void folder_add(struct gen_repo *repo, char *folder)
{
    for (size_t i = 0; i < repo->folder_count; i++)
        if (is_same(repo->folders[i], folder))
            return;
    repo->folders = gen_grow(repo->folders, repo->folder_count, sizeof(*repo->folders));
    repo->folders[repo->folder_count++] = folder;
}

/* The repository file in the path or the nearest folder above it. */
static bool repo_file_find(struct search *search)
{
    char absolute[PATH_MAX];
    if (has_file(search->path, GEN_REPO_FILE)) {
        search->repo_folder = gen_format("%s", search->path);
    } else if (realpath(search->path, absolute)) {
        search->is_above = true;
        for (char *slash; !search->repo_folder && (slash = strrchr(absolute, '/'));) {
            *slash = '\0';
            if (has_file(absolute, GEN_REPO_FILE))
                search->repo_folder = gen_format("%s", absolute);
        }
    }
    if (!search->repo_folder) {
        struct gen_place place = {gen_format("%s/%s", search->path, GEN_REPO_FILE), 1, 1};
        gen_error(place, "the file is missing, here and in every folder above; one with the line "
                         "'namespace: ...' would be right");
        return false;
    }
    search->repo_file = gen_format("%s/%s", search->repo_folder, GEN_REPO_FILE);
    return true;
}

static void keys_check(struct search *search, const struct gen_yaml_node *root)
{
    for (size_t i = 0; i < root->count; i++) {
        const struct gen_yaml_node *key = gen_yaml_key(root, i);
        const struct gen_yaml_node *value = gen_yaml_value(root, i);
        bool is_modules = strcmp(key->text, "modules") == 0;
        bool is_namespace = strcmp(key->text, "namespace") == 0;
        bool is_version = strcmp(key->text, "version") == 0;
        bool good = true;
        if (!is_modules && !is_namespace && !is_version && strcmp(key->text, "description") != 0) {
            gen_error(key->place,
                      "unknown key '%s'; namespace, version, description or modules "
                      "would be right",
                      key->text);
            good = false;
        } else if ((value->kind == GEN_YAML_LIST) != is_modules) {
            gen_error(value->place, "'%s' is %s list; %s would be right", key->text,
                      is_modules ? "no" : "a", is_modules ? "lines like '- kv'" : "one value");
            good = false;
        } else if (is_version && !gen_name_is_version(value->text)) {
            gen_error(value->place, "'%s' is no version; one like 1.0.0 would be right",
                      value->text);
            good = false;
        } else if (is_namespace && !gen_name_is_identifier(value->text)) {
            gen_error(value->place,
                      "'%s' is no namespace; letters, digits and '_', no digit "
                      "first, would be right",
                      value->text);
            good = false;
        } else if (is_namespace && gen_name_is_core(value->text)) {
            gen_error(value->place, "'%s' is the core's own; another namespace would be right",
                      value->text);
            good = false;
        } else if (is_namespace) {
            search->repo->namespace_ = value->text;
        }
        search->good &= good;
    }
    if (!gen_yaml_get(root, "namespace") && !root->incomplete) {
        gen_error(root->place, "key 'namespace' is missing; add a line 'namespace: ...'");
        search->good = false;
    }
}

/* Whether the entry names a folder below: kv, or extras/kv. */
static bool entry_is_good(const char *entry)
{
    size_t size;
    do {
        size = strcspn(entry, "/");
        if (size == 0 || entry[0] == '.')
            return false;
        entry += size + (entry[size] == '/');
    } while (*entry);
    return entry[-1] != '/';
}

/* The folder of a list's entry, next to the repository file or in the path; NULL: none. */
static char *entry_folder(const struct search *search, const char *entry)
{
    char *next = gen_format("%s/%s", search->repo_folder, entry);
    char *inside = gen_format("%s/%s", search->path, entry);
    if (has_file(next, GEN_MODULE_FILE))
        return next;
    return has_file(inside, GEN_MODULE_FILE) ? inside : NULL;
}

/* Checks the entries; where the list says what the modules are, adds them. */
static void list_read(struct search *search, const struct gen_yaml_node *list, bool add)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct gen_yaml_node *item = &list->items[i];
        char *folder = entry_is_good(item->text) ? entry_folder(search, item->text) : NULL;
        bool twice = false;
        for (size_t j = 0; j < i && !twice; j++)
            twice = strcmp(list->items[j].text, item->text) == 0;
        if (twice)
            gen_error(item->place, "module '%s' is listed twice; keep one line", item->text);
        else if (!entry_is_good(item->text))
            gen_error(item->place, "'%s' is no name of a folder; one like kv would be right",
                      item->text);
        else if (!folder)
            gen_error(item->place,
                      "module '%s' is listed, but there is no %s/%s/%s; write it, or "
                      "leave the line out",
                      item->text, search->repo_folder, item->text, GEN_MODULE_FILE);
        search->good &= folder && !twice;
        if (folder && add)
            folder_add(search->repo, folder);
    }
}

static bool is_listed(const struct search *search, const struct gen_yaml_node *list,
                      const char *folder)
{
    for (size_t i = 0; i < list->count; i++) {
        char *listed =
            entry_is_good(list->items[i].text) ? entry_folder(search, list->items[i].text) : NULL;
        if (listed && is_same(listed, folder))
            return true;
    }
    return false;
}

static void listed_check(struct search *search, const struct gen_yaml_node *list,
                         const char *folder)
{
    if (!list || is_listed(search, list, folder))
        return;
    gen_error(list->place, "module %s is not listed; a line for it under 'modules' would be right",
              folder);
    search->good = false;
}

/* Every folder of the path that has a module file, by name. */
static void folders_scan(struct search *search, const struct gen_yaml_node *list)
{
    struct dirent **entries;
    int count = scandir(search->path, &entries, NULL, alphasort);
    if (count < 0) {
        struct gen_place place = {search->path, 1, 1};
        gen_error(place, "the folder cannot be read: %s; a readable one would be right",
                  strerror(errno));
        search->good = false;
        return;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char *folder = gen_format("%s/%s", search->path, name);
        if (name[0] != '.' && has_file(folder, GEN_MODULE_FILE)) {
            listed_check(search, list, folder);
            folder_add(search->repo, folder);
        }
        free(entries[i]);
    }
    free(entries);
}

bool gen_repo_read(const char *path, struct gen_repo *repo)
{
    struct search search = {.path = path, .repo = repo, .good = true};
    struct gen_yaml_node root = {0};
    memset(repo, 0, sizeof(*repo));
    bool found = repo_file_find(&search);
    bool readable = found && gen_yaml_read(search.repo_file, NULL, &root);
    search.good = readable;
    if (root.items)
        keys_check(&search, &root);
    const struct gen_yaml_node *list = root.items ? gen_yaml_get(&root, "modules") : NULL;
    if (list && list->kind != GEN_YAML_LIST)
        list = NULL;
    if (has_file(path, GEN_MODULE_FILE)) {
        if (search.is_above)
            listed_check(&search, list, path);
        folder_add(repo, gen_format("%s", path));
        return search.good;
    }
    if (list)
        list_read(&search, list, !search.is_above);
    folders_scan(&search, list);
    if (search.good && !repo->folder_count) {
        struct gen_place place = {search.repo_file, 1, 1};
        gen_error(place, "there is no module in %s; a folder with a %s would be right", path,
                  GEN_MODULE_FILE);
        search.good = false;
    }
    return search.good;
}
