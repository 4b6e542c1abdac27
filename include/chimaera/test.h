/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tests of modules: a runtime in the test's process, with real threads or stepped by hand; calls of
 * single handlers; failing allocations; and a check for leaks. Link libchimaera_test. It works with
 * any test framework: every function reports by its return value, and chi_test_end() also prints
 * leaks on standard error.
 *
 * All calls are made by one thread, never in a handler. They block the thread; they never park.
 * docs/module_test_guide.md describes their use.
 */
#ifndef CHIMAERA_TEST_H
#define CHIMAERA_TEST_H

#include "chimaera/chimaera.h"
#include "chimaera/container.h"

enum chi_test_mode {
    /*
     * The calling thread is a client and executes each step of the runtime: waiting executes steps,
     * and time advances only in a wait or in chi_test_advance(). The same seed gives the same run.
     */
    CHI_TEST_STEPPED = 0,
    /*
     * As STEPPED, but the calling thread is no client: its tasks, strings and buffers are private
     * memory, as in a handler, and chi_test_run_handler() calls one handler.
     */
    CHI_TEST_DIRECT = 1,
    /* Workers have threads, as in a daemon; the calling process is a client. */
    CHI_TEST_THREADS = 2,
};

/* Zeroed: stepped, one worker, no pools. */
struct chi_test_options {
    enum chi_test_mode mode;
    const char *config;  /* YAML, as for the daemon; NULL: one worker, small segments, warnings */
    const char *compose; /* YAML entries of `compose`, if `config` has none */
    const char *modules; /* folders of module libraries, separated by ':'; before CHI_REPO_PATH */
    uint32_t sched_threads; /* 0: from `config` */
    uint32_t slow_threads;  /* 0: from `config` */
    uint64_t seed;          /* of the order of steps; 0: round robin */
};

CHI_BEGIN_DECLS

/*
 * Starts a runtime with its own instance and temporary folder, and attaches to it. Sets
 * CHI_INSTANCE and CHI_SOCKET_DIR until chi_test_end(), so child processes can attach. Leaves
 * nothing behind on failure.
 *   options   NULL: as if zeroed
 *   modules   a further folder of module libraries; may be NULL
 * Returns 0, or a negative code with chi_last_error() set:
 *   -EALREADY     a runtime already runs
 *   -EINVAL       the mode is unknown
 *   CHI_ECONFIG   the configuration is invalid
 *   -ENOMEM       out of memory
 *   other codes   -errno of a system call, or the code of a pool that could not be created
 */
CHI_API int chi_test_begin_at(const struct chi_test_options *options, const char *modules);

#ifndef CHI_TEST_MODULES
#define CHI_TEST_MODULES NULL /* add_chimod_test() defines the folder of the module */
#endif

/* The same; finds the modules that the test was built with. */
static inline int chi_test_begin(const struct chi_test_options *options)
{
    return chi_test_begin_at(options, CHI_TEST_MODULES);
}

/*
 * Detaches, stops the runtime, and removes its folder. Prints each leak as a line on standard
 * error: tasks and buffers that were not freed, outputs that were not returned, tasks in flight or
 * parked, memory of handlers, descriptors, shared memory, a task that does not end. Call it after a
 * failed test, too.
 * Returns the number of leaks, or 1 if no runtime runs.
 */
CHI_API int chi_test_end(void);

/*
 * Returns the temporary folder, for files of the test. chi_test_end() removes it with its content.
 */
CHI_API const char *chi_test_dir(void);

/*
 * Gets or creates a pool without the module's client library.
 *   mod_name         such as "acme_kv"
 *   schema, params   the create parameters; both may be NULL for defaults
 *   pool_id          set to the id of the pool
 * Returns 0, or
 *   CHI_ERUNTIME_DOWN   no runtime runs
 *   -ETIMEDOUT          Create did not return within 60 s
 *   -ENOMEM             out of memory
 *   other codes         those of the loader and of the module's Create
 */
CHI_API int chi_test_create_pool(const char *mod_name, const char *pool_name,
                                 const struct chi_schema *schema, const void *params,
                                 chi_pool_id_t *pool_id);

/*
 * Returns container `index` of a pool, to inspect its state between steps, or NULL if it does not
 * exist.
 */
CHI_API struct chi_container *chi_test_container(chi_pool_id_t pool_id, uint32_t index);

/* ---- Steps; not with threads. */

/*
 * Runs one round of the scheduler of a worker. Returns whether it did anything.
 *   worker   number from 0; low-latency workers come first
 */
CHI_API bool chi_test_step(uint32_t worker);

/*
 * Steps until nothing is left to do at this time; tasks may still wait for a timer, a descriptor,
 * or each other.
 * Returns true, or false after 50,000 steps: tasks yield without end.
 */
CHI_API bool chi_test_run_until_idle(void);

/* Advances the time by `duration_ns`, from timer to timer, and runs until idle at each. */
CHI_API void chi_test_advance(uint64_t duration_ns);

/*
 * Returns the time of the runtime in nanoseconds. It starts at one second. 0 if no runtime is
 * stepped.
 */
CHI_API uint64_t chi_test_now_ns(void);

/* ---- Single handlers; in CHI_TEST_DIRECT only. */

/*
 * Calls the handler of a task made by CHI_TASK_NEW(), on a fiber of worker 0, without query and
 * monitor, and steps until it has returned.
 *   container   index of the container in its pool
 * Returns the handler's return value, or
 *   -EDEADLK               the handler waits for an event that cannot occur
 *   -ENOTSUP               the test has a different mode
 *   -EALREADY              the task was submitted before
 *   -EINVAL                the task is periodic
 *   CHI_ENOPOOL            no such pool
 *   CHI_ENOMETHOD          no such method
 *   CHI_ESCHEMA            the task has a different size than the module's
 *   CHI_EQUERY_CONTAINER   no such container
 */
CHI_API int chi_test_run_handler(struct chi_task *task, uint32_t container);

/*
 * Starts a handler without waiting; chi_task_wait() returns its return value.
 *   worker   number of the worker; -EINVAL if it does not exist
 * Returns 0, or a code of chi_test_run_handler() but -EDEADLK.
 */
CHI_API int chi_test_start_handler(struct chi_task *task, uint32_t container, uint32_t worker);

/* ---- Allocations that fail. */

/*
 * Runs the following statement with n = 1, 2, 3, ... In run n the n-th allocation of handlers fails
 * with -ENOMEM. Ends after the first run with fewer than n allocations, in which none failed.
 * Allocations are the subtasks, strings, vectors, buffers and queues of all handlers but those of
 * the admin module.
 */
#define CHI_TEST_FAIL_EACH(n) for (uint32_t n = 1; chi_test_fail_nth(n); n++)

/*
 * Makes the n-th allocation from now on fail, once. Returns true, or false with nothing to fail if
 * n is above 1 and the previous failure did not occur.
 */
CHI_API bool chi_test_fail_nth(uint32_t n);

/* Returns whether the allocation of chi_test_fail_nth() has failed. */
CHI_API bool chi_test_failed(void);

CHI_END_DECLS

#endif
