/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chi_refresh_repo: writes what a module's yaml file and task structs imply. Everything is read and
 * checked first; where anything is wrong nothing is written.
 */
#include "arena.h"
#include "diagnostic.h"
#include "emit_exec.h"
#include "emit_methods.h"
#include "emit_schema.h"
#include "output.h"
#include "permanence.h"
#include "repo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PROGRAM "chi_refresh_repo"

struct options {
    const char *path;
    bool check;
    bool verbose;
    bool help;
    bool allow_renumber;
};

struct summary {
    size_t files;
    size_t changed;
    bool failed;
};

static const char usage[] =
    "Usage: " PROGRAM " PATH [--check] [--verbose] [--allow-renumber]\n"
    "\n"
    "Writes the generated files of modules from their chimaera_mod.yaml and <module>_tasks.h.\n"
    "PATH is a folder of modules or the folder of one module.\n"
    "\n"
    "  --check           write nothing; exit 1 and say what differs where a file is stale\n"
    "  --verbose         name each module and file, and whether it was written\n"
    "  --allow-renumber  let methods change their id or name, or go; programs built before then\n"
    "                    call the wrong method\n"
    "  --help            print this\n";

static int usage_error(const char *what, const char *value)
{
    fprintf(stderr, PROGRAM ": %s%s%s%s; try '" PROGRAM " --help'\n", what, *value ? " '" : "",
            value, *value ? "'" : "");
    return 2;
}

static int options_read(int argc, char **argv, struct options *options)
{
    bool ended = false;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (ended || argument[0] != '-') {
            if (options->path)
                return usage_error("more than one path:", argument);
            options->path = argument;
        } else if (strcmp(argument, "--") == 0) {
            ended = true;
        } else if (strcmp(argument, "--check") == 0) {
            options->check = true;
        } else if (strcmp(argument, "--verbose") == 0) {
            options->verbose = true;
        } else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            options->help = true;
        } else if (strcmp(argument, "--allow-renumber") == 0) {
            options->allow_renumber = true;
        } else {
            return usage_error("unknown option", argument);
        }
    }
    if (options->help)
        return 0;
    if (!options->path || !*options->path)
        return usage_error("no path is given", "");
    struct stat stat_;
    if (stat(options->path, &stat_))
        return usage_error(strerror(errno), options->path);
    if (!S_ISDIR(stat_.st_mode))
        return usage_error("not a folder:", options->path);
    size_t size = strlen(options->path);
    while (size > 1 && options->path[size - 1] == '/')
        size--;
    options->path = gen_copy(options->path, size);
    return 0;
}

static void file_refresh(const struct options *options, struct summary *summary, char *path,
                         struct gen_text text)
{
    enum gen_output_result result =
        options->check ? gen_output_check(path, &text) : gen_output_write(path, &text);
    summary->files++;
    summary->changed += result == GEN_CHANGED;
    summary->failed |= result == GEN_FAILED;
    if (options->verbose && result != GEN_FAILED)
        printf("  %s: %s\n", path,
               result == GEN_SAME ? "up to date"
               : options->check   ? "stale"
                                  : "written");
}

static void module_refresh(const struct options *options, struct summary *summary,
                           const struct gen_module *module)
{
    if (options->verbose)
        printf("%s (%s), %zu methods\n", module->folder, module->prefix, module->method_count);
    char *methods = gen_format("autogen/%s_methods.h", module->name);
    char *runtime = gen_format("autogen/%s_runtime_methods.h", module->name);
    file_refresh(options, summary, gen_module_include_path(module, methods),
                 gen_emit_methods(module));
    file_refresh(options, summary, gen_module_include_path(module, runtime),
                 gen_emit_runtime_methods(module));
    file_refresh(options, summary, gen_module_source_path(module, "schema.c"),
                 gen_emit_schema(module));
    file_refresh(options, summary, gen_module_source_path(module, "lib_exec.c"),
                 gen_emit_exec(module));
}

/* Reads and checks every module. */
static struct gen_module *modules_read(const struct options *options, const struct gen_repo *repo)
{
    struct gen_module *modules = gen_alloc((repo->folder_count + 1) * sizeof(*modules));
    for (size_t i = 0; i < repo->folder_count; i++) {
        struct gen_module *module = &modules[i];
        gen_module_read(repo->folders[i], repo->namespace_, module);
        if (module->prefix && !options->allow_renumber)
            gen_permanence_check(module);
        for (size_t j = 0; j < i; j++)
            if (module->prefix && modules[j].prefix &&
                strcmp(modules[j].upper, module->upper) == 0) /* kv and KV share macros */
                gen_error(module->place, "module '%s' is also in %s; another name would be right",
                          module->name, modules[j].folder);
    }
    return modules;
}

static int refresh(const struct options *options)
{
    struct gen_repo repo;
    struct summary summary = {0};
    gen_repo_read(options->path, &repo);
    struct gen_module *modules = modules_read(options, &repo);
    if (gen_error_count()) {
        fprintf(stderr, PROGRAM ": %u error%s; nothing was %s\n", gen_error_count(),
                gen_error_count() == 1 ? "" : "s", options->check ? "compared" : "written");
        return 1;
    }
    for (size_t i = 0; i < repo.folder_count; i++)
        module_refresh(options, &summary, &modules[i]);
    if (options->check && summary.changed)
        printf(PROGRAM ": %zu of %zu files are stale; run '" PROGRAM " %s'\n", summary.changed,
               summary.files, options->path);
    else
        printf(PROGRAM ": %zu module%s, %zu files, %zu %s\n", repo.folder_count,
               repo.folder_count == 1 ? "" : "s", summary.files,
               options->check ? summary.files : summary.changed,
               options->check ? "up to date" : "written");
    return summary.failed || (options->check && summary.changed);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    int rc = options_read(argc, argv, &options);
    if (rc == 0 && options.help)
        fputs(usage, stdout);
    else if (rc == 0)
        rc = refresh(&options);
    gen_arena_fini();
    if (fflush(stdout)) {
        perror(PROGRAM ": cannot print");
        return 1;
    }
    return rc;
}
