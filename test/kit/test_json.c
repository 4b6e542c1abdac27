/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers out of JSON texts, by path. */
#include "support/cmocka_all.h"

#include "test/json.h"

static const char text[] =
    "{\"a\":{\"b\":7,\"u\":18446744073709551615,\"s\":\"\\\"b\\\":8\"},\"list\":["
    "{\"name\":\"x\",\"n\":1,\"in\":[{\"n\":10},{\"n\":20}]},"
    "{\"name\":\"y\",\"n\":2,\"in\":[]},"
    "{\"name\":\"y\",\"n\":4,\"in\":[]}]}";

static void a_path_leads_through_objects_and_selected_elements(void **state)
{
    (void)state;
    assert_int_equal((int)chi_test_json_number(text, "a.b"), 7);
    assert_true(chi_test_json_number(text, "a.u") > 1.8e19);
    assert_int_equal((int)chi_test_json_number(text, "list[name=y].n"), 2);
    assert_int_equal((int)chi_test_json_number(text, "list[2].n"), 4);
    assert_int_equal((int)chi_test_json_number(text, "list[name=x].in[1].n"), 20);
}

static void what_is_not_there_is_minus_one(void **state)
{
    (void)state;
    static const char *const paths[] = {"b",      "a.c",   "a.s", "list[name=z].n", "list[3].n",
                                        "list.n", "a.b.c", "[0]", "list[0",         "."};
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        assert_int_equal((int)chi_test_json_number(text, paths[i]), -1);
    assert_int_equal((int)chi_test_json_number("{\"a\":", "a"), -1);
}

static void a_sum_takes_the_selected_elements(void **state)
{
    uint64_t count;
    (void)state;
    assert_int_equal((int)chi_test_json_sum(text, "list", "n", &count), 7);
    assert_int_equal(count, 3);
    assert_int_equal((int)chi_test_json_sum(text, "list[name=y]", "n", &count), 6);
    assert_int_equal(count, 2);
    assert_int_equal((int)chi_test_json_sum(text, "a", "b", &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(chi_test_json_count(text, "list[name=x].in"), 2);
    assert_int_equal(chi_test_json_count("", "list"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_leads_through_objects_and_selected_elements),
        cmocka_unit_test(what_is_not_there_is_minus_one),
        cmocka_unit_test(a_sum_takes_the_selected_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
