/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients and modules of different builds: what does not fit is refused before the first call. */
#include "support/cmocka_all.h"

#include <chimaera/admin/admin_client.h>
#include <chimaera/admin/autogen/admin_methods.h>
#include <chimaera/chimaera.h>
#include <chimaera/MOD_NAME/MOD_NAME_client.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <test/probe/probe_client.h>
#include <unistd.h>

#include "support/daemon.h"
#include "test_paths.h"

/* One of the client libraries of test/modules/twice. */
struct twice {
    void *library;
    int (*create)(const char *, chi_pool_id_t *);
    int (*open)(const char *, chi_pool_id_t *);
    int (*open_id)(chi_pool_id_t, chi_pool_id_t *);
    int (*add)(chi_pool_id_t, uint32_t, uint32_t, uint64_t *);
};

static struct twice now, before, other;

static struct twice load(const char *variant)
{
    char path[512];
    struct twice twice = {0};
    snprintf(path, sizeof(path), "%s/libtest_twice_client_%s.so", CHI_TEST_MODULE_DIR, variant);
    twice.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (twice.library == NULL)
        fail_msg("%s", dlerror());
    *(void **)&twice.create = dlsym(twice.library, "test_twice_create");
    *(void **)&twice.open = dlsym(twice.library, "test_twice_open");
    *(void **)&twice.open_id = dlsym(twice.library, "test_twice_open_id");
    *(void **)&twice.add = dlsym(twice.library, "test_twice_add");
    assert_true(twice.create && twice.open && twice.open_id && twice.add);
    return twice;
}

static int setup(void **state)
{
    chi_test_daemon_setup(state, CHI_TEST_TWO_WORKERS);
    assert_int_equal(chi_client_init(), 0);
    now = load("now");
    before = load("before");
    other = load("other");
    return 0;
}

static int teardown(void **state)
{
    chi_client_fini();
    dlclose(now.library);
    dlclose(before.library);
    dlclose(other.library);
    return chi_test_daemon_teardown(state);
}

static void assert_error_says(const char *text)
{
    if (strstr(chi_last_error(), text) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", chi_last_error(), text);
}

static void assert_refused_by_name(int rc)
{
    assert_int_equal(rc, CHI_ESCHEMA);
    assert_error_says("struct test_twice_add_task");
    assert_error_says("test_twice");
}

static void another_layout_of_the_same_size_is_refused_when_the_pool_is_asked_for(void **state)
{
    chi_pool_id_t id, ignored;
    uint64_t sum;
    (void)state;
    assert_refused_by_name(other.create("twice", &ignored)); /* not there yet: nothing is made */
    assert_int_equal(now.open("twice", &ignored), CHI_ENOPOOL);
    assert_int_equal(now.create("twice", &id), 0);
    assert_refused_by_name(other.create("twice", &ignored));
    assert_refused_by_name(other.open("twice", &ignored));
    assert_refused_by_name(other.open_id(id, &ignored));
    assert_int_equal(now.add(id, 40, 2, &sum), 0);
    assert_int_equal(sum, 42);
}

static void a_client_from_before_a_method_was_added_works(void **state)
{
    chi_pool_id_t id, opened;
    uint64_t sum;
    (void)state;
    assert_int_equal(before.create("twice", &id), 0);
    assert_int_equal(before.open("twice", &opened), 0);
    assert_true(chi_pool_id_equal(id, opened));
    assert_int_equal(before.add(opened, 1, 2, &sum), 0);
    assert_int_equal(sum, 3);
}

static void pools_are_opened_by_name_by_id_or_by_both(void **state)
{
    struct chimaera_MOD_NAME_client client = {0};
    struct chimaera_admin_pool_spec spec = {.pool_name = "one"};
    chi_pool_id_t id, twice, found;
    char text[64];
    (void)state;
    assert_int_equal(chimaera_MOD_NAME_open(&client, chi_pool_query_local(), "one"), CHI_ENOPOOL);
    assert_error_says("there is no pool \"one\"");
    assert_int_equal(chimaera_MOD_NAME_create(&client, chi_pool_query_local(), "one", NULL), 0);
    id = client.base.pool_id;
    client = (struct chimaera_MOD_NAME_client){0};
    assert_int_equal(chimaera_MOD_NAME_open(&client, chi_pool_query_local(), "one"), 0);
    assert_true(chi_pool_id_equal(client.base.pool_id, id));
    assert_int_equal(
        chimaera_MOD_NAME_custom(&client, chi_pool_query_local(), "a", 1, text, sizeof(text), NULL),
        0);

    assert_int_equal(now.create("two", &twice), 0);
    assert_int_equal(chimaera_MOD_NAME_open(&client, chi_pool_query_local(), "two"),
                     CHI_EPOOL_EXISTS);
    assert_error_says("test_twice");
    assert_int_equal(chimaera_admin_open_pool(chi_pool_query_local(), &spec, &found), 0);
    assert_true(chi_pool_id_equal(found, id));
    spec.pool_id = id;
    assert_int_equal(chimaera_admin_open_pool(chi_pool_query_local(), &spec, &found), 0);
    spec.pool_id = twice;
    assert_int_equal(chimaera_admin_open_pool(chi_pool_query_local(), &spec, &found),
                     CHI_EPOOL_EXISTS);
    spec = (struct chimaera_admin_pool_spec){.pool_id = chi_pool_id(77, 7)};
    assert_int_equal(chimaera_admin_open_pool(chi_pool_query_local(), &spec, &found), CHI_ENOPOOL);
    assert_error_says("77.7");
    spec = (struct chimaera_admin_pool_spec){.mod_name = NULL};
    assert_int_equal(chimaera_admin_open_pool(chi_pool_query_local(), &spec, &found),
                     CHI_EPOOL_NAME);
}

static void other_create_parameters_are_refused_by_name(void **state)
{
    struct chi_schema layout = test_probe_create_params_schema;
    const struct test_probe_create_params params = {.lanes = 2};
    const struct chimaera_admin_pool_spec spec = {.mod_name = TEST_PROBE_LIBRARY,
                                                  .pool_name = "params",
                                                  .params_schema = &layout,
                                                  .params = &params};
    chi_pool_id_t id;
    (void)state;
    assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id), 0);
    layout.hash ^= 1;
    assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id),
                     CHI_ESCHEMA);
    assert_error_says("test_probe_create_params");
}

static void more_schemas_than_there_are_methods_are_refused(void **state)
{
    static struct chi_task_schema *tasks[70000];
    const struct chi_module_schemas many = {.module = "x", .tasks = tasks, .count = 70000};
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = CHIMAERA_MOD_NAME_LIBRARY, .pool_name = "many", .schemas = &many};
    chi_pool_id_t id;
    (void)state;
    for (size_t i = 0; i < 70000; i++)
        tasks[i] = &chimaera_admin_flush_schema;
    assert_int_equal(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id),
                     -EINVAL);
}

static void a_process_with_another_admin_module_cannot_attach(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        chi_client_compare_schemas(&chimaera_admin_schemas); /* those that the test has */
        chimaera_admin_flush_schema.type.hash ^= 1;
        int rc = chi_client_init();
        bool named = strstr(chi_last_error(), "chimaera_admin_flush_task") != NULL;
        chimaera_admin_flush_schema.type.hash ^= 1;
        chimaera_admin_ping_schema.type.size++;
        int second = chi_client_init();
        chimaera_admin_ping_schema.type.size--;
        int third = chi_client_init();
        chi_client_fini();
        _exit(rc == CHI_ESCHEMA && named && second == CHI_ESCHEMA && third == 0 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(another_layout_of_the_same_size_is_refused_when_the_pool_is_asked_for),
        CASE(a_client_from_before_a_method_was_added_works),
        CASE(pools_are_opened_by_name_by_id_or_by_both),
        CASE(other_create_parameters_are_refused_by_name),
        CASE(more_schemas_than_there_are_methods_are_refused),
        CASE(a_process_with_another_admin_module_cannot_attach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
