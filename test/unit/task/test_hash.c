/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash of keys: its values, which may never change, and how evenly it spreads. */
#include "chimaera/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint32_t hash(const char *text)
{
    return chi_hash_bytes(text, strlen(text));
}

/* Published values of MurmurHash3_x86_32 with seed 0. */
static void it_is_the_known_function(void **state)
{
    (void)state;
    assert_int_equal(chi_hash_bytes(NULL, 0), 0);
    assert_int_equal(hash(""), 0);
    assert_int_equal(hash("test"), 0xba6bd213u);
    assert_int_equal(hash("Hello, world!"), 0xc0363e43u);
    assert_int_equal(hash("The quick brown fox jumps over the lazy dog"), 0x2e4ff723u);
    assert_int_equal(chi_hash_bytes("\0\0\0\0", 4), 0x2362f9deu);
    assert_int_equal(chi_hash_bytes("\xff\xff\xff\xff", 4), 0x76293b50u);
    assert_int_equal(chi_hash_bytes("\x21\x43\x65\x87", 4), 0xf55b516bu);
    assert_int_equal(chi_hash_bytes("\x21\x43\x65", 3), 0x7e4a8634u);
    assert_int_equal(chi_hash_bytes("\x21\x43", 2), 0xa0f7b07au);
    assert_int_equal(chi_hash_bytes("\x21", 1), 0x72661cf4u);
}

static void every_byte_counts_and_no_alignment_does(void **state)
{
    char buffer[80];
    (void)state;
    for (size_t size = 1; size <= 64; size++) {
        memset(buffer, 'x', sizeof(buffer));
        uint32_t first = chi_hash_bytes(buffer, size);
        for (size_t shift = 1; shift < 8; shift++)
            assert_int_equal(chi_hash_bytes(buffer + shift, size), first);
        for (size_t i = 0; i < size; i++) {
            buffer[i] ^= 1;
            assert_int_not_equal(chi_hash_bytes(buffer, size), first);
            buffer[i] ^= 1;
        }
    }
}

/*
 * Chi-square over `containers`: with as many degrees of freedom less one its mean is about that,
 * its standard deviation the root of twice that. Inputs are fixed, so it passes always or never.
 */
static void assert_even(uint32_t (*key_hash)(uint32_t), uint32_t containers)
{
    enum { KEYS = 100000, MOST = 1024 };
    static uint32_t found[MOST];
    double expected = (double)KEYS / containers, chi_square = 0;

    memset(found, 0, sizeof(found));
    for (uint32_t i = 0; i < KEYS; i++)
        found[key_hash(i) % containers]++;
    for (uint32_t i = 0; i < containers; i++)
        chi_square += (found[i] - expected) * (found[i] - expected) / expected;
    double freedom = containers - 1;
    double over = chi_square - freedom;
    if (over > 0 && over * over > 16 * 2 * freedom) /* four standard deviations */
        fail_msg("%u containers: chi-square %.0f", containers, chi_square);
}

static uint32_t number_hash(uint32_t i)
{
    return chi_hash_bytes(&i, sizeof(i));
}

static uint32_t even_number_hash(uint32_t i)
{
    uint64_t number = (uint64_t)i * 4096;
    return chi_hash_bytes(&number, sizeof(number));
}

static uint32_t name_hash(uint32_t i)
{
    char name[32];
    return chi_hash_bytes(name, (size_t)snprintf(name, sizeof(name), "/data/run/%08u.dat", i));
}

static void it_spreads_keys_evenly_over_any_number_of_containers(void **state)
{
    static const uint32_t containers[] = {2, 3, 4, 5, 7, 8, 10, 16, 60, 64, 100, 256, 1000, 1024};
    (void)state;
    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
        assert_even(number_hash, containers[i]);
        assert_even(even_number_hash, containers[i]);
        assert_even(name_hash, containers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_known_function),
        cmocka_unit_test(every_byte_counts_and_no_alignment_does),
        cmocka_unit_test(it_spreads_keys_evenly_over_any_number_of_containers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
