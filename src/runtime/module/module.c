/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding, loading and checking modules. On a worker with the pool table's lock held, on threads
 * that load, or on the thread of chi_compose_check() with its own table.
 */
#include "runtime/module/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "runtime/module/module_hint.h"

#define NAME_MAX_LENGTH 128

struct search {
    const char *file; /* lib<name>_runtime.so */
    char found[PATH_MAX];
    char tried[400]; /* for the message */
};

static bool try_folder(struct search *search, const char *folder, size_t length)
{
    size_t used = strlen(search->tried);
    bool absolute = length > 0 && folder[0] == '/'; /* never the working directory */
    if (length == 0)
        return false;
    int n = snprintf(search->found, sizeof(search->found), "%.*s/%s", (int)length, folder,
                     search->file);
    if (n < 0 || (size_t)n >= sizeof(search->found))
        return false;
    if (absolute && access(search->found, F_OK) == 0)
        return true;
    snprintf(search->tried + used, sizeof(search->tried) - used, "%s%.*s%s", used > 0 ? ", " : "",
             (int)length, folder, absolute ? "" : " (not absolute)");
    return false;
}

static bool try_list(struct search *search, const char *list)
{
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ":");
        if (try_folder(search, list, length))
            return true;
        list += length + (list[length] == ':');
    }
    return false;
}

static bool try_own_folder(struct search *search)
{
    Dl_info info;
    if (dladdr((const void *)chi_module_get, &info) == 0 || info.dli_fname == NULL)
        return false;
    char *path = realpath(info.dli_fname, NULL);
    char *slash = path != NULL ? strrchr(path, '/') : NULL;
    bool found = slash != NULL && try_folder(search, path, (size_t)(slash - path));
    free(path);
    return found;
}

static bool find(const struct chi_module_table *table, struct search *search)
{
    if (try_list(search, secure_getenv("CHI_REPO_PATH")))
        return true;
    for (char **path = table->paths; path != NULL && *path != NULL; path++)
        if (try_list(search, *path))
            return true;
    return try_own_folder(search);
}

static bool name_is_valid(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= NAME_MAX_LENGTH &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
               length;
}

static int check(const struct chi_module_descriptor *descriptor, const char *name, const char *path)
{
    if (descriptor == NULL)
        return chi_error(CHI_EBADMODULE,
                         "%s exports no chi_module_descriptor; end the module's "
                         "runtime source with CHI_TASK_CC(%s, \"version\")",
                         path, name);
    if (descriptor->magic != CHI_MODULE_MAGIC)
        return chi_error(CHI_EBADMODULE,
                         "%s: its chi_module_descriptor has magic 0x%x, expected "
                         "0x%x",
                         path, descriptor->magic, CHI_MODULE_MAGIC);
    if (descriptor->abi != CHI_MODULE_ABI)
        return chi_error(CHI_EABI,
                         "%s was built for module interface %u, this runtime has %u; "
                         "rebuild it",
                         path, descriptor->abi, CHI_MODULE_ABI);
    if (descriptor->name == NULL || strcmp(descriptor->name, name) != 0)
        return chi_error(CHI_EBADMODULE, "%s says it is module \"%s\", expected \"%s\"", path,
                         descriptor->name != NULL ? descriptor->name : "", name);
    if (descriptor->container_size < sizeof(struct chi_container) || descriptor->ops == NULL ||
        descriptor->ops->run == NULL || descriptor->ops->monitor == NULL ||
        descriptor->ops->schema == NULL || descriptor->ops->new_copy == NULL ||
        descriptor->ops->aggregate == NULL || descriptor->ops->del == NULL ||
        descriptor->ops->save_in == NULL || descriptor->ops->load_in == NULL ||
        descriptor->ops->save_out == NULL || descriptor->ops->load_out == NULL)
        return chi_error(CHI_EBADMODULE, "%s: its descriptor is incomplete", path);
    return 0;
}

/* ---- loading; on the thread that loads */

static void load(struct chi_module *module)
{
    int rc = chi_library_open(&module->library, module->path, module->copied);
    if (rc == 0) {
        module->descriptor = dlsym(module->library.handle, "chi_module_descriptor");
        rc = check(module->descriptor, module->name, module->path);
        if (rc < 0)
            chi_library_close(&module->library);
    }
    module->rc = rc;
    if (rc < 0)
        snprintf(module->reason, sizeof(module->reason), "%s%s", chi_last_error(),
                 module->library.copy >= 0 ? "; it cannot be unloaded: restart after it is mended"
                                           : "");
    else
        chi_log_info("modules", "loaded %s %s from %s", module->name, module->descriptor->version,
                     module->path);
    /* Release: pairs with the acquire in chi_module_get(). */
    atomic_store_explicit(&module->state, rc < 0 ? CHI_MODULE_FAILED : CHI_MODULE_READY,
                          memory_order_release);
}

static void *load_apart(void *module)
{
    load(module);
    return NULL;
}

static int begin_loading(struct chi_module *module, enum chi_module_loading loading)
{
    if (loading != CHI_MODULE_HERE)
        return chi_thread_create(NULL, "chi-loader", load_apart, module);
    load(module);
    return 0;
}

/* ---- the table; its lock is held */

static struct chi_module *look_up(const struct chi_module_table *table, const char *name)
{
    struct chi_module *module = atomic_load_explicit(&table->first, memory_order_relaxed);
    while (module != NULL && strcmp(module->name, name) != 0)
        module = module->next;
    return module;
}

static struct chi_module *add(struct chi_module_table *table, const char *name)
{
    struct chi_module *module = calloc(1, sizeof(*module));
    if (module == NULL)
        return NULL;
    module->name = strdup(name);
    if (module->name == NULL) {
        free(module);
        return NULL;
    }
    atomic_init(&module->state, CHI_MODULE_UNLOADED);
    module->library.copy = -1;
    module->copied = table->loading == CHI_MODULE_COPIED;
    module->next = atomic_load_explicit(&table->first, memory_order_relaxed);
    /* Release: pairs with the acquire in chi_module_at(). */
    atomic_store_explicit(&table->first, module, memory_order_release);
    return module;
}

/* Begins to load it from there. Relaxed: a thread that loads begins after this. */
static int start(struct chi_module_table *table, struct chi_module *module, const char *path)
{
    free(module->path);
    module->path = strdup(path);
    if (module->path == NULL)
        return -ENOMEM;
    atomic_store_explicit(&module->state, CHI_MODULE_LOADING, memory_order_relaxed);
    int rc = begin_loading(module, table->loading);
    if (rc < 0)
        atomic_store_explicit(&module->state, CHI_MODULE_UNLOADED, memory_order_relaxed);
    return rc;
}

static int find_and_load(struct chi_module_table *table, const char *name)
{
    char file[NAME_MAX_LENGTH + 32];
    struct search search = {.file = file};

    if (!name_is_valid(name))
        return chi_error(CHI_ENOMODULE,
                         "\"%.64s\" is not a module name; expected <namespace>_<module>", name);
    snprintf(file, sizeof(file), "lib%s_runtime.so", name);
    if (!find(table, &search)) {
        char hint[CHI_MODULE_HINT_SIZE];
        return chi_error(CHI_ENOMODULE,
                         "cannot find %s in %s; add its folder to modules.path or "
                         "CHI_REPO_PATH%s",
                         file, search.tried, chi_module_hint(search.tried, name, hint));
    }
    struct chi_module *module = look_up(table, name);
    if (module == NULL)
        module = add(table, name);
    int rc = module != NULL ? start(table, module, search.found) : -ENOMEM;
    return rc < 0 ? chi_error(rc, "cannot load %s: %s", search.found, chi_strerror(rc)) : 0;
}

/* Returns why a module could not be loaded. The next caller tries again, if it was unloaded. */
static int take_failure(struct chi_module *module)
{
    if (module->library.copy < 0)
        atomic_store_explicit(&module->state, CHI_MODULE_UNLOADED, memory_order_relaxed);
    return chi_error(module->rc, "%s", module->reason);
}

int chi_module_get(struct chi_module_table *table, const char *name, const struct chi_module **out)
{
    for (int round = 0; round < 2; round++) {
        struct chi_module *module = look_up(table, name);
        /* Acquire: pairs with the release in load(). */
        int state = module != NULL ? atomic_load_explicit(&module->state, memory_order_acquire)
                                   : CHI_MODULE_UNLOADED;
        *out = module;
        if (state == CHI_MODULE_READY)
            return 0;
        if (state == CHI_MODULE_FAILED)
            return take_failure(module);
        if (state == CHI_MODULE_LOADING)
            return -EAGAIN;
        int rc = find_and_load(table, name);
        if (rc < 0)
            return rc;
    }
    return -EAGAIN;
}

const struct chi_module *chi_module_loading(const struct chi_module_table *table, const char *name)
{
    const struct chi_module *module = atomic_load_explicit(&table->first, memory_order_relaxed);
    while (module != NULL &&
           ((name != NULL && strcmp(module->name, name) != 0) ||
            atomic_load_explicit(&module->state, memory_order_acquire) != CHI_MODULE_LOADING))
        module = module->next;
    return module;
}

const struct chi_module *chi_module_at(const struct chi_module_table *table, const void *base)
{
    const struct chi_module *module = atomic_load_explicit(&table->first, memory_order_acquire);
    while (module != NULL &&
           (atomic_load_explicit(&module->state, memory_order_acquire) != CHI_MODULE_READY ||
            module->library.base != base))
        module = module->next;
    return module;
}

void chi_module_table_fini(struct chi_module_table *table)
{
    struct chi_module *module = atomic_exchange(&table->first, NULL);
    while (module != NULL) {
        struct chi_module *next = module->next;
        chi_library_close(&module->library);
        free(module->name);
        free(module->path);
        free(module);
        module = next;
    }
}
