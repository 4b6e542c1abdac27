/* SPDX-License-Identifier: BSD-3-Clause */
#include "shm_fixture.h"

#include "shm/unit_map.h"

#include <errno.h>

static void runs_found_are_those_of_a_plain_search(void **state)
{
    const uint32_t sizes[] = {1, 63, 64, 65, 128, 200, 500};
    unsigned seed = 7;
    (void)state;

    for (unsigned s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
        uint32_t total = sizes[s];
        struct chi_unit_map map;
        char model[500] = {0};
        assert_int_equal(chi_unit_map_init(&map, total), 0);
        for (int round = 0; round < 2000; round++) {
            uint32_t first = (uint32_t)rand_r(&seed) % total, units = 0, found, length;
            uint32_t want = 1 + (uint32_t)rand_r(&seed) % (round % 2 ? 150 : 8);
            uint32_t best = UINT32_MAX, best_length = UINT32_MAX, last = 0, last_length = 0;
            /* Flip a run that is all the same. */
            while (first + units < total && units < want && model[first + units] == model[first])
                units++;
            if (model[first])
                chi_unit_map_remove(&map, first, units);
            else
                chi_unit_map_add(&map, first, units);
            memset(model + first, !model[first], units);

            for (uint32_t u = 0, run = 0; u < total; u++) {
                run = model[u] ? run + 1 : 0;
                if (run == 0 || (u + 1 < total && model[u + 1]))
                    continue;
                last = u + 1 - run;
                last_length = run;
                if (run >= want && run < best_length) {
                    best = last;
                    best_length = run;
                }
            }
            assert_int_equal(chi_unit_map_best_fit(&map, want, &found), best != UINT32_MAX);
            if (best != UINT32_MAX)
                assert_int_equal(found, best);
            assert_int_equal(chi_unit_map_last_run(&map, &found, &length), last_length != 0);
            if (last_length != 0) {
                assert_int_equal(found, last);
                assert_int_equal(length, last_length);
            }
        }
        chi_unit_map_fini(&map);
    }
}

static void empty_and_too_large_sets_are_told_apart(void **state)
{
    struct chi_unit_map map;
    uint32_t first, units;
    (void)state;

    assert_int_equal(chi_unit_map_init(&map, CHI_UNIT_MAP_MAX + 1), -EINVAL);
    assert_int_equal(chi_unit_map_init(&map, 100), 0);
    assert_false(chi_unit_map_next_run(&map, 0, &first, &units));
    assert_false(chi_unit_map_last_run(&map, &first, &units));
    assert_false(chi_unit_map_best_fit(&map, 1, &first));
    chi_unit_map_add(&map, 0, 100);
    assert_false(chi_unit_map_best_fit(&map, 0, &first));
    assert_false(chi_unit_map_best_fit(&map, 101, &first));
    assert_true(chi_unit_map_best_fit(&map, 100, &first));
    assert_int_equal(first, 0);
    chi_unit_map_fini(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHM_TEST(runs_found_are_those_of_a_plain_search),
        SHM_TEST(empty_and_too_large_sets_are_told_apart),
    };

    return cmocka_run_group_tests_name("unit_map", tests, NULL, NULL);
}
