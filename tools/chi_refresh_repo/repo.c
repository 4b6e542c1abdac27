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
    struct gen_yaml yaml;
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

static void keys_check(struct search *search)
{
    const struct gen_yaml *yaml = &search->yaml;
    const struct chi_yaml *root = yaml->root;
    for (const struct chi_yaml *value = root->first; value; value = value->next) {
        struct gen_place place = gen_yaml_place(yaml, value);
        bool is_modules = strcmp(value->key, "modules") == 0;
        bool is_namespace = strcmp(value->key, "namespace") == 0;
        bool is_version = strcmp(value->key, "version") == 0;
        bool good = true;
        if (!is_modules && !is_namespace && !is_version && strcmp(value->key, "description") != 0) {
            gen_error(gen_yaml_key_place(yaml, value),
                      "unknown key '%s'; namespace, version, description or modules "
                      "would be right",
                      value->key);
            good = false;
        } else if ((value->kind == CHI_YAML_LIST) != is_modules) {
            gen_error(place, "'%s' is %s list; %s would be right", value->key,
                      is_modules ? "no" : "a", is_modules ? "lines like '- kv'" : "one value");
            good = false;
        } else if (is_version && !gen_name_is_version(value->text)) {
            gen_error(place, "'%s' is no version; one like 1.0.0 would be right", value->text);
            good = false;
        } else if (is_namespace && !gen_name_is_identifier(value->text)) {
            gen_error(place,
                      "'%s' is no namespace; letters, digits and '_', no digit "
                      "first, would be right",
                      value->text);
            good = false;
        } else if (is_namespace && gen_name_is_core(value->text)) {
            gen_error(place, "'%s' is the core's own; another namespace would be right",
                      value->text);
            good = false;
        } else if (is_namespace) {
            search->repo->namespace_ = value->text;
        }
        search->good &= good;
    }
    if (!chi_yaml_get(root, "namespace") && !root->incomplete) {
        gen_error(gen_yaml_place(yaml, root),
                  "key 'namespace' is missing; add a line 'namespace: ...'");
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
static void list_read(struct search *search, const struct chi_yaml *list, bool add)
{
    for (const struct chi_yaml *item = list->first; item; item = item->next) {
        struct gen_place place = gen_yaml_place(&search->yaml, item);
        char *folder = entry_is_good(item->text) ? entry_folder(search, item->text) : NULL;
        bool twice = false;
        for (const struct chi_yaml *other = list->first; other != item; other = other->next)
            twice = twice || strcmp(other->text, item->text) == 0;
        if (twice)
            gen_error(place, "module '%s' is listed twice; keep one line", item->text);
        else if (!entry_is_good(item->text))
            gen_error(place, "'%s' is no name of a folder; one like kv would be right", item->text);
        else if (!folder)
            gen_error(place,
                      "module '%s' is listed, but there is no %s/%s/%s; write it, or "
                      "leave the line out",
                      item->text, search->repo_folder, item->text, GEN_MODULE_FILE);
        search->good &= folder && !twice;
        if (folder && add)
            folder_add(search->repo, folder);
    }
}

static bool is_listed(const struct search *search, const struct chi_yaml *list, const char *folder)
{
    for (const struct chi_yaml *item = list->first; item; item = item->next) {
        char *listed = entry_is_good(item->text) ? entry_folder(search, item->text) : NULL;
        if (listed && is_same(listed, folder))
            return true;
    }
    return false;
}

static void listed_check(struct search *search, const struct chi_yaml *list, const char *folder)
{
    if (!list || is_listed(search, list, folder))
        return;
    gen_error(gen_yaml_place(&search->yaml, list),
              "module %s is not listed; a line for it under 'modules' would be right", folder);
    search->good = false;
}

/* Every folder of the path that has a module file, by name. */
static void folders_scan(struct search *search, const struct chi_yaml *list)
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
    memset(repo, 0, sizeof(*repo));
    bool found = repo_file_find(&search);
    search.good = found && gen_yaml_read(search.repo_file, NULL, &search.yaml);
    const struct chi_yaml *root = search.yaml.root;
    if (root)
        keys_check(&search);
    const struct chi_yaml *list = root ? chi_yaml_get(root, "modules") : NULL;
    if (list && list->kind != CHI_YAML_LIST)
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
