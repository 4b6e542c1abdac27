/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Creating, opening and destroying pools. A pool is in the table from the moment its name is taken,
 * but tasks find it only while it is READY. States, changed under the table's lock by the handler
 * that creates or destroys the pool:
 *
 *   CREATING -> READY   Create of every container has succeeded
 *   CREATING -> gone    one Create has failed
 *   READY -> DYING      a destroy begins: tasks do not find the pool any more, and periodic tasks
 *                       end; with `cancel`, then or later, so do parked and unstarted tasks
 *   DYING -> READY      a task of the pool waits for the destroying handler
 *   DYING -> gone       all tasks have completed and Destroy has run
 *
 * A worker that has found a pool counts the task in it before it handles its next message. So when
 * each worker has handled a message, all tasks of the pool are in its counts, and 0 means none.
 */
#include "runtime/pools/pools.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/runtime.h"
#include "runtime/module/module.h"
#include "runtime/module/pool.h"
#include "runtime/module/pool_table.h"
#include "runtime/module/schema_check.h"
#include "runtime/pools/lifecycle.h"
#include "runtime/pools/params_differ.h"
#include "runtime/pools/pool_request.h"
#include "runtime/sync/wait_chain.h"
#include "runtime/worker/scan_request.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

#define POLL_NS      (200 * CHI_NS_PER_US) /* between two checks of a handler that waits */
#define POLLS_A_WALK 50u                   /* between two checks for a wait chain */
#define PATIENCE_NS  (5 * CHI_NS_PER_S)    /* before a wait for a module is logged */

struct round {
    struct chi_message message;
    atomic_uint *left;
};

static void pass(struct chi_worker *worker, struct chi_message *message)
{
    (void)worker;
    atomic_fetch_sub_explicit(((struct round *)(void *)message)->left, 1, memory_order_release);
}

void chi_pool_pass_all_workers(struct chi_runtime *runtime)
{
    struct round rounds[CHI_MAX_WORKERS];
    atomic_uint left = runtime->worker_count;
    for (uint32_t w = 0; w < runtime->worker_count; w++) {
        rounds[w].message.handle = pass;
        rounds[w].left = &left;
        chi_worker_send(runtime->workers[w], &rounds[w].message);
    }
    while (atomic_load_explicit(&left, memory_order_acquire) > 0)
        chi_task_sleep(POLL_NS);
}

/* ---- get or create */

static int validate(const struct chi_pool_request *request)
{
    size_t length = strlen(request->pool_name);
    if (length == 0)
        return chi_error(CHI_EPOOL_NAME, "the pool name is empty");
    if (length > CHI_POOL_NAME_MAX)
        return chi_error(CHI_EPOOL_NAME, "the pool name has %zu bytes; the maximum is %u", length,
                         CHI_POOL_NAME_MAX);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)request->pool_name[i] < 0x20 || request->pool_name[i] == 0x7f)
            return chi_error(CHI_EPOOL_NAME, "the pool name has a control character at byte %zu",
                             i + 1);
    if (request->containers > CHI_CONTAINERS_MAX)
        return chi_error(-EINVAL, "pool \"%s\": %u containers; 1 to %u are possible",
                         request->pool_name, request->containers, CHI_CONTAINERS_MAX);
    return 0;
}

static int compare_module(const struct chi_pool *pool, const struct chi_pool_request *request)
{
    if (strcmp(pool->module->name, request->mod_name) != 0)
        return chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" exists with module %s, not %s", pool->name,
                         pool->module->name, request->mod_name);
    return chi_module_check_schemas(pool->module, request->schemas, request->schema_count,
                                    request->params, request->params_size);
}

/* Compares a request with an existing pool. Lock held. Returns 0, or why they differ. */
static int compare(const struct chi_pool *pool, const struct chi_pool_request *request)
{
    int rc = compare_module(pool, request);
    if (rc < 0)
        return rc;
    if (pool->params_size != request->params_size ||
        memcmp(pool->params, request->params, request->params_size) != 0)
        return chi_pool_params_differ(pool, request);
    if (request->containers != 0 && request->containers != pool->container_count)
        return chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" exists with %u containers, not %u",
                         pool->name, pool->container_count, request->containers);
    if (!chi_pool_id_is_null(request->pool_id) && !chi_pool_id_equal(request->pool_id, pool->id))
        return chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" exists with id %u.%u, not %u.%u",
                         pool->name, pool->id.major, pool->id.minor, request->pool_id.major,
                         request->pool_id.minor);
    return 0;
}

/*
 * Looks up the name, or takes it. Returns 0 and sets `existing`; 1 and sets `*made`, which is
 * CREATING; -EAGAIN if a pool of that name is being created or destroyed; or another code.
 */
static int look_up_or_take(struct chi_runtime *runtime, const struct chi_pool_request *request,
                           struct chi_pool_answer *existing, struct chi_pool **made)
{
    struct chi_pool_table *table = runtime->pools;
    struct chi_pool *pool = chi_pool_by_name(table, request->pool_name);
    const struct chi_module *module;

    if (pool != NULL) {
        if (atomic_load_explicit(&pool->state, memory_order_relaxed) != CHI_POOL_READY)
            return -EAGAIN;
        existing->pool_id = pool->id;
        existing->containers = pool->container_count;
        return compare(pool, request);
    }
    if (request->may_not_create)
        return -EPERM;
    int rc = chi_module_get(&table->modules, request->mod_name, &module);
    if (rc == 0)
        rc = chi_module_check_schemas(module, request->schemas, request->schema_count,
                                      request->params, request->params_size);
    if (rc < 0)
        return rc;
    chi_pool_id_t id = request->pool_id;
    if (chi_pool_id_is_null(id))
        id = chi_pool_fresh_id(table);
    else if (chi_pool_place(table, id) != NULL)
        return chi_error(CHI_EPOOL_EXISTS, "pool id %u.%u is taken", id.major, id.minor);
    pool = chi_pool_make(runtime, request, module, id);
    if (pool == NULL)
        return chi_error(-ENOMEM, "out of memory for pool \"%s\"", request->pool_name);
    rc = chi_pool_insert(table, pool);
    if (rc < 0) {
        chi_pool_free(pool);
        return rc;
    }
    *made = pool;
    return 1;
}

int chi_pool_await_module(struct chi_runtime *runtime, struct chi_module_wait *wait,
                          const char *mod_name)
{
    struct chi_pool_table *table = runtime->pools;
    uint64_t now = chi_clock_now_ns();
    char path[512] = "";

    if (wait->since_ns == 0)
        wait->since_ns = now;
    if (!wait->told && now - wait->since_ns >= PATIENCE_NS) {
        wait->told = true;
        pthread_mutex_lock(&table->lock);
        const struct chi_module *module = chi_module_loading(&table->modules, mod_name);
        if (module != NULL)
            snprintf(path, sizeof(path), "%s", module->path);
        pthread_mutex_unlock(&table->lock);
        if (path[0] != '\0')
            chi_log_warn("modules",
                         "%s is being loaded since %llu s: its constructors have not returned; who "
                         "asks for it waits",
                         path, (unsigned long long)((now - wait->since_ns) / CHI_NS_PER_S));
    }
    return chi_task_sleep(POLL_NS);
}

int chi_pool_get_or_create(struct chi_runtime *runtime, const struct chi_pool_request *request,
                           struct chi_pool_answer *answer)
{
    struct chi_pool_table *table = runtime->pools;
    struct chi_pool *pool = NULL;
    struct chi_module_wait wait = {0};

    *answer = (struct chi_pool_answer){0};
    int rc = validate(request);
    if (rc < 0)
        return rc;
    for (;;) {
        pthread_mutex_lock(&table->lock);
        rc = look_up_or_take(runtime, request, answer, &pool);
        pthread_mutex_unlock(&table->lock);
        if (rc != -EAGAIN)
            break;
        rc = chi_pool_await_module(runtime, &wait, request->mod_name);
        if (rc < 0)
            return chi_error(rc, "pool \"%s\": %s", request->pool_name, chi_strerror(rc));
    }
    if (rc <= 0)
        return rc;

    bool shield =
        chi_task_shield(true); /* the pool is completed or removed, even if the task is cancelled */
    char reason[256] = "";     /* the module's message, before others replace it */
    rc = chi_pool_create_containers(pool);
    if (rc < 0)
        snprintf(reason, sizeof(reason), "%s",
                 chi_last_error_code() == rc ? chi_last_error() : chi_strerror(rc));
    pthread_mutex_lock(&table->lock);
    if (rc < 0)
        chi_pool_drop(table, pool);
    else
        atomic_store_explicit(&pool->state, CHI_POOL_READY, memory_order_release);
    pthread_mutex_unlock(&table->lock);
    if (rc < 0) {
        chi_pool_pass_all_workers(runtime); /* no worker is in chi_pool_find() any more */
        chi_error(rc, "pool \"%s\": %s's Create failed: %s", pool->name, pool->module->name,
                  reason);
        chi_pool_free(pool);
        chi_task_shield(shield);
        return rc;
    }
    chi_task_shield(shield);
    chi_log_info("pools", "created %s (%s) as %u.%u", pool->name, pool->module->name,
                 pool->id.major, pool->id.minor);
    answer->pool_id = pool->id;
    answer->containers = pool->container_count;
    answer->created = true;
    return 0;
}

/* ---- open */

/* Lock held. Returns -EAGAIN if the pool is being created or destroyed. */
static int look_up(struct chi_pool_table *table, const struct chi_pool_request *request,
                   chi_pool_id_t *pool_id)
{
    chi_pool_id_t id = request->pool_id;
    struct chi_pool *pool = NULL;
    if (request->pool_name[0] != '\0') {
        pool = chi_pool_by_name(table, request->pool_name);
        if (pool == NULL)
            return chi_error(CHI_ENOPOOL, "there is no pool \"%s\"", request->pool_name);
    } else {
        _Atomic(struct chi_pool *) *place = chi_pool_place(table, id);
        if (place == NULL)
            return chi_error(CHI_ENOPOOL, "there is no pool %u.%u", id.major, id.minor);
        pool = atomic_load_explicit(place, memory_order_relaxed);
    }
    if (atomic_load_explicit(&pool->state, memory_order_relaxed) != CHI_POOL_READY)
        return -EAGAIN;
    if (!chi_pool_id_is_null(id) && !chi_pool_id_equal(id, pool->id))
        return chi_error(CHI_EPOOL_EXISTS, "pool \"%s\" has the id %u.%u, not %u.%u", pool->name,
                         pool->id.major, pool->id.minor, id.major, id.minor);
    *pool_id = pool->id;
    return request->mod_name[0] != '\0'
               ? compare_module(pool, request)
               : chi_module_check_schemas(pool->module, request->schemas, request->schema_count,
                                          request->params, request->params_size);
}

int chi_pool_open(struct chi_runtime *runtime, const struct chi_pool_request *request,
                  chi_pool_id_t *pool_id)
{
    struct chi_pool_table *table = runtime->pools;
    if (request->pool_name[0] == '\0' && chi_pool_id_is_null(request->pool_id))
        return chi_error(CHI_EPOOL_NAME, "neither name nor id of a pool is given");
    for (;;) {
        pthread_mutex_lock(&table->lock);
        int rc = look_up(table, request, pool_id);
        pthread_mutex_unlock(&table->lock);
        if (rc != -EAGAIN)
            return rc;
        rc = chi_task_sleep(POLL_NS);
        if (rc < 0)
            return chi_error(rc, "opening a pool: %s", chi_strerror(rc));
    }
}

/* ---- destroy */

static int refuse_deadlock(chi_pool_id_t id)
{
    return chi_error(-EDEADLK, "a handler of pool %u.%u waits for its pool to be destroyed",
                     id.major, id.minor);
}

/* Parks until the pool's tasks have completed. Returns -EDEADLK if one waits for this handler. */
static int drain(struct chi_pool *pool)
{
    for (uint32_t polls = 0; chi_pool_in_flight(pool) > 0; polls++) {
        if (polls % POLLS_A_WALK == 1 && chi_wait_chain_reaches(chi_worker_self, pool))
            return -EDEADLK;
        chi_task_sleep(POLL_NS);
    }
    return 0;
}

static int destroy(struct chi_runtime *runtime, struct chi_pool *pool)
{
    struct chi_pool_table *table = runtime->pools;

    chi_pool_pass_all_workers(runtime);
    chi_runtime_scan(runtime); /* ends its periodic tasks, and with `cancel` all others */
    if (drain(pool) < 0) {
        pthread_mutex_lock(&table->lock);
        chi_pool_id_t id = pool->id;
        atomic_store_explicit(&pool->cancel, false, memory_order_relaxed);
        atomic_store_explicit(&pool->state, CHI_POOL_READY, memory_order_release);
        pthread_mutex_unlock(&table->lock); /* from here on another handler may destroy it */
        return refuse_deadlock(id);
    }
    int rc = chi_pool_destroy_containers(pool, pool->container_count);
    if (rc < 0)
        chi_log_warn("pools", "%s: its Destroy returned %s", pool->name, chi_strerror(rc));
    pthread_mutex_lock(&table->lock);
    chi_pool_drop(table, pool);
    pthread_mutex_unlock(&table->lock);
    chi_pool_pass_all_workers(runtime); /* no worker is in chi_pool_find() any more */
    chi_log_info("pools", "destroyed %s (%u.%u)", pool->name, pool->id.major, pool->id.minor);
    chi_pool_free(pool);
    return rc;
}

/* Returns 0 if the caller destroys the pool; -EALREADY if another handler destroys it already,
 * which cancels its tasks if `cancel`; or CHI_ENOPOOL. */
static int begin_destroy(struct chi_pool_table *table, chi_pool_id_t id, bool cancel,
                         struct chi_pool **pool)
{
    int rc = CHI_ENOPOOL;

    pthread_mutex_lock(&table->lock);
    _Atomic(struct chi_pool *) *place = chi_pool_place(table, id);
    *pool = place != NULL ? atomic_load_explicit(place, memory_order_relaxed) : NULL;
    int state = *pool != NULL ? atomic_load_explicit(&(*pool)->state, memory_order_relaxed)
                              : CHI_POOL_CREATING;
    if (state != CHI_POOL_CREATING) {
        rc = state == CHI_POOL_READY ? 0 : -EALREADY;
        if (cancel)
            atomic_store_explicit(&(*pool)->cancel, true, memory_order_relaxed);
        atomic_store_explicit(&(*pool)->state, CHI_POOL_DYING, memory_order_release);
    }
    pthread_mutex_unlock(&table->lock);
    return rc;
}

/* Parks until the pool with that id is gone. Returns false if it stays. `pool` is only compared. */
static bool await_gone(struct chi_pool_table *table, chi_pool_id_t id, const struct chi_pool *pool)
{
    int state = CHI_POOL_DYING;
    bool there = true;
    while (there && state == CHI_POOL_DYING) {
        chi_task_sleep(POLL_NS);
        pthread_mutex_lock(&table->lock);
        _Atomic(struct chi_pool *) *place = chi_pool_place(table, id);
        there = place != NULL && atomic_load_explicit(place, memory_order_relaxed) == pool;
        if (there)
            state = atomic_load_explicit(&pool->state, memory_order_relaxed);
        pthread_mutex_unlock(&table->lock);
    }
    return !there;
}

static int destroy_or_join(struct chi_runtime *runtime, chi_pool_id_t id, bool cancel)
{
    struct chi_pool *pool;
    int rc = begin_destroy(runtime->pools, id, cancel, &pool);
    if (rc == 0)
        return destroy(runtime, pool);
    if (rc == -EALREADY && cancel) {
        chi_runtime_scan(runtime);
        return await_gone(runtime->pools, id, pool) ? 0 : refuse_deadlock(id);
    }
    return chi_error(CHI_ENOPOOL, "there is no pool %u.%u", id.major, id.minor);
}

int chi_pool_id_by_name(struct chi_runtime *runtime, const char *name, chi_pool_id_t *id)
{
    struct chi_pool_table *table = runtime->pools;
    pthread_mutex_lock(&table->lock);
    const struct chi_pool *pool = chi_pool_by_name(table, name);
    if (pool != NULL)
        *id = pool->id;
    pthread_mutex_unlock(&table->lock);
    return pool != NULL ? 0 : chi_error(CHI_ENOPOOL, "there is no pool \"%s\"", name);
}

int chi_pool_destroy(struct chi_runtime *runtime, chi_pool_id_t id, bool cancel)
{
    struct chi_pool *pool;

    if (chi_pool_id_equal(id, CHI_ADMIN_POOL_ID))
        return chi_error(-EPERM,
                         "the admin pool exists as long as the runtime; use `chimaera stop`");
    bool shield = chi_task_shield(true); /* a destroy that has begun has to be completed */
    /* Usually the handler waits already; then the pool stays READY. */
    pool = chi_pool_find(runtime->pools, id);
    int rc = pool != NULL && chi_wait_chain_reaches(chi_worker_self, pool)
                 ? refuse_deadlock(id)
                 : destroy_or_join(runtime, id, cancel);
    chi_task_shield(shield);
    return rc;
}

int chi_pool_destroy_all(struct chi_runtime *runtime)
{
    struct chi_pool_table *table = runtime->pools;
    struct chi_pool *admin = NULL;

    for (uint32_t i = 0; i < CHI_POOL_TABLE_SIZE; i++) {
        struct chi_pool *pool;
        while ((pool = atomic_load_explicit(&table->places[i], memory_order_acquire)) != NULL &&
               pool != &chi_pool_gone) {
            if (chi_pool_id_equal(pool->id, CHI_ADMIN_POOL_ID)) {
                admin = pool;
                break;
            }
            if (begin_destroy(table, pool->id, false, &pool) == 0)
                destroy(runtime, pool);
            else
                chi_task_sleep(POLL_NS); /* another handler destroys it, and may fail */
        }
    }
    if (admin != NULL && begin_destroy(table, admin->id, false, &admin) == 0)
        destroy(runtime, admin);
    return 0;
}
