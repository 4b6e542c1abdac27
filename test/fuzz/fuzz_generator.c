/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generator's readers: the first byte says which of the three files the rest is; the others are
 * right. Whatever it is, it is read, or refused with a place in a file, and never crashes.
 */
#include "fuzz.h"

#include "arena.h"
#include "diagnostic.h"
#include "emit_exec.h"
#include "emit_methods.h"
#include "emit_schema.h"
#include "module.h"
#include "permanence.h"
#include "repo.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned errors;

void gen_error(struct gen_place place, const char *format, ...)
{
    char text[4096];
    va_list list;
    va_start(list, format);
    int size = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    MUST(place.file && place.line > 0 && place.column > 0 && size > 0);
    errors++;
}

unsigned gen_error_count(void)
{
    return errors;
}

static char folder[64];

static void store(const char *name, const void *data, size_t size)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wbe");
    MUST(file && fwrite(data, 1, size, file) == size);
    MUST(fclose(file) == 0);
}

#define STORE(name, text) store(name, text, sizeof(text) - 1)

static void remove_folder(void)
{
    static const char *const paths[] = {"kv/include/chimaera/kv/autogen/kv_methods.h",
                                        "kv/include/chimaera/kv/autogen",
                                        "kv/include/chimaera/kv/kv_tasks.h",
                                        "kv/include/chimaera/kv",
                                        "kv/include/chimaera",
                                        "kv/include",
                                        "kv/chimaera_mod.yaml",
                                        "kv",
                                        "chimaera_repo.yaml",
                                        ""};
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        char path[160];
        snprintf(path, sizeof(path), "%s/%s", folder, paths[i]);
        remove(path);
    }
}

static void make_folder(void)
{
    static const char *const paths[] = {"kv", "kv/include", "kv/include/chimaera",
                                        "kv/include/chimaera/kv", "kv/include/chimaera/kv/autogen"};
    bool made = false;
    for (int i = 0; i < 2 && !made; i++) {
        strcpy(folder, i == 0 ? "/dev/shm/chi_test_fuzz_XXXXXX" : "/tmp/chi_test_fuzz_XXXXXX");
        made = mkdtemp(folder) != NULL;
    }
    MUST(made);
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        char path[160];
        snprintf(path, sizeof(path), "%s/%s", folder, paths[i]);
        MUST(mkdir(path, 0700) == 0);
    }
    atexit(remove_folder);
}

static void store_right_ones(void)
{
    STORE("chimaera_repo.yaml", "namespace: chimaera\nmodules:\n  - kv\n");
    STORE("kv/chimaera_mod.yaml",
          "module_name: kv\nnamespace: chimaera\nversion: 1.0.0\nkPut: 10\n");
    STORE("kv/include/chimaera/kv/kv_tasks.h",
          "struct chimaera_kv_put_task {\n    struct chi_task base;\n    IN uint8_t x;\n};\n");
    STORE("kv/include/chimaera/kv/autogen/kv_methods.h",
          "enum chimaera_kv_method {\n    CHIMAERA_KV_METHOD_PUT = 10,\n};\n");
}

static void emit_all(const struct gen_module *module)
{
    MUST(gen_emit_methods(module).size > 0);
    MUST(gen_emit_runtime_methods(module).size > 0);
    MUST(gen_emit_schema(module).size > 0);
    MUST(gen_emit_exec(module).size > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"chimaera_repo.yaml", "kv/chimaera_mod.yaml",
                                        "kv/include/chimaera/kv/kv_tasks.h",
                                        "kv/include/chimaera/kv/autogen/kv_methods.h"};
    struct gen_repo repo;
    if (size == 0)
        return 0;
    if (!folder[0])
        make_folder();
    store_right_ones();
    store(names[data[0] % 4], data + 1, size - 1);
    errors = 0;
    bool good = gen_repo_read(folder, &repo);
    MUST(good == (errors == 0));
    for (size_t i = 0; i < repo.folder_count; i++) {
        struct gen_module module = {0};
        unsigned before = errors;
        bool read = gen_module_read(repo.folders[i], repo.namespace_, &module);
        MUST(read || errors > 0);
        MUST(!read || errors == before);
        if (module.prefix)
            gen_permanence_check(&module);
        if (errors == 0)
            emit_all(&module);
    }
    gen_arena_fini();
    return 0;
}
