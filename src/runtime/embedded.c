/* SPDX-License-Identifier: BSD-3-Clause */
/* chi_runtime_init(): the runtime inside an application. */
#include <errno.h>

#include "chimaera/config.h"
#include "chimaera/log.h"
#include "runtime/runtime.h"

static struct {
    pthread_mutex_t lock;
    struct chi_runtime *runtime;
} g = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Its threads are not in the child of a fork: there it is as if there were none. */
static void forget_in_child(void)
{
    pthread_mutex_init(&g.lock, NULL);
    g.runtime = NULL;
}

static void set_up_once(void)
{
    pthread_atfork(NULL, NULL, forget_in_child);
}

int chi_runtime_init(const char *config_path)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct chi_config config;

    pthread_once(&once, set_up_once);
    pthread_mutex_lock(&g.lock);
    int rc = g.runtime != NULL ? chi_error(-EALREADY, "this process runs a runtime already") : 0;
    if (rc == 0)
        rc = chi_config_load(config_path, &config);
    if (rc == 0) {
        rc = chi_log_configure(config.log_level, config.log_file);
        if (rc < 0)
            chi_config_fini(&config);
        else
            rc = chi_runtime_start(&config, &g.runtime);
    }
    pthread_mutex_unlock(&g.lock);
    return rc;
}

void chi_runtime_fini(void)
{
    pthread_mutex_lock(&g.lock);
    if (g.runtime != NULL)
        chi_runtime_stop(g.runtime);
    g.runtime = NULL;
    pthread_mutex_unlock(&g.lock);
}
