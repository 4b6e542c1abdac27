/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration file: defaults, every key, and that no mistake passes without its place. */
#include "chimaera/status.h"
#include "config/config.h"
#include "test_paths.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MB (UINT64_C(1) << 20)

static struct chi_config config;

static int tear_down(void **state)
{
    (void)state;
    chi_config_fini(&config);
    unsetenv("CHI_SERVER_CONF");
    return 0;
}

static int parse(const char *text)
{
    chi_config_fini(&config);
    return chi_config_parse("f.yaml", text, strlen(text), &config);
}

static void accept(const char *text)
{
    if (parse(text) != 0)
        fail_msg("%s\nwas refused: %s", text, chi_last_error());
}

/* The text is refused with a message that begins with the place and contains `part`. */
static void refuse(const char *text, const char *place, const char *part)
{
    static const struct chi_config zero;
    int rc = parse(text);
    if (rc != CHI_ECONFIG)
        fail_msg("%s\ngave %d, expected a refusal", text, rc);
    char begin[64];
    snprintf(begin, sizeof begin, "f.yaml:%s: ", place);
    if (strncmp(chi_last_error(), begin, strlen(begin)) != 0 || !strstr(chi_last_error(), part))
        fail_msg("%s\nexpected \"%s… %s\", got \"%s\"", text, begin, part, chi_last_error());
    assert_int_equal(chi_last_error_code(), CHI_ECONFIG);
    assert_memory_equal(&config, &zero, sizeof config);
}

static void assert_defaults(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    assert_true(config.main_segment_size == 256 * MB);
    assert_true(config.client_data_segment_size == 1024 * MB);
    assert_true(config.runtime_data_segment_size == 256 * MB);
    assert_null(config.instance);
    assert_null(config.socket_dir);
    assert_null(config.group);
    assert_int_equal(config.sched_threads, cores / 2 < 1 ? 1 : cores / 2 > 64 ? 64 : cores / 2);
    assert_int_equal(config.slow_threads, 1);
    assert_int_equal(config.stack_size, 128 * 1024);
    assert_int_equal(config.max_fibers, 1024);
    assert_int_equal(config.queue_depth, 1024);
    assert_int_equal(config.lane_map_policy, CHI_LANE_MAP_ROUND_ROBIN);
    assert_int_equal(config.first_busy_wait_ns, 50000);
    assert_int_equal(config.max_sleep_ns, 1000000000);
    assert_int_equal(config.max_clients, 64);
    assert_true(config.grace_period_ns == UINT64_C(5000000000));
    assert_string_equal(config.log_level, "info");
    assert_null(config.log_file);
    assert_null(config.module_paths);
    assert_int_equal(config.pool_count, 0);
}

static void an_empty_file_gives_the_defaults(void **state)
{
    (void)state;
    const char *const empty[] = {"",
                                 "\n",
                                 "# only a comment\n",
                                 "---\n",
                                 "~",
                                 "{}",
                                 "memory:\nruntime:\nlogging: # all commented out\ncompose:\n",
                                 "compose: []\nmodules: {}\n"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        accept(empty[i]);
        assert_defaults();
    }
}

static void every_key_is_read(void **state)
{
    (void)state;
    accept("memory:\n"
           "  main_segment_size: \"512MB\"\n"
           "  client_data_segment_size: 2GB\n"
           "  runtime_data_segment_size: 16777217 # rounded up\n"
           "runtime:\n"
           "  instance: test_1-a\n"
           "  socket_dir: /run/chimaera\n"
           "  group: hpc\n"
           "  sched_threads: 3\n"
           "  slow_threads: 0\n"
           "  stack_size: 64KB\n"
           "  max_fibers: 4\n"
           "  queue_depth: 16\n"
           "  lane_map_policy: least_loaded\n"
           "  first_busy_wait: 10us\n"
           "  max_sleep: 2min\n"
           "  max_clients: 0x10\n"
           "  grace_period: 0\n"
           "logging:\n"
           "  level: warn,kv:debug\n"
           "  file: '/tmp/a log'\n"
           "modules:\n"
           "  path: /a:/b\n");
    assert_true(config.main_segment_size == 512 * MB);
    assert_true(config.client_data_segment_size == 2048 * MB);
    assert_true(config.runtime_data_segment_size == 16 * MB + 65536);
    assert_string_equal(config.instance, "test_1-a");
    assert_string_equal(config.socket_dir, "/run/chimaera");
    assert_string_equal(config.group, "hpc");
    assert_int_equal(config.sched_threads, 3);
    assert_int_equal(config.slow_threads, 0);
    assert_int_equal(config.stack_size, 65536);
    assert_int_equal(config.max_fibers, 4);
    assert_int_equal(config.queue_depth, 16);
    assert_int_equal(config.lane_map_policy, CHI_LANE_MAP_LEAST_LOADED);
    assert_int_equal(config.first_busy_wait_ns, 10000);
    assert_true(config.max_sleep_ns == UINT64_C(120000000000));
    assert_int_equal(config.max_clients, 16);
    assert_int_equal(config.grace_period_ns, 0);
    assert_string_equal(config.log_level, "warn,kv:debug");
    assert_string_equal(config.log_file, "/tmp/a log");
    assert_string_equal(config.module_paths[0], "/a");
    assert_string_equal(config.module_paths[1], "/b");
    assert_null(config.module_paths[2]);
}

static void the_module_path_may_be_a_list(void **state)
{
    (void)state;
    accept("modules: {path: [/a, '/b:/c']}");
    assert_string_equal(config.module_paths[2], "/c");
    assert_null(config.module_paths[3]);
    refuse("modules: {path: [/a, '']}", "1:22", "empty");
    refuse("modules: {path: '/a::/b'}", "1:17", "empty");
    refuse("modules: {path: [[/a]]}", "1:18", "not a list");
}

static void members_of_the_group_may_what_is_listed(void **state)
{
    (void)state;
    accept("runtime: {group: g}");
    assert_int_equal(config.group_may, 0);
    assert_null(config.group_paths);
    accept("runtime: {group: g, group_may: [create, stop], group_paths: [/a, /b]}");
    assert_int_equal(config.group_may, CHI_RIGHT_CREATE | CHI_RIGHT_STOP);
    assert_string_equal(config.group_paths[1], "/b");
    accept("runtime: {group_may: destroy}");
    assert_int_equal(config.group_may, CHI_RIGHT_DESTROY);
    refuse("runtime: {group_may: [create, destory]}", "1:31", "did you mean \"destroy\"?");
    refuse("runtime: {group_may: ''}", "1:22", "a list of create, destroy and stop");
}

static void both_bounds_of_a_number_are_allowed_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *section, *key, *lowest, *highest, *below, *above;
    } bounds[] = {
        {"memory", "main_segment_size", "16MB", "1TB", "16777215", "1099511627777"},
        {"memory", "client_data_segment_size", "16MB", "1TB", "0", "2TB"},
        {"memory", "runtime_data_segment_size", "16MB", "1TB", "15MB", "99999999TB"},
        {"runtime", "sched_threads", "1", "64", "0", "65"},
        {"runtime", "slow_threads", "0", "64", "-1", "65"},
        {"runtime", "stack_size", "16KB", "64MB", "15KB", "65MB"},
        {"runtime", "max_fibers", "4", "8192", "3", "8193"},
        {"runtime", "queue_depth", "16", "65536", "8", "131072"},
        {"runtime", "first_busy_wait", "0", "1s", "-1", "1000001"},
        {"runtime", "max_sleep", "1ms", "1h", "999us", "61min"},
        {"runtime", "max_clients", "1", "1024", "0", "1025"},
        {"runtime", "grace_period", "0", "1h", "-5s", "2h"},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        char text[128], place[32];
#define WITH(value)                                                                                \
    snprintf(text, sizeof text, "%s: {%s: %s}", bounds[i].section, bounds[i].key, value)
        WITH(bounds[i].lowest);
        accept(text);
        WITH(bounds[i].highest);
        accept(text);
        snprintf(place, sizeof place, "1:%zu",
                 strlen(bounds[i].section) + strlen(bounds[i].key) + 6);
        WITH(bounds[i].below);
        refuse(text, place, " to ");
        WITH(bounds[i].above);
        refuse(text, place, " to ");
#undef WITH
    }
}

static void wrong_values_are_refused_with_their_place(void **state)
{
    (void)state;
    refuse("runtime:\n  queue_depth: 1000\n", "2:16", "expected a power of two, 16 to 65536");
    refuse("runtime:\n  sched_threads: many\n", "2:18", "expected a number, 1 to 64");
    refuse("runtime:\n  sched_threads: 1.5\n", "2:18", "\"1.5\"");
    refuse("runtime:\n  sched_threads: 2KB\n", "2:18", "\"2KB\"");
    refuse("runtime:\n  sched_threads: [2]\n", "2:18", "not a list");
    refuse("runtime:\n  sched_threads: {a: 2}\n", "2:18", "not a mapping");
    refuse("runtime:\n  sched_threads:\n  slow_threads: 1\n", "2:17", "leave the key out");
    refuse("runtime:\n  group: null\n", "2:10", "leave the key out");
    refuse("runtime:\n  group: ''\n", "2:10", "1 to 255 bytes");
    refuse("runtime:\n  lane_map_policy: least_laoded\n", "2:20", "did you mean \"least_loaded\"?");
    refuse("runtime:\n  instance: a/b\n", "2:13", "letters, digits");
    refuse("runtime:\n  instance: "
           "a1234567890123456789012345678901234567890123456789012345678901234\n",
           "2:13", "1 to 64 bytes");
    refuse("memory:\n  main_segment_size: 512XB\n", "2:22", "expected a size such as 512MB");
    refuse("runtime:\n  max_sleep: 5 parsecs\n", "2:14", "such as 50us, 100ms or 1s");
    refuse("runtime:\n  grace_period: 5\n", "2:17", "such as 50us, 100ms or 1s");
    refuse("logging:\n  level: debgu\n", "2:10", "did you mean \"debug\"?");
    refuse("logging:\n  file: \"a\\0b\"\n", "2:9", "\\0");
}

static void unknown_names_are_refused_with_the_nearest(void **state)
{
    (void)state;
    refuse("runtiem:\n  stack_size: 1MB\n", "1:1", "did you mean \"runtime\"?");
    refuse("\n\nstorage: {}\n", "3:1", "unknown section \"storage\"");
    refuse("runtime:\n  stack_size: 64KB\n  stak_size: 1MB\n", "3:3",
           "unknown key \"stak_size\" in section runtime; did you mean \"stack_size\"?");
    refuse("memory:\n  queue_depth: 16\n", "2:3", "it belongs to section runtime");
    refuse("runtime:\n  mod_name: a\n", "2:3", "unknown key \"mod_name\"");
}

static void a_key_given_twice_is_refused(void **state)
{
    (void)state;
    refuse("runtime:\n  stack_size: 64KB\n  stack_size: 64KB\n", "3:3", "first in line 2");
    refuse("memory: {}\nruntime: {}\nmemory: {}\n", "3:1", "first in line 1");
}

static void sections_have_their_shapes(void **state)
{
    (void)state;
    refuse("- runtime\n", "1:1", "expected sections");
    refuse("runtime\n", "1:1", "expected sections");
    refuse("runtime: 5\n", "1:10", "expected keys in \"runtime\"");
    refuse("runtime: [a]\n", "1:10", "expected keys in \"runtime\"");
    refuse("compose: {mod_name: a}\n", "1:10", "expected a list of pools");
    refuse("compose: [a]\n", "1:11", "expected a pool");
    refuse("runtime:\n  ? [a]\n  : b\n", "2:5", "a key must be a word");
}

static void what_yaml_has_beyond_is_refused(void **state)
{
    (void)state;
    refuse("runtime: &r\n  stack_size: 64KB\n", "1:10", "anchors");
    refuse("runtime:\n  stack_size: &s 64KB\n", "2:15", "anchors");
    refuse("runtime:\n  stack_size: *s\n", "2:15", "aliases");
    refuse("runtime:\n  <<: {stack_size: 64KB}\n", "2:3", "merge keys");
    refuse("runtime:\n  stack_size: !!int 64\n", "2:15", "tags");
    refuse("runtime: {}\n---\nmemory: {}\n", "2:1", "second document");
    refuse("runtime: {}\n---\n", "2:1", "second document");
    refuse("compose: [[[[[[[[[[[[]]]]]]]]]]]]\n", "1:17", "too deeply");
}

static void broken_yaml_is_refused_with_its_place(void **state)
{
    (void)state;
    refuse("runtime: {stack_size: 64KB\n", "2:1", "begun in line 1");
    refuse("runtime:\n  group: \"open\n", "3:1", "begun in line 2");
    refuse("runtime:\n\tstack_size: 64KB\n", "2:1", "");
    refuse("runtime: }\n", "1:10", "");
    refuse("a: b: c\n", "1:5", "");
    assert_int_equal(chi_config_parse("f.yaml", "runtime: \xff\xfe", 11, &config), CHI_ECONFIG);
    assert_int_equal(chi_config_parse("f.yaml", "a\0b", 3, &config), CHI_ECONFIG);
}

static void pools_are_read_with_their_parameters(void **state)
{
    (void)state;
    accept("compose:\n"
           "  - mod_name: chimaera_bdev\n"
           "    pool_name: disk 0\n"
           "    pool_query: broadcast\n"
           "    pool_id: 7000.0\n"
           "    containers: 4\n"
           "    path: /data/disk\n"
           "    sizes: [1MB, 2, \"x y\"]\n"
           "    empty: []\n"
           "    none:\n"
           "  - {mod_name: MOD_NAME, pool_name: b, pool_id: 12, containers_per_node: 2}\n"
           "  - {mod_name: MOD_NAME, pool_name: c}\n");
    assert_int_equal(config.pool_count, 3);
    const struct chi_config_pool *pool = &config.pools[0];
    assert_string_equal(pool->mod_name, "chimaera_bdev");
    assert_string_equal(pool->pool_name, "disk 0");
    assert_int_equal(pool->pool_query.mode, CHI_ROUTE_BROADCAST);
    assert_true(chi_pool_id_equal(pool->pool_id, chi_pool_id(7000, 0)));
    assert_int_equal(pool->containers, 4);
    assert_int_equal(pool->line, 2);
    assert_int_equal(pool->param_count, 4);
    assert_string_equal(pool->params[0].key, "path");
    assert_string_equal(pool->params[0].value, "/data/disk");
    assert_int_equal(pool->params[0].line, 7);
    assert_int_equal(pool->params[0].column, 11);
    assert_string_equal(pool->params[1].value, "1MB,2,x y");
    assert_string_equal(pool->params[2].value, "");
    assert_string_equal(pool->params[3].value, "");
    assert_true(chi_pool_id_equal(config.pools[1].pool_id, chi_pool_id(12, 0)));
    assert_int_equal(config.pools[1].containers, 2);
    assert_true(chi_pool_id_is_null(config.pools[2].pool_id));
    assert_int_equal(config.pools[2].pool_query.mode, CHI_ROUTE_LOCAL);
    assert_int_equal(config.pools[2].containers, 1);
}

static void a_wrong_pool_is_refused_with_its_place(void **state)
{
    (void)state;
#define POOL(more) "compose:\n- {mod_name: m, pool_name: p" more "}\n"
    refuse("compose:\n- mod_name: m\n", "2:3", "lacks the required key \"pool_name\"");
    refuse("compose:\n- {pool_name: p, mod_nam: m}\n", "2:3",
           "lacks the required key \"mod_name\"; is \"mod_nam\" a misspelling of it?");
    refuse(POOL(", pool_id: seven"), "2:40", "a pool id such as 7000.0");
    refuse(POOL(", pool_id: 0"), "2:40", "a pool id such as 7000.0");
    refuse(POOL(", pool_query: lcal"), "2:43", "did you mean \"local\"?");
    refuse(POOL(", containers_per_node: 0"), "2:52", "1 to 16384");
    refuse(POOL(", containers: 16385"), "2:43", "1 to 16384");
    refuse(POOL(", containers: 2, containers_per_node: 2"), "2:46", "given twice");
    refuse(POOL(", a: {b: c}"), "2:34", "expected a value or a list for \"a\"");
    refuse(POOL(", a: [[b]]"), "2:35", "without commas");
    refuse(POOL(", a: ['b,c']"), "2:35", "without commas");
    refuse("compose:\n- {mod_name: ../m, pool_name: p}\n", "2:14", "letters, digits");
    refuse("compose:\n- {mod_name: m, pool_name: ''}\n", "2:28", "1 to 255 bytes");
    refuse(POOL("") "- {mod_name: n, pool_name: p}\n", "3:3", "line 2 has the same name");
    refuse(POOL(", pool_id: 5") "- {mod_name: n, pool_name: q, pool_id: 5.0}\n", "3:3",
           "line 2 has the same id");
#undef POOL
}

static char path[] = "/tmp/chi_test_config_XXXXXX";

static void a_file_is_read_by_its_name_or_by_the_environment(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    const char text[] = "runtime:\n  sched_threads: 7\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    assert_int_equal(chi_config_load(path, &config), 0);
    assert_int_equal(config.sched_threads, 7);
    chi_config_fini(&config);
    setenv("CHI_SERVER_CONF", path, 1);
    assert_int_equal(chi_config_load(NULL, &config), 0);
    assert_int_equal(config.sched_threads, 7);
    chi_config_fini(&config);
    assert_int_equal(write(fd, "?\n", 2), 2);
    assert_int_equal(chi_config_load(path, &config), CHI_ECONFIG);
    assert_memory_equal(chi_last_error(), path, strlen(path));
    assert_int_equal(ftruncate(fd, (2 << 20)), 0);
    assert_int_equal(chi_config_load(path, &config), -EFBIG);
    close(fd);
    unlink(path);
    setenv("CHI_SERVER_CONF", "", 1);
    assert_int_equal(chi_config_load(NULL, &config), 0);
    assert_defaults();
    chi_config_fini(&config);
    unsetenv("CHI_SERVER_CONF");
    assert_int_equal(chi_config_load(NULL, &config), 0);
    assert_defaults();
}

static void a_file_that_cannot_be_read_is_its_errno(void **state)
{
    (void)state;
    assert_int_equal(chi_config_load("/nonexistent.yaml", &config), -ENOENT);
    assert_non_null(strstr(chi_last_error(), "/nonexistent.yaml"));
    assert_int_equal(chi_config_load("/tmp", &config), -EISDIR);
    assert_int_equal(chi_config_load("", &config), -ENOENT);
    setenv("CHI_SERVER_CONF", "/nonexistent.yaml", 1);
    assert_int_equal(chi_config_load(NULL, &config), -ENOENT);
    assert_non_null(strstr(chi_last_error(), "CHI_SERVER_CONF"));
}

static void every_prefix_and_many_mutants_of_a_file_end_without_harm(void **state)
{
    (void)state;
    static const char text[] = "memory: {main_segment_size: 64MB}\nruntime:\n  stack_size: 64KB\n"
                               "modules:\n  path: [/a, \"/b\"]\ncompose:\n- mod_name: a\n"
                               "  pool_name: 'b'\n  pool_id: 7.1\n  x: [1, 2]\n";
    char mutant[sizeof text];
    uint64_t random = 7;
    for (size_t size = 0; size < sizeof text; size++) {
        chi_config_parse("f", text, size, &config);
        chi_config_fini(&config);
    }
    for (int round = 0; round < 5000; round++) {
        memcpy(mutant, text, sizeof text);
        for (int i = 0; i < 2; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            mutant[(random >> 33) % (sizeof text - 1)] =
                "\n :-[]{}&*!'\"#,?a\0\xc3"[(random >> 20) % 20];
        }
        int rc = chi_config_parse("f", mutant, sizeof text - 1, &config);
        assert_true(rc == 0 || rc == CHI_ECONFIG);
        chi_config_fini(&config);
    }
}

static void the_description_names_every_key_with_default_and_bounds(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    chi_config_describe(out);
    fclose(out);
    assert_non_null(strstr(text, "| `memory.main_segment_size` | a size such as 512MB | `256MB` | "
                                 "16MB to 1TB |"));
    assert_non_null(strstr(text,
                           "| `runtime.first_busy_wait` | a duration such as 50us, 100ms or 1s "
                           "| `50us` | 0 to 1s |"));
    assert_non_null(strstr(text, "| `compose[].mod_name` |"));
    int lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 2 + 3 + 16 + 2 + 1 + 5);
    free(text);
}

static void the_page_in_docs_holds_this_table(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    chi_config_describe(out);
    fclose(out);
    static char page[65536];
    FILE *file = fopen(CHI_TEST_SOURCE_DIR "/docs/reference/config.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    if (!strstr(page, text))
        fail_msg("docs/reference/config.md is stale: paste the output of chi_config_describe()");
    free(text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_file_gives_the_defaults),
        TEST(every_key_is_read),
        TEST(the_module_path_may_be_a_list),
        TEST(members_of_the_group_may_what_is_listed),
        TEST(both_bounds_of_a_number_are_allowed_and_no_more),
        TEST(wrong_values_are_refused_with_their_place),
        TEST(unknown_names_are_refused_with_the_nearest),
        TEST(a_key_given_twice_is_refused),
        TEST(sections_have_their_shapes),
        TEST(what_yaml_has_beyond_is_refused),
        TEST(broken_yaml_is_refused_with_its_place),
        TEST(pools_are_read_with_their_parameters),
        TEST(a_wrong_pool_is_refused_with_its_place),
        TEST(a_file_is_read_by_its_name_or_by_the_environment),
        TEST(a_file_that_cannot_be_read_is_its_errno),
        TEST(every_prefix_and_many_mutants_of_a_file_end_without_harm),
        TEST(the_description_names_every_key_with_default_and_bounds),
        TEST(the_page_in_docs_holds_this_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
