/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tests of modules: a runtime in the test's process, stepped by hand or with threads; handlers
 * called one by one; allocations that fail; and a count of what was left behind. Link
 * libchimaera_test. Works with any test framework: every function reports by its return value, and
 * what chi_test_end() finds goes to standard error as well.
 *
 * One thread makes all of these calls, never a handler. docs/module_test_guide.md shows how.
 */
#ifndef CHIMAERA_TEST_H
#define CHIMAERA_TEST_H

#include "chimaera/chimaera.h"
#include "chimaera/container.h"

enum chi_test_mode {
    /* The calling thread is a client and makes each step of the runtime: waiting steps, and time
     * moves only where a wait or chi_test_advance() moves it. The same seed gives the same run. */
    CHI_TEST_STEPPED = 0,
    /* Likewise, but no client: tasks, strings and buffers made by the calling thread are private,
     * as in a handler, and chi_test_run_handler() calls one handler. */
    CHI_TEST_DIRECT = 1,
    /* Workers have threads, as in a daemon; the calling process is a client. */
    CHI_TEST_THREADS = 2,
};

/* Zeroed: stepped, one worker, no pools. */
struct chi_test_options {
    enum chi_test_mode mode;
    const char *config;     /* YAML, as the daemon's; NULL: one worker, small segments, warnings */
    const char *compose;    /* pools: the entries of `compose` as YAML, where config has none */
    const char *modules;    /* folders of module libraries, ':' between; before CHI_REPO_PATH */
    uint32_t sched_threads; /* 0: as config says */
    uint32_t slow_threads;  /* 0: as config says */
    uint64_t seed;          /* of the order of steps; 0: control and workers in turn */
};

CHI_BEGIN_DECLS

/*
 * Starts a runtime with an instance and a temporary folder of its own, and attaches to it. 0;
 * -EALREADY (one runs), CHI_ECONFIG, -errno, and the codes of pools that cannot be made:
 * chi_last_error() says more. Nothing is left behind on failure. CHI_INSTANCE and CHI_SOCKET_DIR
 * are set until chi_test_end(), so other processes that this one starts can attach.
 */
CHI_API int chi_test_begin_at(const struct chi_test_options *options, const char *modules);

#ifndef CHI_TEST_MODULES
#define CHI_TEST_MODULES NULL /* add_chimod_test() says where the module was built */
#endif

static inline int chi_test_begin(const struct chi_test_options *options)
{
    return chi_test_begin_at(options, CHI_TEST_MODULES);
}

/*
 * Detaches, stops the runtime, removes its folder, and returns how many things were left behind,
 * each a line on standard error: tasks and buffers not freed, outputs not given back, tasks in
 * flight or waiting, memory of handlers, descriptors, shared memory, a task that never ends. Call
 * it after a failed test as well; 1 where no runtime runs.
 */
CHI_API int chi_test_end(void);

/* The temporary folder, for files of the test. Removed with what is in it. */
CHI_API const char *chi_test_dir(void);

/*
 * Gets the pool `pool_name` of module `mod_name` ("acme_kv"), or creates it, without the module's
 * client library. `schema` and `params` may be NULL for defaults. 0, or a code of Create and the
 * loader.
 */
CHI_API int chi_test_create_pool(const char *mod_name, const char *pool_name,
                                 const struct chi_schema *schema, const void *params,
                                 chi_pool_id_t *pool_id);

/* The container `index` of a pool, to look at its state between steps; NULL where there is none. */
CHI_API struct chi_container *chi_test_container(chi_pool_id_t pool_id, uint32_t index);

/* ---- Steps; not with threads. */

/* One round of the scheduler of worker `worker` (0 on); whether it did anything. Low-latency
 * workers come first. */
CHI_API bool chi_test_step(uint32_t worker);

/* Steps until nothing is left to do at this time. Tasks may still wait for a timer, a descriptor,
 * or each other. False after 50,000 steps: tasks keep yielding and never wait. */
CHI_API bool chi_test_run_until_idle(void);

/* Moves the time on by `duration_ns`, from timer to timer, each time until idle. */
CHI_API void chi_test_advance(uint64_t duration_ns);

/* The runtime's time; it begins at one second. */
CHI_API uint64_t chi_test_now_ns(void);

/* ---- Single handlers; in CHI_TEST_DIRECT only. */

/*
 * Calls the handler of a task made by CHI_TASK_NEW() in container `container` of its pool, on a
 * fiber of worker 0, past query and monitor, and steps until it has returned. What it returned;
 * -EDEADLK where it waits for something that cannot happen; -ENOTSUP in another mode, -EALREADY,
 * -EINVAL (periodic), CHI_ENOPOOL, CHI_ENOMETHOD, CHI_ESCHEMA, CHI_EQUERY_CONTAINER.
 */
CHI_API int chi_test_run_handler(struct chi_task *task, uint32_t container);

/* The same without waiting, on a worker of choice: chi_task_wait() gives what it returned. */
CHI_API int chi_test_start_handler(struct chi_task *task, uint32_t container, uint32_t worker);

/* ---- Allocations that fail. */

/*
 * Runs the statement that follows with n = 1, 2, 3…; in its n-th run the n-th allocation of
 * handlers fails with -ENOMEM, until a run has fewer than n: in that none has failed. Counted are
 * the subtasks, strings, vectors, buffers and queues of all handlers but those of the admin module.
 */
#define CHI_TEST_FAIL_EACH(n) for (uint32_t n = 1; chi_test_fail_nth(n); n++)

/* Makes the n-th allocation from now on fail, once. False, with nothing to fail, where n is over 1
 * and the one before has not failed. */
CHI_API bool chi_test_fail_nth(uint32_t n);

/* Whether it has failed since. */
CHI_API bool chi_test_failed(void);

CHI_END_DECLS

#endif
