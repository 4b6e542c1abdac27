/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An embedded runtime's threads, with no client: what they share is this process's own memory, so
 * ThreadSanitizer sees all of it. (A client would map the segments a second time; what is ordered
 * by an atomic at one address is a race at the other.)
 */
#include "kit/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/core/runtime.h"
#include "runtime/host/call.h"
#include "runtime/host/embedded.h"
#include "test_paths.h"

static struct chi_runtime *runtime;

static void start(const char *dir)
{
    const struct chi_runtime_mode mode = {0};
    struct chi_config config;
    char yaml[512];
    int n = snprintf(yaml, sizeof(yaml),
                     "runtime: {sched_threads: 2, slow_threads: 1, instance: embedded-%d, "
                     "socket_dir: %s}\n"
                     "logging: {level: warn}\n"
                     "modules: {path: \"%s\"}\n"
                     "compose:\n"
                     "  - {mod_name: test_probe, pool_name: probe, pool_id: 300.0, lanes: 5}\n",
                     (int)getpid(), dir, CHI_TEST_MODULE_DIR);
    if (chi_config_parse("yaml", yaml, (size_t)n, &config) < 0 ||
        chi_embedded_start(&config, &mode, &runtime) < 0)
        fail_msg("%s", chi_last_error());
}

/* In a handler: subtasks on all workers, of each kind of waiting. */
static int call_probe(void *argument)
{
    static const uint32_t kinds[] = {TEST_PROBE_SPAWN_ALL, TEST_PROBE_SPAWN_ANY,
                                     TEST_PROBE_SPAWN_DETACH, TEST_PROBE_SPAWN_FORGET};
    chi_pool_id_t probe = chi_pool_id(300, 0);
    int rc = 0;
    (void)argument;
    for (int i = 0; i < 8 && rc == 0; i++) {
        struct test_probe_spawn_task *task =
            CHI_TASK_NEW(test_probe_spawn, probe, chi_pool_query_local());
        task->kind = kinds[i % 4];
        task->lane = (uint32_t)i;
        task->count = 40;
        rc = chi_task_enqueue(&task->base);
        rc = rc == 0 ? chi_task_wait(&task->base) : rc;
        chi_task_del(&task->base);
    }
    return rc;
}

static void it_starts_works_and_stops_time_and_again(void **state)
{
    char dir[] = "/tmp/chi-test-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 5; i++) {
        start(dir);
        assert_int_equal(chi_runtime_call(runtime, call_probe, NULL, 60 * S), 0);
        assert_int_equal(chi_embedded_stop(), 0);
    }
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_works_and_stops_time_and_again),
    };
    return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
