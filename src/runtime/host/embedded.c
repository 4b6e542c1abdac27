/* SPDX-License-Identifier: BSD-3-Clause */
/* The embedded runtime, one per process: functions of chimaera/config.h. See embedded.h. */
#include "runtime/host/embedded.h"

#include <errno.h>

#include "chimaera/config.h"
#include "chimaera/log.h"
#include "runtime/core/runtime.h"
#include "runtime/host/start.h"

static struct {
    pthread_mutex_t lock;
    struct chi_runtime *runtime;
} g = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Its threads do not exist in a forked child, which therefore has no runtime. */
static void forget_in_child(void)
{
    pthread_mutex_init(&g.lock, NULL);
    g.runtime = NULL;
}

static void set_up_once(void)
{
    pthread_atfork(NULL, NULL, forget_in_child);
}

/* Lock held. */
static int start(struct chi_config *config, const struct chi_runtime_mode *mode)
{
    int rc = chi_log_configure(config->log_level, config->log_file);
    if (rc < 0) {
        chi_config_fini(config);
        return rc;
    }
    struct chi_runtime_mode embedded = *mode;
    embedded.embedded = true;
    return chi_runtime_start_mode(config, &embedded, &g.runtime);
}

static int lock_free_place(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up_once);
    pthread_mutex_lock(&g.lock);
    return g.runtime != NULL ? chi_error(-EALREADY, "this process already runs a runtime") : 0;
}

int chi_embedded_start(struct chi_config *config, const struct chi_runtime_mode *mode,
                       struct chi_runtime **runtime)
{
    int rc = lock_free_place();
    if (rc == 0)
        rc = start(config, mode);
    else
        chi_config_fini(config);
    *runtime = rc == 0 ? g.runtime : NULL;
    pthread_mutex_unlock(&g.lock);
    return rc;
}

int chi_embedded_stop(void)
{
    pthread_mutex_lock(&g.lock);
    int rc = g.runtime != NULL ? chi_runtime_stop(g.runtime) : 0;
    g.runtime = NULL;
    pthread_mutex_unlock(&g.lock);
    return rc;
}

int chi_runtime_init(const char *config_path)
{
    const struct chi_runtime_mode mode = {0};
    struct chi_config config;

    int rc = lock_free_place();
    if (rc == 0)
        rc = chi_config_load(config_path, &config);
    if (rc == 0)
        rc = start(&config, &mode);
    pthread_mutex_unlock(&g.lock);
    return rc;
}

void chi_runtime_fini(void)
{
    chi_embedded_stop();
}
