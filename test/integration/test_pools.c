/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: made, found again, refused, destroyed; and the module libraries they are made of. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <chimaera/chimaera.h>
#include <chimaera/container.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "test_paths.h"

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    return chi_test_daemon_teardown(state);
}

static chi_pool_id_t none(void)
{
    return chi_pool_id(0, 0);
}

static int get(const char *mod_name, const char *pool_name, chi_pool_id_t *id)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = mod_name, .pool_name = pool_name};
    return chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, id);
}

static void assert_error_says(const char *text)
{
    if (strstr(chi_last_error(), text) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", chi_last_error(), text);
}

static int run_nop(chi_pool_id_t id)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, id, chi_pool_query_local());
    assert_non_null(task);
    int rc = chi_task_enqueue(task);
    if (rc == 0)
        rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

static struct test_probe_counters_task count(chi_pool_id_t id)
{
    struct test_probe_counters_task *task =
        CHI_TASK_NEW(test_probe_counters, id, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), 0);
    struct test_probe_counters_task copy;
    memcpy((void *)&copy, (void *)task, sizeof(copy));
    chi_task_del(&task->base);
    return copy;
}

/* ---- names and ids */

static void the_same_name_gives_the_same_pool(void **state)
{
    chi_pool_id_t a, b, c;
    (void)state;
    assert_int_equal(test_probe_create("one", 2, &a), 0);
    assert_int_equal(test_probe_create("one", 2, &b), 0);
    assert_int_equal(test_probe_create("two", 2, &c), 0);
    assert_true(chi_pool_id_equal(a, b));
    assert_false(chi_pool_id_equal(a, c));
    assert_int_equal(count(a).created, 2);
}

static void a_pool_says_whether_it_was_made_now(void **state)
{
    const struct chimaera_admin_pool_spec spec = {.mod_name = "test_probe", .pool_name = "one"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct chimaera_admin_get_or_create_pool_task *task =
            chimaera_admin_get_or_create_pool_async(chi_pool_query_local(), &spec);
        assert_non_null(task);
        assert_int_equal(chi_task_wait(&task->base), 0);
        assert_int_equal(task->created, i == 0);
        chi_task_del(&task->base);
    }
}

static void another_module_or_parameters_under_a_name_is_an_error(void **state)
{
    const struct test_probe_create_params params = {.lanes = 2};
    chi_pool_id_t id, other;
    (void)state;
    assert_int_equal(test_probe_create("one", 2, &id), 0);
    assert_int_equal(get("chimaera_MOD_NAME", "one", &other), CHI_EPOOL_EXISTS);
    assert_error_says("test_probe");
    assert_int_equal(test_probe_create("one", 3, &other), CHI_EPOOL_EXISTS);
    assert_error_says("exists with lanes 2, not 3");
    assert_int_equal(test_probe_create_with("one", &params, none(), 2, &other), CHI_EPOOL_EXISTS);
    assert_error_says("1 containers, not 2");
    assert_int_equal(
        test_probe_create_with("one", &params, chi_pool_id(id.major + 5, 0), 0, &other),
        CHI_EPOOL_EXISTS);
    assert_int_equal(test_probe_create_with("one", &params, id, 1, &other), 0);
    assert_true(chi_pool_id_equal(id, other));
}

static void a_pool_gets_the_id_that_was_asked_for(void **state)
{
    const struct test_probe_create_params params = {0};
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(test_probe_create_with("one", &params, chi_pool_id(7000, 3), 0, &id), 0);
    assert_true(chi_pool_id_equal(id, chi_pool_id(7000, 3)));
    assert_int_equal(run_nop(id), 0);
    assert_int_equal(run_nop(chi_pool_id(7000, 0)), CHI_ENOPOOL);
}

static void an_id_that_is_taken_is_an_error(void **state)
{
    const struct test_probe_create_params params = {0};
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(test_probe_create_with("one", &params, chi_pool_id(7000, 0), 0, &id), 0);
    assert_int_equal(test_probe_create_with("two", &params, chi_pool_id(7000, 0), 0, &id),
                     CHI_EPOOL_EXISTS);
    assert_error_says("7000.0");
    assert_int_equal(test_probe_create_with("two", &params, CHI_ADMIN_POOL_ID, 0, &id),
                     CHI_EPOOL_EXISTS);
    assert_int_equal(test_probe_create_with("two", &params, chi_pool_id(7000, 1), 0, &id), 0);
    assert_int_equal(test_probe_create_with("three", &params, chi_pool_id(7000 + 4096, 0), 0, &id),
                     0);
    assert_int_equal(run_nop(chi_pool_id(7000, 0)), 0);
    assert_int_equal(run_nop(chi_pool_id(7000 + 4096, 0)), 0);
}

static void an_empty_or_overlong_name_is_an_error(void **state)
{
    char name[CHI_POOL_NAME_MAX + 2];
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(get("test_probe", "", &id), CHI_EPOOL_NAME);
    assert_int_equal(get("test_probe", NULL, &id), CHI_EPOOL_NAME);
    memset(name, 'n', sizeof(name));
    name[CHI_POOL_NAME_MAX + 1] = '\0';
    assert_int_equal(get("test_probe", name, &id), CHI_EPOOL_NAME);
    name[CHI_POOL_NAME_MAX] = '\0';
    assert_int_equal(get("test_probe", name, &id), 0);
}

/* What a client library refuses, the runtime refuses from others, too. */
static int get_raw(const void *pool_name, size_t size, const char *mod_name)
{
    struct chimaera_admin_get_or_create_pool_task *task = (void *)chi_task_new(
        &chimaera_admin_get_or_create_pool_schema, CHI_ADMIN_POOL_ID, chi_pool_query_local());
    assert_non_null(task);
    assert_int_equal(chi_string_assign(&task->pool_name, pool_name, size), 0);
    assert_int_equal(chi_string_set(&task->mod_name, mod_name), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    int rc = chi_task_wait(&task->base);
    if (rc < 0)
        assert_true(chi_string_size(&task->error_message) > 0);
    chi_task_del(&task->base);
    return rc;
}

static void the_runtime_itself_refuses_bad_names(void **state)
{
    (void)state;
    assert_int_equal(get_raw("", 0, "test_probe"), CHI_EPOOL_NAME);
    assert_int_equal(get_raw("one", 3, ""), CHI_ENOMODULE);
    assert_int_equal(get_raw("one", 3, "../lib/test_probe"), CHI_ENOMODULE);
    assert_int_equal(get_raw("one", 3, "test/probe"), CHI_ENOMODULE);
}

static void a_name_with_a_zero_byte_is_refused(void **state)
{
    (void)state;
    assert_int_equal(get_raw("a\0b", 3, "test_probe"), CHI_EPOOL_NAME);
}

struct creator {
    pthread_t thread;
    chi_pool_id_t id;
    int rc;
};

static void *create_shared(void *argument)
{
    struct creator *creator = argument;
    creator->rc = test_probe_create("shared", 3, &creator->id);
    return NULL;
}

static void many_at_once_get_one_pool(void **state)
{
    enum { THREADS = 16 };
    struct creator creators[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&creators[i].thread, NULL, create_shared, &creators[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(creators[i].thread, NULL);
        assert_int_equal(creators[i].rc, 0);
        assert_true(chi_pool_id_equal(creators[i].id, creators[0].id));
    }
    assert_int_equal(count(creators[0].id).created, 1);
}

/* ---- Create */

static void a_create_cannot_send_its_own_pool_tasks(void **state)
{
    const struct test_probe_create_params eager = {.mood = TEST_PROBE_MOOD_EAGER};
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(test_probe_create_with("eager", &eager, none(), 1, &id), CHI_ENOPOOL);
    assert_error_says("once Create has returned");
}

static void a_create_that_fails_leaves_nothing(void **state)
{
    const struct test_probe_create_params failing = {
        .mood = TEST_PROBE_MOOD_FAILING, .fail_code = -EHWPOISON, .fail_container = 2};
    struct chi_test_status before, after;
    chi_pool_id_t id, again;
    (void)state;
    assert_int_equal(test_probe_create("counter", 0, &id), 0);
    assert_int_equal(chi_test_status_get(&before), 0);
    assert_int_equal(test_probe_create_with("one", &failing, none(), 4, &again), -EHWPOISON);
    assert_error_says("one");
    assert_error_says("test_probe");
    struct test_probe_counters_task counters = count(id);
    assert_int_equal(counters.created, 3); /* this pool's, and two before the third failed */
    assert_int_equal(counters.destroyed, 2);
    assert_int_equal(chi_test_status_get(&after), 0);
    assert_int_equal(before.pools, after.pools);
    assert_int_equal(test_probe_create("one", 0, &again), 0); /* the name is free */
    assert_int_equal(run_nop(again), 0);
}

static void parameters_of_another_kind_are_refused_by_create(void **state)
{
    struct chimaera_admin_get_or_create_pool_task *task = (void *)chi_task_new(
        &chimaera_admin_get_or_create_pool_schema, CHI_ADMIN_POOL_ID, chi_pool_query_local());
    (void)state;
    assert_int_equal(chi_string_set(&task->pool_name, "one"), 0);
    assert_int_equal(chi_string_set(&task->mod_name, "test_probe"), 0);
    assert_int_equal(chi_string_set(&task->params, "this is no archive"), 0);
    assert_int_equal(chi_task_enqueue(&task->base), 0);
    assert_int_equal(chi_task_wait(&task->base), CHI_EARCHIVE);
    chi_task_del(&task->base);
}

static void a_pool_has_as_many_containers_as_asked(void **state)
{
    const struct test_probe_create_params params = {.lanes = 1};
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(test_probe_create_with("one", &params, none(), 1024, &id), 0);
    assert_int_equal(count(id).created, 1024);
    assert_int_equal(test_probe_create_with("two", &params, none(), CHI_CONTAINERS_MAX + 1, &id),
                     -EINVAL);
    assert_error_says("1 to 16384");
}

static void create_is_told_when_it_asks_for_too_many_lanes(void **state)
{
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(test_probe_create("one", 1025, &id), -EINVAL);
    assert_int_equal(test_probe_create("one", 1024, &id), 0);
}

/* ---- destroy */

static void a_destroyed_pool_takes_no_tasks(void **state)
{
    chi_pool_id_t id, again;
    (void)state;
    assert_int_equal(test_probe_create("one", 0, &id), 0);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), id), 0);
    assert_int_equal(run_nop(id), CHI_ENOPOOL);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), id), CHI_ENOPOOL);
    assert_int_equal(test_probe_create("one", 1, &again), 0);
    assert_false(chi_pool_id_equal(id, again));
    assert_int_equal(count(again).destroyed, 1);
}

static void the_admin_pool_cannot_be_destroyed(void **state)
{
    (void)state;
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), CHI_ADMIN_POOL_ID),
                     -EPERM);
    assert_int_equal(chimaera_admin_destroy_pool(chi_pool_query_local(), none()), CHI_ENOPOOL);
}

static void *destroy_pool(void *argument)
{
    struct creator *creator = argument;
    creator->rc = chimaera_admin_destroy_pool(chi_pool_query_local(), creator->id);
    return NULL;
}

static void a_pool_destroyed_under_load_ends_every_task(void **state)
{
    enum { TASKS = 600 };
    static struct chi_task *tasks[TASKS];
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct creator destroyer;
        assert_int_equal(test_probe_create("one", 0, &destroyer.id), 0);
        for (int i = 0; i < TASKS / 2; i++) {
            tasks[i] = chi_task_new(&test_probe_nop_schema, destroyer.id, chi_pool_query_local());
            assert_int_equal(chi_task_enqueue(tasks[i]), 0);
        }
        pthread_create(&destroyer.thread, NULL, destroy_pool, &destroyer);
        for (int i = TASKS / 2; i < TASKS; i++) {
            tasks[i] = chi_task_new(&test_probe_nop_schema, destroyer.id, chi_pool_query_local());
            assert_int_equal(chi_task_enqueue(tasks[i]), 0);
        }
        for (int i = 0; i < TASKS; i++) {
            int rc = chi_task_wait(tasks[i]);
            assert_true(rc == 0 || rc == CHI_ENOPOOL);
            chi_task_del(tasks[i]);
        }
        pthread_join(destroyer.thread, NULL);
        assert_int_equal(destroyer.rc, 0);
    }
}

/* More pools come and go than the table has places, each made before the last one goes. */
static void unknown_pools_are_found_out_after_many_pools_came_and_went(void **state)
{
    enum { POOLS = 4400, WINDOW = 64 };
    static struct chimaera_admin_get_or_create_pool_task *making[POOLS];
    static struct chi_task *going[POOLS];
    char name[32];
    (void)state;
    for (int i = 0; i < POOLS + 2 * WINDOW; i++) {
        if (i < POOLS) {
            snprintf(name, sizeof(name), "pool %d", i);
            const struct chimaera_admin_pool_spec spec = {.mod_name = "chimaera_MOD_NAME",
                                                          .pool_name = name,
                                                          .pool_id =
                                                              chi_pool_id(10 + (uint32_t)i, 0)};
            making[i] = chimaera_admin_get_or_create_pool_async(chi_pool_query_local(), &spec);
            assert_non_null(making[i]);
        }
        int old = i - WINDOW;
        if (old >= 0 && old < POOLS) {
            assert_int_equal(chi_task_wait(&making[old]->base), 0);
            struct chimaera_admin_destroy_pool_task *task = (void *)chi_task_new(
                &chimaera_admin_destroy_pool_schema, CHI_ADMIN_POOL_ID, chi_pool_query_local());
            task->pool_id = making[old]->new_pool_id;
            chi_task_del(&making[old]->base);
            going[old] = &task->base;
            assert_int_equal(chi_task_enqueue(going[old]), 0);
        }
        int oldest = i - 2 * WINDOW;
        if (oldest >= 0) {
            assert_int_equal(chi_task_wait(going[oldest]), 0);
            chi_task_del(going[oldest]);
        }
    }
    struct chi_task *task =
        chi_task_new(&test_probe_nop_schema, chi_pool_id(5, 0), chi_pool_query_local());
    assert_int_equal(chi_task_enqueue(task), 0);
    assert_int_equal(chi_task_wait_for(task, 60000000000u), CHI_ENOPOOL);
    chi_task_del(task);
}

static void the_status_of_very_many_pools_is_told_whole(void **state)
{
    enum { POOLS = 1500 };
    static struct chimaera_admin_get_or_create_pool_task *making[POOLS];
    char name[CHI_POOL_NAME_MAX + 1];
    struct chi_test_status status;
    (void)state;
    memset(name, 'p', sizeof(name));
    for (int i = 0; i < POOLS; i++) {
        snprintf(name + 240, sizeof(name) - 240, "%d", i);
        const struct chimaera_admin_pool_spec spec = {.mod_name = "chimaera_MOD_NAME",
                                                      .pool_name = name};
        making[i] = chimaera_admin_get_or_create_pool_async(chi_pool_query_local(), &spec);
        assert_non_null(making[i]);
        if (i >= 256) {
            assert_int_equal(chi_task_wait(&making[i - 256]->base), 0);
            chi_task_del(&making[i - 256]->base);
        }
    }
    for (int i = POOLS - 256; i < POOLS; i++) {
        assert_int_equal(chi_task_wait(&making[i]->base), 0);
        chi_task_del(&making[i]->base);
    }
    for (int i = 0; i < 20; i++) { /* how fast the reader is must not matter */
        assert_int_equal(chi_test_status_get(&status), 0);
        assert_int_equal(status.pools, POOLS + 1);
    }
}

/* ---- module libraries */

static void a_missing_library_names_the_file_and_the_folders(void **state)
{
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(get("test_absent", "one", &id), CHI_ENOMODULE);
    assert_error_says("libtest_absent_runtime.so");
    assert_error_says(CHI_TEST_MODULE_DIR);
    assert_error_says("CHI_REPO_PATH");
}

static void a_library_that_is_no_module_names_the_file_and_what_was_expected(void **state)
{
    static const struct {
        const char *module;
        int code;
        const char *says[2];
    } cases[] = {
        {"test_nodescriptor", CHI_EBADMODULE, {"chi_module_descriptor", "CHI_TASK_CC"}},
        {"test_badmagic", CHI_EBADMODULE, {"0x12345678", "0x4d494843"}},
        {"test_badabi", CHI_EABI, {"was built for module interface", "rebuild it"}},
        {"test_badname", CHI_EBADMODULE, {"test_other", "test_badname"}},
        {"test_badops", CHI_EBADMODULE, {"incomplete", ""}},
        {"test_badsize", CHI_EBADMODULE, {"incomplete", ""}},
        {"test_nolibrary", CHI_EBADMODULE, {"cannot load", ""}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        chi_pool_id_t id;
        char file[400];
        snprintf(file, sizeof(file), "%s/lib%s_runtime.so", CHI_TEST_MODULE_DIR, cases[i].module);
        assert_int_equal(get(cases[i].module, "one", &id), cases[i].code);
        assert_error_says(file);
        assert_error_says(cases[i].says[0]);
        assert_error_says(cases[i].says[1]);
    }
}

static int setup_in_module_folder(void **state)
{
    struct chi_test_daemon *daemon = malloc(sizeof(*daemon));
    char *before = getcwd(NULL, 0);
    chi_test_watchdog(60);
    chi_test_daemon_prepare(daemon);
    /* Empty entries and "." stand for the working directory elsewhere. */
    setenv("CHI_REPO_PATH", ":.::./:" CHI_TEST_LIB_DIR ":", 1);
    assert_int_equal(chdir(CHI_TEST_MODULE_DIR), 0);
    chi_test_daemon_start(daemon, CHI_TEST_ONE_WORKER);
    assert_int_equal(chdir(before), 0);
    free(before);
    *state = daemon;
    assert_int_equal(chi_client_init(), 0);
    return 0;
}

static void the_working_directory_is_never_searched(void **state)
{
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(get("test_probe", "one", &id), CHI_ENOMODULE);
    assert_error_says(". (not absolute), ");
    assert_int_equal(get("chimaera_MOD_NAME", "one", &id), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_same_name_gives_the_same_pool),
        TEST(a_pool_says_whether_it_was_made_now),
        TEST(another_module_or_parameters_under_a_name_is_an_error),
        TEST(a_pool_gets_the_id_that_was_asked_for),
        TEST(an_id_that_is_taken_is_an_error),
        TEST(an_empty_or_overlong_name_is_an_error),
        TEST(the_runtime_itself_refuses_bad_names),
        TEST(a_name_with_a_zero_byte_is_refused),
        TEST(many_at_once_get_one_pool),
        TEST(a_create_cannot_send_its_own_pool_tasks),
        TEST(a_create_that_fails_leaves_nothing),
        TEST(parameters_of_another_kind_are_refused_by_create),
        TEST(a_pool_has_as_many_containers_as_asked),
        TEST(create_is_told_when_it_asks_for_too_many_lanes),
        TEST(a_destroyed_pool_takes_no_tasks),
        TEST(the_admin_pool_cannot_be_destroyed),
        TEST(a_pool_destroyed_under_load_ends_every_task),
        TEST(unknown_pools_are_found_out_after_many_pools_came_and_went),
        TEST(the_status_of_very_many_pools_is_told_whole),
        TEST(a_missing_library_names_the_file_and_the_folders),
        TEST(a_library_that_is_no_module_names_the_file_and_what_was_expected),
        cmocka_unit_test_setup_teardown(the_working_directory_is_never_searched,
                                        setup_in_module_folder, teardown),
    };
    return cmocka_run_group_tests_name("pools", tests, NULL, NULL);
}
