/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding, loading and checking modules. On a worker with the pool table's lock held, or on the
 * thread of chi_compose_check() with its own table.
 */
#include "runtime/module/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int chi_module_get(struct chi_module_table *table, const char *name, const struct chi_module **out)
{
    char file[NAME_MAX_LENGTH + 32];
    struct search search = {.file = file};

    for (struct chi_module *m = table->first; m != NULL; m = m->next) {
        if (strcmp(m->name, name) == 0) {
            *out = m;
            return 0;
        }
    }
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

    struct chi_module *module = calloc(1, sizeof(*module));
    if (module == NULL)
        return chi_error(-ENOMEM, "out of memory while loading %s", search.found);
    module->name = strdup(name);
    module->path = strdup(search.found);
    int rc = module->name != NULL && module->path != NULL ? 0 : -ENOMEM;
    if (rc == 0) {
        module->handle = dlopen(module->path, RTLD_NOW | RTLD_LOCAL);
        if (module->handle == NULL)
            rc = chi_error(CHI_EBADMODULE, "cannot load %s: %s", module->path, dlerror());
    }
    if (rc == 0) {
        module->descriptor = dlsym(module->handle, "chi_module_descriptor");
        rc = check(module->descriptor, name, module->path);
    }
    if (rc < 0) {
        if (module->handle != NULL)
            dlclose(module->handle);
        free(module->name);
        free(module->path);
        free(module);
        return rc;
    }
    module->next = table->first;
    table->first = module;
    *out = module;
    chi_log_info("modules", "loaded %s %s from %s", name, module->descriptor->version,
                 module->path);
    return 0;
}

void chi_module_table_fini(struct chi_module_table *table)
{
    while (table->first != NULL) {
        struct chi_module *module = table->first;
        table->first = module->next;
        dlclose(module->handle);
        free(module->name);
        free(module->path);
        free(module);
    }
}
