/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting and stopping a runtime. Order of the start: lock, segments, socket, workers, admin pool,
 * composed pools, clients. The stop goes in the opposite order, also after a failed start.
 */
#include "runtime/host/start.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/log.h"
#include "lane/bell.h"
#include "runtime/control/control.h"
#include "runtime/control/instance.h"
#include "runtime/control/sigbus.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/host/call.h"
#include "runtime/host/crash.h"
#include "runtime/host/memory.h"
#include "runtime/host/stepper.h"
#include "runtime/module/pool.h"
#include "runtime/module/pool_table.h"
#include "runtime/pools/compose.h"
#include "runtime/pools/pool_request.h"
#include "runtime/pools/pools.h"
#include "runtime/sched/orchestrator.h"
#include "runtime/sched/scheduler.h"
#include "runtime/sync/deadlock_monitor.h"
#include "runtime/worker/lifetime.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/share.h"
#include "runtime/worker/worker.h"

#define START_TIMEOUT_NS (60 * CHI_NS_PER_S)
#define STOP_POLL_NS     (CHI_NS_PER_MS)
/* What a stop may take after the grace period: what is cancelled and pools, then threads. */
#define CLEAN_UP_NS    (3 * CHI_NS_PER_S / 2)
#define END_THREADS_NS (CHI_NS_PER_S / 2)

/* The daemon's runtime, for chi_runtime_abandon(). */
static struct {
    struct chi_runtime *_Atomic runtime; /* NULL: it has no names yet */
    atomic_bool ends;                    /* its thread removes the names */
} of_daemon;

/* ---- workers and origins */

static int create_workers(struct chi_runtime *runtime)
{
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        enum chi_priority priority = w < runtime->sched_count ? CHI_LOW_LATENCY : CHI_HIGH_LATENCY;
        int rc = chi_scheduler_create_worker(runtime, w, priority, &runtime->workers[w]);
        if (rc < 0)
            return chi_error(rc, "cannot create worker %u: %s", w, chi_strerror(rc));
    }
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        int rc = chi_worker_start(runtime->workers[w]);
        if (rc < 0)
            return chi_error(rc, "cannot start worker %u: %s", w, chi_strerror(rc));
    }
    return 0;
}

static int create_origins(struct chi_runtime *runtime)
{
    runtime->origins = calloc(runtime->max_clients + 1, sizeof(*runtime->origins));
    if (runtime->origins == NULL)
        return -ENOMEM;
    struct chi_origin *own = &runtime->origins[runtime->max_clients];
    int rc = chi_origin_init(runtime, own, CHI_OWNER_RUNTIME);
    if (rc == 0)
        atomic_store_explicit(&own->state, CHI_ORIGIN_LIVE, memory_order_release);
    return rc;
}

static int find_group(const struct chi_config *config, gid_t *gid)
{
    if (config->group == NULL)
        return 0;
    struct group *group = getgrnam(config->group);
    if (group == NULL)
        return chi_error(CHI_ECONFIG, "runtime.group: there is no group \"%s\"", config->group);
    *gid = group->gr_gid;
    return 0;
}

int chi_runtime_check(const struct chi_config *config)
{
    uint32_t workers = config->sched_threads + config->slow_threads;
    gid_t gid;
    if (workers > CHI_MAX_WORKERS)
        return chi_error(CHI_ECONFIG,
                         "runtime.sched_threads + runtime.slow_threads is %u; %u workers are "
                         "possible",
                         workers, CHI_MAX_WORKERS);
    return find_group(config, &gid);
}

/* Low latency workers come first. The bits of a bell limit the number of lanes. */
static int size_up(struct chi_runtime *runtime)
{
    const struct chi_config *config = &runtime->config;
    int rc = chi_runtime_check(config);
    if (rc < 0)
        return rc;
    runtime->sched_count = config->sched_threads;
    runtime->worker_count = config->sched_threads + config->slow_threads;
    runtime->max_clients = config->max_clients;
    chi_share_divide(runtime);
    uint32_t room = CHI_RUNG_WORDS * 64 / runtime->max_clients;
    runtime->lanes_per_client = runtime->sched_count < room ? runtime->sched_count : room;
    atomic_store_explicit(&runtime->grace_period_ns, config->grace_period_ns, memory_order_relaxed);
    return 0;
}

static int find_paths(struct chi_runtime *runtime)
{
    int rc =
        chi_paths_resolve(runtime->config.instance, runtime->config.socket_dir, &runtime->paths);
    if (rc == -EINVAL)
        return chi_error(rc, "CHI_INSTANCE must have 1 to %d letters, digits, '-' and '_'",
                         CHI_INSTANCE_MAX);
    if (rc < 0)
        return chi_error(rc,
                         "the path of the socket's folder (runtime.socket_dir, CHI_SOCKET_DIR or "
                         "XDG_RUNTIME_DIR) is too long");
    return 0;
}

/* ---- pools of the configuration; on a worker */

struct compose {
    struct chi_runtime *runtime;
    char error[1024];
};

static int compose_all(void *argument)
{
    struct compose *compose = argument;
    struct chi_runtime *runtime = compose->runtime;
    struct chi_pool_request admin = {.mod_name = "chimaera_admin",
                                     .pool_name = "admin",
                                     .params = "",
                                     .pool_id = CHI_ADMIN_POOL_ID};
    struct chi_pool_answer answer;

    int rc = chi_pool_get_or_create(runtime, &admin, &answer);
    if (rc < 0)
        snprintf(compose->error, sizeof(compose->error), "%s", chi_last_error());
    for (size_t i = 0; rc == 0 && i < runtime->config.pool_count; i++) {
        rc = chi_compose_pool(runtime, &runtime->config.pools[i]);
        if (rc < 0)
            snprintf(compose->error, sizeof(compose->error), "%s", chi_last_error());
    }
    return rc;
}

static int create_pools(struct chi_runtime *runtime)
{
    struct compose *compose = calloc(1, sizeof(*compose));
    if (compose == NULL)
        return -ENOMEM;
    compose->runtime = runtime;
    int rc = chi_runtime_call(runtime, compose_all, compose, START_TIMEOUT_NS);
    if (rc == -ETIMEDOUT) {
        atomic_store(&runtime->abandoned, true);
        return chi_error(rc, "the pools of the configuration were not created within a minute");
    }
    if (rc < 0)
        chi_error(rc, "%s", compose->error[0] != '\0' ? compose->error : chi_strerror(rc));
    free(compose);
    return rc;
}

/* ---- start */

static int destroy_pools(void *argument)
{
    return chi_pool_destroy_all(argument);
}

static void begin_end(const struct chi_runtime *runtime)
{
    if (atomic_load(&of_daemon.runtime) == runtime)
        atomic_store(&of_daemon.ends, true);
}

/* Frees a runtime whose threads have ended. */
static void destroy(struct chi_runtime *runtime)
{
    begin_end(runtime);
    if (runtime->control != NULL)
        chi_control_destroy(runtime->control);
    chi_sigbus_disarm(runtime);
    chi_crash_unwatch(runtime);
    for (uint32_t w = 0; w < runtime->worker_count; w++)
        if (runtime->workers[w] != NULL)
            chi_worker_destroy(runtime->workers[w]);
    chi_deadlock_monitor_fini(runtime);
    if (runtime->pools != NULL)
        chi_pool_table_destroy(runtime->pools);
    for (uint32_t i = 0; runtime->origins != NULL && i <= runtime->max_clients; i++)
        chi_origin_fini(&runtime->origins[i]);
    free(runtime->origins);
    chi_runtime_destroy_memory(runtime);
    chi_instance_unlock(&runtime->paths, runtime->lock_fd);
    chi_stepper_destroy(runtime);
    if (runtime->stop_fd >= 0)
        close(runtime->stop_fd);
    pthread_mutex_destroy(&runtime->memory_lock);
    pthread_mutex_destroy(&runtime->call_lock);
    pthread_cond_destroy(&runtime->call_done);
    chi_config_fini(&runtime->config);
    free(runtime);
}

static int start(struct chi_runtime *runtime)
{
    int rc = size_up(runtime);
    if (rc == 0 && runtime->mode.stepped)
        rc = chi_stepper_create(runtime);
    if (rc == 0)
        rc = find_group(&runtime->config, &runtime->group);
    if (rc == 0)
        rc = find_paths(runtime);
    if (rc == 0)
        rc = chi_instance_lock(&runtime->paths, runtime->config.socket_dir == NULL,
                               &runtime->lock_fd);
    if (rc == 0)
        rc = chi_runtime_create_memory(runtime);
    if (rc == 0)
        rc = chi_instance_lock_segment(&runtime->paths);
    if (rc == 0)
        rc = create_origins(runtime);
    if (rc == 0)
        rc = chi_pool_table_create(runtime, &runtime->pools);
    if (rc == 0)
        rc = chi_control_create(runtime, &runtime->control);
    if (rc == 0 && !runtime->mode.embedded)
        chi_crash_watch(runtime);
    if (rc == 0)
        rc = chi_sigbus_arm(runtime);
    if (rc == 0 && runtime->config.stall_ms > 0)
        runtime->moves_lanes = chi_orchestrator_start();
    if (rc == 0)
        rc = create_workers(runtime);
    if (rc == 0)
        rc = create_pools(runtime);
    if (rc == 0) {
        atomic_store_explicit(&runtime->state, CHI_RUNTIME_RUNNING, memory_order_release);
        rc = chi_control_start(runtime->control);
    }
    return rc;
}

int chi_runtime_start(struct chi_config *config, struct chi_runtime **out)
{
    const struct chi_runtime_mode mode = {0};
    return chi_runtime_start_mode(config, &mode, out);
}

int chi_runtime_start_mode(struct chi_config *config, const struct chi_runtime_mode *mode,
                           struct chi_runtime **out)
{
    struct chi_runtime *runtime = calloc(1, sizeof(*runtime));
    pthread_condattr_t attributes;

    if (runtime == NULL)
        return chi_error(-ENOMEM, "out of memory");
    runtime->config = *config;
    runtime->mode = *mode;
    memset(config, 0, sizeof(*config));
    runtime->control_fd = -1;
    runtime->lock_fd = -1;
    runtime->read_only_fd = -1;
    runtime->started_ns = chi_clock_now_ns();
    runtime->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&runtime->call_lock, NULL);
    pthread_mutex_init(&runtime->memory_lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&runtime->call_done, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!mode->embedded)
        atomic_store(&of_daemon.runtime, runtime);

    int rc = start(runtime);
    if (rc < 0) {
        char reason[512];
        snprintf(reason, sizeof(reason), "%s", chi_last_error());
        chi_runtime_stop(runtime);
        return chi_error(rc, "%s", reason);
    }
    chi_log_info("runtime", "instance %s runs: %u workers, socket %s", runtime->paths.instance,
                 runtime->worker_count, runtime->paths.socket);
    *out = runtime;
    return 0;
}

/* ---- stop */

/* Returns the number of tasks of this origin in flight, plus its periodic tasks. */
static int64_t tasks_of(const struct chi_runtime *runtime, const struct chi_origin *origin)
{
    if (atomic_load_explicit(&origin->state, memory_order_acquire) == CHI_ORIGIN_FREE)
        return 0;
    return chi_origin_in_flight(runtime, origin) +
           atomic_load_explicit(&origin->held, memory_order_acquire);
}

static int64_t tasks_of_all(const struct chi_runtime *runtime)
{
    int64_t tasks = 0;
    for (uint32_t i = 0; i <= runtime->max_clients; i++)
        tasks += tasks_of(runtime, &runtime->origins[i]);
    return tasks;
}

static bool has_no_tasks(void *runtime)
{
    return tasks_of_all(runtime) <= 0;
}

static uint64_t left_until(uint64_t deadline_ns)
{
    uint64_t now = chi_clock_now_ns();
    return now < deadline_ns ? deadline_ns - now : 0;
}

static bool wait_for_tasks(struct chi_runtime *runtime, uint64_t deadline_ns, const char *trouble)
{
    if (runtime->stepper != NULL)
        chi_stepper_wait(runtime, has_no_tasks, runtime, left_until(deadline_ns));
    for (;;) {
        int64_t tasks = tasks_of_all(runtime);
        if (tasks <= 0)
            return true;
        if (left_until(deadline_ns) == 0 || runtime->stepper != NULL) {
            chi_log_warn("runtime", "%lld tasks %s", (long long)tasks, trouble);
            return false;
        }
        struct timespec pause = {.tv_nsec = STOP_POLL_NS};
        nanosleep(&pause, NULL);
    }
}

/* A constructor that does not return keeps the dynamic linker's lock: nothing can be unloaded. */
static bool is_loading(struct chi_runtime *runtime)
{
    if (runtime->pools == NULL)
        return false;
    pthread_mutex_lock(&runtime->pools->lock);
    const struct chi_module *module = chi_module_loading(&runtime->pools->modules, NULL);
    if (module != NULL)
        chi_log_error("modules", "the constructors of %s do not return", module->path);
    pthread_mutex_unlock(&runtime->pools->lock);
    return module != NULL;
}

/* Logs which tasks still hold their workers. After all lanes went home. */
static void tell_left_behind(struct chi_runtime *runtime)
{
    char text[400];
    for (uint32_t w = 0; w < runtime->worker_count && runtime->workers[w] != NULL; w++)
        if (runtime->workers[w]->thread.started &&
            chi_orchestrator_describe(runtime->workers[w], text, sizeof(text)))
            chi_log_error("runtime", "worker %u is left behind in %s", w, text);
}

int chi_runtime_stop(struct chi_runtime *runtime)
{
    uint64_t grace = atomic_load_explicit(&runtime->grace_period_ns, memory_order_relaxed);
    uint64_t drained = chi_clock_deadline_ns(chi_clock_now_ns(), grace);
    uint64_t cleaned_up = chi_clock_deadline_ns(drained, CLEAN_UP_NS);
    uint64_t ended = chi_clock_deadline_ns(cleaned_up, END_THREADS_NS);
    bool clean = !atomic_load(&runtime->abandoned);
    bool works = runtime->workers[0] != NULL && runtime->workers[0]->thread.started;

    atomic_store_explicit(&runtime->state, CHI_RUNTIME_STOPPING, memory_order_release);
    if (works && clean) {
        chi_runtime_scan(runtime); /* ends periodic tasks */
        clean = wait_for_tasks(runtime, drained,
                               "have not ended within the grace period and are cancelled");
        if (!clean) {
            atomic_store_explicit(&runtime->cancel_all, true, memory_order_relaxed);
            chi_runtime_scan(runtime);
            clean = wait_for_tasks(runtime, cleaned_up, "do not end, although they were cancelled");
            /* Destroy may need subtasks. */
            atomic_store_explicit(&runtime->cancel_all, !clean, memory_order_relaxed);
        }
    }
    bool loading = is_loading(runtime);
    /* Pools whose tasks go on cannot be destroyed. */
    if (works && clean)
        clean =
            chi_runtime_call(runtime, destroy_pools, runtime, left_until(cleaned_up)) != -ETIMEDOUT;
    clean = clean && !loading; /* that thread uses the table of modules */
    atomic_store(&runtime->abandoned, !clean);
    if (runtime->control != NULL)
        chi_control_stop(runtime->control);
    /* No thread moves lanes any more. */
    clean = chi_orchestrator_recall(runtime, left_until(ended)) && clean;
    for (uint32_t w = 0; w < runtime->worker_count && runtime->workers[w] != NULL; w++)
        if (chi_worker_stop(runtime->workers[w], left_until(ended)) < 0)
            clean = false;
    if (!clean) {
        /* Stacks and memory are still in use: only names in the file system are removed. */
        tell_left_behind(runtime);
        chi_log_error("runtime", "stopped with tasks that did not end");
        begin_end(runtime);
        chi_instance_remove_names(runtime);
        chi_stepper_destroy(runtime); /* no thread steps it any more */
        return -EBUSY;
    }
    chi_log_debug("runtime", "instance %s stopped", runtime->paths.instance);
    destroy(runtime);
    return 0;
}

bool chi_runtime_abandon(bool stops)
{
    struct chi_runtime *runtime = atomic_load(&of_daemon.runtime);
    if (atomic_load(&of_daemon.ends))
        return false;
    if (runtime == NULL)
        return true;
    if (!stops && atomic_load(&runtime->state) == CHI_RUNTIME_RUNNING) {
        chi_runtime_request_stop(runtime, UINT64_MAX);
        return false;
    }
    chi_instance_remove_names(runtime);
    return true;
}

const char *chi_runtime_instance(const struct chi_runtime *runtime)
{
    return runtime->paths.instance;
}

int chi_runtime_stop_fd(const struct chi_runtime *runtime)
{
    return runtime->stop_fd;
}
