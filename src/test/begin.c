/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Begin and end of a test: a runtime in this process, its folder and its environment. Test thread
 * only.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/core/runtime.h"
#include "runtime/host/embedded.h"
#include "runtime/host/stepper.h"
#include "shm/segment.h"
#include "test/allocations.h"
#include "test/test.h"

#define TMPDIR_MAX 36 /* longer folders exceed the size of a socket's path */

static const char small_config[] = "memory:\n"
                                   "  main_segment_size: 16MB\n"
                                   "  client_data_segment_size: 64MB\n"
                                   "  runtime_data_segment_size: 32MB\n"
                                   "runtime:\n"
                                   "  sched_threads: 1\n"
                                   "  slow_threads: 0\n"
                                   "  grace_period: 1s\n"
                                   "logging:\n"
                                   "  level: warn\n";

struct chi_test chi_test;

/* ---- folder and environment */

static const char *const variables[CHI_TEST_VARIABLES] = {"CHI_INSTANCE", "CHI_SOCKET_DIR",
                                                          "CHI_WITH_RUNTIME", "CHI_REPO_PATH"};

/* Modules are searched first in the folders of the test, then in those of the environment. */
static int set_environment(const char *modules, const char *more_modules)
{
    for (int i = 0; i < CHI_TEST_VARIABLES; i++) {
        const char *value = secure_getenv(variables[i]);
        chi_test.saved[i] = value != NULL ? strdup(value) : NULL;
    }
    const char *parts[3] = {modules, more_modules, chi_test.saved[3]};
    char *path = NULL;
    if (asprintf(&path, "%s:%s:%s", parts[0] != NULL ? parts[0] : "",
                 parts[1] != NULL ? parts[1] : "", parts[2] != NULL ? parts[2] : "") < 0)
        return chi_error(-ENOMEM, "out of memory for the path of modules");
    setenv(variables[0], chi_test.instance, 1);
    setenv(variables[1], chi_test.dir, 1);
    unsetenv(variables[2]);
    setenv(variables[3], path, 1);
    free(path);
    return 0;
}

static void restore_environment(void)
{
    for (int i = 0; i < CHI_TEST_VARIABLES; i++) {
        if (chi_test.saved[i] != NULL)
            setenv(variables[i], chi_test.saved[i], 1);
        else
            unsetenv(variables[i]);
        free(chi_test.saved[i]);
        chi_test.saved[i] = NULL;
    }
}

/* mkdtemp() makes the folder's name unique; the name of the instance is derived from it. */
static int make_folder(void)
{
    const char *tmp = secure_getenv("TMPDIR");
    if (tmp == NULL || tmp[0] != '/' || strlen(tmp) > TMPDIR_MAX)
        tmp = "/tmp";
    snprintf(chi_test.dir, sizeof(chi_test.dir), "%s/chi-test-XXXXXX", tmp);
    if (mkdtemp(chi_test.dir) == NULL)
        return chi_error(-errno, "cannot create the folder %s: %s", chi_test.dir, strerror(errno));
    snprintf(chi_test.instance, sizeof(chi_test.instance), "test-%d-%s", (int)getpid(),
             strrchr(chi_test.dir, '-') + 1);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st, (void)type, (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(chi_test.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    chi_test.dir[0] = '\0';
}

/* ---- configuration */

static int replace(char **text, const char *with)
{
    free(*text);
    *text = strdup(with);
    return *text != NULL ? 0 : chi_error(-ENOMEM, "out of memory for the configuration");
}

static int parse(const struct chi_test_options *options, struct chi_config *config)
{
    const char *text = options->config != NULL ? options->config : small_config;
    const char *compose = options->compose != NULL ? options->compose : "";
    size_t size = strlen(text) + strlen(compose) + 16;
    char *whole = malloc(size);

    if (whole == NULL)
        return chi_error(-ENOMEM, "out of memory for the configuration");
    int n =
        snprintf(whole, size, "%s%s%s", text, compose[0] != '\0' ? "\ncompose:\n" : "", compose);
    int rc = chi_config_parse("test", whole, (size_t)n, config);
    free(whole);
    return rc;
}

static int configure(const struct chi_test_options *options, struct chi_config *config)
{
    int rc = parse(options, config);
    if (rc < 0)
        return rc;
    if (options->sched_threads != 0)
        config->sched_threads = options->sched_threads;
    if (options->slow_threads != 0)
        config->slow_threads = options->slow_threads;
    rc = replace(&config->instance, chi_test.instance);
    if (rc == 0)
        rc = replace(&config->socket_dir, chi_test.dir);
    if (rc < 0)
        chi_config_fini(config);
    return rc;
}

/* ---- begin */

/* Clients receive descriptors, so the names are not needed. A test that crashes leaves no memory.
 */
static void unlink_segments(void)
{
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        chi_segment_unlink(chi_test.runtime->paths.segment[s]);
}

static int start(const struct chi_test_options *options)
{
    struct chi_runtime_mode mode = {.stepped = options->mode != CHI_TEST_THREADS,
                                    .seed = options->seed,
                                    .adjust_backend = chi_test_adjust_backend};
    struct chi_config config;

    int rc = configure(options, &config);
    if (rc == 0)
        rc = chi_embedded_start(&config, &mode, &chi_test.runtime);
    if (rc < 0)
        return rc;
    unlink_segments();
    if (chi_test_status_get(&chi_test.idle) < 0)
        rc = chi_error(-EIO, "the runtime does not report its status");
    if (rc == 0 && options->mode == CHI_TEST_DIRECT)
        chi_direct_open(chi_test.runtime);
    else if (rc == 0)
        rc = chi_client_init();
    if (rc < 0)
        chi_embedded_stop();
    return rc;
}

int chi_test_begin_at(const struct chi_test_options *options, const char *modules)
{
    const struct chi_test_options defaults = {0};

    if (chi_test.runtime != NULL && chi_test.pid == getpid())
        return chi_error(-EALREADY, "chi_test_begin() was called twice without chi_test_end()");
    if (options == NULL)
        options = &defaults;
    if ((int)options->mode < CHI_TEST_STEPPED || options->mode > CHI_TEST_THREADS)
        return chi_error(-EINVAL, "invalid mode %d of a test", (int)options->mode);
    memset(&chi_test, 0, sizeof(chi_test));
    chi_test.pid = getpid();
    chi_test.mode = options->mode;
    chi_test_allocations_reset();
    chi_test_descriptors_get(&chi_test.descriptors);
    int rc = make_folder();
    if (rc < 0)
        return rc;
    rc = set_environment(options->modules, modules);
    if (rc == 0)
        rc = start(options);
    if (rc < 0) {
        chi_test.runtime = NULL;
        restore_environment();
        remove_folder();
    }
    return rc;
}

const char *chi_test_dir(void)
{
    return chi_test.dir;
}

/* ---- end */

int chi_test_end(void)
{
    if (chi_test.runtime == NULL || chi_test.pid != getpid()) {
        fprintf(stderr,
                "chi_test_end: no runtime runs; chi_test_begin() failed or was not called\n");
        return 1;
    }
    chi_test_fail_nth(0);
    if (chi_test.mode != CHI_TEST_THREADS)
        chi_stepper_run(chi_test.runtime);
    int leaks = chi_test_count_client_leaks();
    if (chi_test.mode == CHI_TEST_DIRECT)
        chi_direct_close(chi_test.runtime);
    else
        chi_client_fini();
    leaks += chi_test_count_runtime_leaks();
    if (chi_embedded_stop() < 0) { /* the runtime still holds the rest */
        fprintf(stderr, "left behind: a task that did not end; the runtime with all it has\n");
        leaks++;
    } else {
        leaks += chi_test_count_process_leaks();
    }
    chi_test.runtime = NULL;
    restore_environment();
    remove_folder();
    return leaks;
}
