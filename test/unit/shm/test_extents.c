/* SPDX-License-Identifier: BSD-3-Clause */
#include "shm_fixture.h"

#include "shm/extents.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define UNIT  ((uint64_t)CHI_EXTENT_UNIT)
#define ALICE 1
#define BOB   2

static struct chi_extents *table(const struct chi_segment_map *map, uint32_t reserved)
{
    struct chi_extents *extents;
    assert_int_equal(chi_extents_create(map, reserved, &extents), 0);
    return extents;
}

static uint64_t backed_bytes(const struct chi_segment_map *map)
{
    struct stat status;
    assert_int_equal(fstat(map->fd, &status), 0);
    return (uint64_t)status.st_blocks * 512;
}

static uint32_t grant(struct chi_extents *extents, uint16_t owner, uint32_t units)
{
    uint32_t first = UINT32_MAX;
    assert_int_equal(chi_extents_grant(extents, owner, units, &first), 0);
    return first;
}

static void reserved_units_are_the_runtimes_and_backed(void **state)
{
    struct chi_segment_map map = shm_segment(16 * UNIT);
    struct chi_extents *extents = table(&map, 3);
    (void)state;

    assert_true(chi_extents_owns(extents, CHI_OWNER_RUNTIME, 0, 3 * UNIT));
    assert_false(chi_extents_owns(extents, CHI_OWNER_RUNTIME, 0, 3 * UNIT + 1));
    assert_int_equal(backed_bytes(&map), 3 * UNIT);
    assert_int_equal(chi_extents_owner_bytes(extents, CHI_OWNER_RUNTIME), 3 * UNIT);
    assert_int_equal(chi_extents_free_bytes(extents), 13 * UNIT);
    assert_int_equal(chi_extents_total_bytes(extents), 16 * UNIT);
    assert_int_equal(grant(extents, ALICE, 1), 3);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void a_table_needs_a_whole_unit_and_room_for_what_is_reserved(void **state)
{
    struct chi_segment_map map = shm_segment(2 * UNIT + 1);
    struct chi_segment_map small = map;
    struct chi_extents *extents;
    (void)state;

    small.size = UNIT - 1;
    assert_int_equal(chi_extents_create(&small, 0, &extents), -EINVAL);
    assert_int_equal(chi_extents_create(&map, 3, &extents), -EINVAL);
    extents = table(&map, 2);
    assert_false(chi_extents_owns(extents, CHI_OWNER_RUNTIME, 2 * UNIT, 1)); /* the tail */
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void granted_units_belong_to_their_owner_only(void **state)
{
    struct chi_segment_map map = shm_segment(64 * UNIT);
    struct chi_extents *extents = table(&map, 1);
    uint32_t a = grant(extents, ALICE, 4);
    uint32_t b = grant(extents, BOB, 4);
    (void)state;

    assert_true(chi_extents_owns(extents, ALICE, a * UNIT, 4 * UNIT));
    assert_true(chi_extents_owns(extents, ALICE, a * UNIT + 100, 28));
    assert_true(chi_extents_owns(extents, ALICE, (a + 1) * UNIT - 1, 2));
    assert_false(chi_extents_owns(extents, ALICE, a * UNIT - 1, 2));
    assert_false(chi_extents_owns(extents, ALICE, (a + 3) * UNIT, UNIT + 1));
    assert_false(chi_extents_owns(extents, ALICE, b * UNIT, 1));
    assert_true(chi_extents_owns(extents, BOB, b * UNIT, 4 * UNIT));
    assert_int_equal(chi_extents_owner_bytes(extents, BOB), 4 * UNIT);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void ranges_that_overflow_or_leave_the_segment_are_nobodys(void **state)
{
    struct chi_segment_map map = shm_segment(8 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    (void)state;

    assert_int_equal(grant(extents, ALICE, 8), 0);
    assert_true(chi_extents_owns(extents, ALICE, 0, 8 * UNIT));
    assert_false(chi_extents_owns(extents, ALICE, 0, 8 * UNIT + 1));
    assert_false(chi_extents_owns(extents, ALICE, 1, 8 * UNIT));
    assert_false(chi_extents_owns(extents, ALICE, UNIT, UINT64_MAX));
    assert_false(chi_extents_owns(extents, ALICE, UINT64_MAX, UINT64_MAX));
    assert_false(chi_extents_owns(extents, ALICE, UINT64_MAX - 10, 20));
    assert_true(chi_extents_owns(extents, ALICE, 8 * UNIT - 1, 1));
    assert_true(chi_extents_owns(extents, ALICE, 8 * UNIT - 1, 0));
    assert_true(chi_extents_owns(extents, ALICE, 0, 0));
    assert_true(chi_extents_owns(extents, ALICE, UNIT, 0));
    assert_false(chi_extents_owns(extents, ALICE, 8 * UNIT, 0));
    assert_false(chi_extents_owns(extents, BOB, UNIT, 0));
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void grants_of_nothing_or_to_nobody_are_refused(void **state)
{
    struct chi_segment_map map = shm_segment(8 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint32_t first;
    (void)state;

    assert_int_equal(chi_extents_grant(extents, ALICE, 0, &first), -EINVAL);
    assert_int_equal(chi_extents_grant(extents, CHI_OWNER_FREE, 1, &first), -EINVAL);
    assert_int_equal(chi_extents_grant(extents, CHI_OWNER_RETIRED, 1, &first), -EINVAL);
    assert_int_equal(chi_extents_grant(extents, ALICE, 9, &first), -ENOMEM);
    assert_int_equal(chi_extents_grant(extents, ALICE, UINT32_MAX, &first), -ENOMEM);
    assert_int_equal(chi_extents_free_bytes(extents), 8 * UNIT);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void granted_memory_is_backed_and_freed_memory_goes_back_zeroed(void **state)
{
    struct chi_segment_map map = shm_segment(128 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    unsigned char *base = map.base;
    (void)state;

    uint32_t first = grant(extents, ALICE, 100); /* more than one piece */
    assert_int_equal(backed_bytes(&map), 100 * UNIT);
    memset(base + first * UNIT, 0xAB, 100 * UNIT);
    assert_int_equal(backed_bytes(&map), 100 * UNIT);
    chi_extents_free(extents, first + 10, 20);
    assert_int_equal(backed_bytes(&map), 80 * UNIT);
    assert_false(chi_extents_owns(extents, ALICE, (first + 10) * UNIT, 1));
    assert_true(chi_extents_owns(extents, ALICE, first * UNIT, 10 * UNIT));
    assert_true(chi_extents_owns(extents, ALICE, (first + 30) * UNIT, 70 * UNIT));
    assert_int_equal(grant(extents, BOB, 20), first + 10); /* the hole that just fits */
    for (uint64_t i = 0; i < 20 * UNIT; i++)
        if (base[(first + 10) * UNIT + i] != 0)
            fail_msg("byte %lu of a new grant is not zero", (unsigned long)i);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void retired_units_pass_no_check_and_are_not_granted_until_freed(void **state)
{
    struct chi_segment_map map = shm_segment(4 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint32_t first = grant(extents, ALICE, 4);
    uint32_t none;
    (void)state;

    assert_int_equal(chi_extents_retire(extents, ALICE, first + 1, 2), 0);
    assert_true(chi_extents_owns(extents, ALICE, first * UNIT, UNIT));
    assert_false(chi_extents_owns(extents, ALICE, (first + 1) * UNIT, 1));
    assert_false(chi_extents_owns(extents, ALICE, first * UNIT, 4 * UNIT));
    assert_int_equal(chi_extents_grant(extents, BOB, 1, &none), -ENOMEM);
    assert_int_equal(backed_bytes(&map), 4 * UNIT);
    assert_int_equal(chi_extents_owner_bytes(extents, ALICE), 4 * UNIT);
    assert_int_equal(chi_extents_owner_bytes(extents, CHI_OWNER_RETIRED), 2 * UNIT);
    chi_extents_free(extents, first + 1, 2);
    assert_int_equal(chi_extents_owner_bytes(extents, ALICE), 2 * UNIT);
    assert_int_equal(grant(extents, BOB, 2), first + 1);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void retiring_what_is_not_all_ones_own_changes_nothing(void **state)
{
    struct chi_segment_map map = shm_segment(8 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint32_t a = grant(extents, ALICE, 2);
    uint32_t b = grant(extents, BOB, 2);
    (void)state;

    assert_int_equal(chi_extents_retire(extents, ALICE, a, 3), -EINVAL);
    assert_int_equal(chi_extents_retire(extents, ALICE, b, 1), -EINVAL);
    assert_int_equal(chi_extents_retire(extents, ALICE, a, 0), -EINVAL);
    assert_int_equal(chi_extents_retire(extents, ALICE, 8, 1), -EINVAL);
    assert_int_equal(chi_extents_retire(extents, ALICE, a, UINT32_MAX), -EINVAL);
    assert_int_equal(chi_extents_retire(extents, ALICE, UINT32_MAX, 2), -EINVAL);
    assert_int_equal(chi_extents_retire(extents, CHI_OWNER_FREE, 6, 1), -EINVAL);
    assert_true(chi_extents_owns(extents, ALICE, a * UNIT, 2 * UNIT));
    assert_int_equal(chi_extents_retire(extents, ALICE, a, 1), 0);
    assert_int_equal(chi_extents_retire(extents, ALICE, a, 1), -EINVAL);
    assert_int_equal(chi_extents_owner_bytes(extents, CHI_OWNER_RETIRED), UNIT);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void freeing_free_or_impossible_units_is_harmless(void **state)
{
    struct chi_segment_map map = shm_segment(8 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint32_t first = grant(extents, ALICE, 2);
    (void)state;

    chi_extents_free(extents, 0, 8);
    chi_extents_free(extents, 0, 8);
    chi_extents_free(extents, first, UINT32_MAX);
    chi_extents_free(extents, UINT32_MAX, UINT32_MAX);
    assert_int_equal(chi_extents_free_bytes(extents), 8 * UNIT);
    assert_int_equal(grant(extents, BOB, 8), 0);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void all_of_a_dead_owner_comes_back_and_nothing_else(void **state)
{
    struct chi_segment_map map = shm_segment(64 * UNIT);
    struct chi_extents *extents = table(&map, 1);
    uint32_t a1, b, a2;
    (void)state;

    a1 = grant(extents, ALICE, 3);
    b = grant(extents, BOB, 5);
    a2 = grant(extents, ALICE, 7);
    assert_int_equal(chi_extents_retire(extents, ALICE, a1, 1), 0);
    assert_false(chi_extents_owns(extents, ALICE, a1 * UNIT, 1));
    assert_true(chi_extents_owns(extents, ALICE, a2 * UNIT, 1));
    assert_int_equal(chi_extents_free_bytes(extents), (64 - 16) * UNIT);
    assert_int_equal(chi_extents_free_owner(extents, ALICE), 10);
    assert_int_equal(chi_extents_free_owner(extents, ALICE), 0);
    assert_int_equal(chi_extents_free_owner(extents, CHI_OWNER_FREE), 0);
    assert_int_equal(chi_extents_free_owner(extents, CHI_OWNER_RETIRED), 0);
    assert_int_equal(chi_extents_owner_bytes(extents, ALICE), 0);
    assert_true(chi_extents_owns(extents, BOB, b * UNIT, 5 * UNIT));
    assert_int_equal(backed_bytes(&map), 6 * UNIT);
    /* Also without retiring first. */
    assert_int_equal(chi_extents_free_owner(extents, BOB), 5);
    assert_int_equal(chi_extents_free_bytes(extents), 63 * UNIT);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void random_grants_and_frees_never_overlap(void **state)
{
    enum { UNITS = 1000, ROUNDS = 5000 };
    struct chi_segment_map map = shm_segment(UNITS * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint16_t model[UNITS] = {0};
    unsigned seed = 1;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        uint16_t owner = (uint16_t)(1 + rand_r(&seed) % 5);
        uint32_t units = 1 + (uint32_t)rand_r(&seed) % 8, first;
        if (rand_r(&seed) % 2 && chi_extents_grant(extents, owner, units, &first) == 0) {
            for (uint32_t u = first; u < first + units; u++) {
                assert_int_equal(model[u], 0);
                model[u] = owner;
            }
        } else {
            first = (uint32_t)rand_r(&seed) % (UNITS - 8);
            chi_extents_free(extents, first, units);
            memset(model + first, 0, units * sizeof(*model));
        }
    }
    for (uint32_t u = 0; u < UNITS; u++)
        if (model[u])
            assert_true(chi_extents_owns(extents, model[u], u * UNIT, UNIT));
        else
            for (uint16_t owner = 1; owner <= 5; owner++)
                assert_false(chi_extents_owns(extents, owner, u * UNIT, 1));
    for (uint16_t owner = 1; owner <= 5; owner++)
        chi_extents_free_owner(extents, owner);
    assert_int_equal(grant(extents, ALICE, UNITS), 0);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

/* A small file system of our own, to run full; skips where the system does not let us. */
static int full_filesystem_file(uint64_t limit_units)
{
    char folder[] = "/tmp/chimaera.test.XXXXXX";
    char path[64], options[64];
    int fd;

    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0)
        skip();
    assert_non_null(mkdtemp(folder));
    snprintf(options, sizeof(options), "size=%lu", (unsigned long)(limit_units * UNIT));
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", folder, "tmpfs", 0, options) != 0) {
        rmdir(folder);
        skip();
    }
    snprintf(path, sizeof(path), "%s/segment", folder);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    umount2(folder, MNT_DETACH);
    rmdir(folder);
    assert_true(fd >= 0);
    return fd;
}

static void full_machine_is_enomem_at_the_grant_and_not_sigbus_later(void **state)
{
    int fd = full_filesystem_file(100);
    struct chi_segment_map map;
    struct chi_extents *extents;
    uint32_t first;
    (void)state;

    assert_int_equal(ftruncate(fd, 1000 * UNIT), 0);
    assert_int_equal(chi_segment_map_fd(fd, 1000 * UNIT, PROT_READ | PROT_WRITE, &map), 0);
    assert_int_equal(chi_extents_create(&map, 200, &extents), -ENOMEM);
    assert_int_equal(backed_bytes(&map), 0);
    extents = table(&map, 0);
    assert_int_equal(chi_extents_grant(extents, ALICE, 500, &first), -ENOMEM);
    assert_int_equal(backed_bytes(&map), 0);
    assert_int_equal(chi_extents_free_bytes(extents), 1000 * UNIT);
    first = grant(extents, ALICE, 80);
    memset((unsigned char *)map.base + first * UNIT, 1, 80 * UNIT);
    assert_int_equal(chi_extents_grant(extents, BOB, 30, &first), -ENOMEM);
    assert_true(chi_extents_owns(extents, ALICE, 0, 80 * UNIT));
    grant(extents, BOB, 20);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

/* Tasks that passed the check before they were retired may still use them. */
static void a_regrant_that_fails_leaves_retired_units_as_they_are(void **state)
{
    int fd = full_filesystem_file(100);
    struct chi_segment_map map;
    struct chi_extents *extents;
    uint32_t first, taken;
    (void)state;

    assert_int_equal(ftruncate(fd, 1000 * UNIT), 0);
    assert_int_equal(chi_segment_map_fd(fd, 1000 * UNIT, PROT_READ | PROT_WRITE, &map), 0);
    extents = table(&map, 0);
    first = grant(extents, ALICE, 40);
    memset((unsigned char *)map.base + first * UNIT, 7, 40 * UNIT);
    assert_int_equal(chi_extents_retire(extents, ALICE, first + 20, 20), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(chi_extents_regrant(extents, ALICE, 970, &taken), -ENOMEM);
    assert_int_equal(chi_extents_free_bytes(extents), 960 * UNIT);
    assert_int_equal(chi_extents_owner_bytes(extents, ALICE), 40 * UNIT);
    assert_int_equal(chi_extents_owner_bytes(extents, CHI_OWNER_RETIRED), 20 * UNIT);
    assert_int_equal(backed_bytes(&map), 40 * UNIT);
    for (uint64_t at = 0; at < 40 * UNIT; at += 4096)
        assert_int_equal(((unsigned char *)map.base)[first * UNIT + at], 7);
    assert_int_equal(grant(extents, BOB, 20), first + 40); /* none of hers */
    chi_extents_free(extents, first + 20, 20);
    assert_int_equal(chi_extents_free_bytes(extents), 960 * UNIT);
    assert_true(chi_extents_owns(extents, BOB, (first + 40) * UNIT, 20 * UNIT));
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void assert_around(struct chi_extents *extents, uint64_t offset, uint64_t size,
                          uint32_t window, uint32_t first, uint32_t units)
{
    uint32_t found = first;
    assert_int_equal(chi_extents_around(extents, offset, size, window, &found), units);
    assert_int_equal(found, first);
}

/* ---- homes */

static void a_home_is_granted_to_its_owner_only(void **state)
{
    struct chi_segment_map map = shm_segment(64 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint32_t first, alices = 0;
    (void)state;

    assert_int_equal(chi_extents_keep(extents, 2, 3), 0);
    assert_int_equal(chi_extents_free_bytes(extents), 64 * UNIT);
    while (chi_extents_grant(extents, ALICE, 1, &first) == 0)
        alices++;
    assert_int_equal(alices, 61);
    /* However she fragments the rest, Bob gets adjacent units. */
    for (uint32_t unit = 0; unit < 61; unit += 2)
        chi_extents_free(extents, unit, 1);
    assert_int_equal(grant(extents, BOB, 3), 61);
    assert_int_equal(chi_extents_grant(extents, BOB, 2, &first), -ENOMEM);
    assert_int_equal(grant(extents, BOB, 1), 0); /* common room */
    /* Freed, a home is its owner's again. A third owner has none. */
    chi_extents_free(extents, 61, 3);
    assert_int_equal(chi_extents_grant(extents, ALICE, 2, &first), -ENOMEM);
    assert_int_equal(chi_extents_grant(extents, 3, 2, &first), -ENOMEM);
    assert_int_equal(grant(extents, BOB, 2), 61);
    chi_extents_free_owner(extents, ALICE);
    chi_extents_free_owner(extents, BOB);
    assert_int_equal(chi_extents_free_bytes(extents), 64 * UNIT);
    assert_int_equal(grant(extents, ALICE, 58), 0);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void units_over_the_edge_of_a_home_come_back_to_both_sides(void **state)
{
    struct chi_segment_map map = shm_segment(64 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    uint32_t first;
    (void)state;

    assert_int_equal(chi_extents_keep(extents, 2, 4), 0);
    assert_int_equal(grant(extents, ALICE, 4), 56);
    assert_int_equal(grant(extents, ALICE, 56), 0);
    assert_int_equal(chi_extents_retire(extents, ALICE, 50, 8), 0); /* 6 common, 2 of her home */
    assert_int_equal(chi_extents_regrant(extents, ALICE, 7, &first), -ENOMEM);
    assert_int_equal(chi_extents_regrant(extents, ALICE, 2, &first), 0);
    assert_int_equal(first, 56);
    chi_extents_free(extents, 50, 6);
    assert_int_equal(chi_extents_grant(extents, 3, 7, &first), -ENOMEM);
    assert_int_equal(grant(extents, 3, 6), 50);
    assert_int_equal(chi_extents_free_owner(extents, ALICE), 54);
    assert_int_equal(chi_extents_free_bytes(extents), 58 * UNIT);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void a_small_segment_keeps_fewer_homes(void **state)
{
    struct chi_segment_map map = shm_segment(64 * UNIT);
    struct chi_extents *extents = table(&map, 32);
    uint32_t first, taken = 0;
    (void)state;

    assert_int_equal(chi_extents_keep(extents, 1000, 2), 0); /* 4 of 32: two homes */
    while (chi_extents_grant(extents, 3, 1, &first) == 0)
        taken++;
    assert_int_equal(taken, 28);
    assert_int_equal(grant(extents, ALICE, 2), 60);
    assert_int_equal(grant(extents, BOB, 2), 62);
    chi_extents_destroy(extents);
    extents = table(&map, 0);
    assert_int_equal(chi_extents_keep(extents, 1, 100), 0); /* none */
    assert_int_equal(grant(extents, ALICE, 64), 0);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

static void what_lies_around_is_the_same_owners_and_within_the_window(void **state)
{
    struct chi_segment_map map = shm_segment(20 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    (void)state;

    assert_int_equal(grant(extents, ALICE, 6), 0);
    assert_int_equal(grant(extents, BOB, 2), 6);
    assert_int_equal(grant(extents, ALICE, 12), 8);
    assert_around(extents, 5 * UNIT + 7, 10, 8, 0, 6);
    assert_around(extents, 7 * UNIT, UNIT, 8, 6, 2);
    assert_around(extents, 9 * UNIT, 3 * UNIT, 8, 8, 8);
    assert_around(extents, 17 * UNIT, 0, 8, 16, 4);
    assert_around(extents, 17 * UNIT, UNIT, 64, 8, 12);
    assert_around(extents, 15 * UNIT, UNIT + 1, 8, 0, 0); /* across windows */
    assert_around(extents, 5 * UNIT, UNIT + 1, 8, 0, 0);  /* across owners */
    assert_around(extents, 19 * UNIT, UNIT + 1, 8, 0, 0); /* across the end */
    assert_around(extents, UINT64_MAX, 1, 8, 0, 0);
    assert_around(extents, UNIT, UINT64_MAX, 8, 0, 0);
    assert_int_equal(chi_extents_retire(extents, ALICE, 10, 1), 0);
    assert_around(extents, 9 * UNIT, UNIT, 8, 8, 2);
    assert_around(extents, 10 * UNIT, UNIT, 8, 0, 0); /* nobody's by now */
    chi_extents_free(extents, 10, 1);
    assert_around(extents, 10 * UNIT, UNIT, 8, 0, 0);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

struct left {
    const struct chi_segment_map *map;
    uint32_t first, units;
    uint64_t backed;
};

static void note_leaving(void *context, uint32_t first, uint32_t units)
{
    struct left *left = context;
    left->first = first;
    left->units = units;
    left->backed = backed_bytes(left->map);
}

static void who_holds_pages_is_told_before_they_go(void **state)
{
    struct chi_segment_map map = shm_segment(8 * UNIT);
    struct chi_extents *extents = table(&map, 0);
    struct left left = {.map = &map};
    (void)state;

    extents->leave = note_leaving;
    extents->leave_context = &left;
    grant(extents, ALICE, 3);
    grant(extents, BOB, 2);
    assert_int_equal(chi_extents_retire(extents, ALICE, 1, 1), 0);
    assert_int_equal(left.units, 0);
    chi_extents_free(extents, 1, 1);
    assert_int_equal(left.first, 1);
    assert_int_equal(left.units, 1);
    assert_int_equal(left.backed, 5 * UNIT);
    assert_int_equal(chi_extents_free_owner(extents, BOB), 2);
    assert_int_equal(left.first, 3);
    assert_int_equal(left.units, 2);
    assert_int_equal(left.backed, 4 * UNIT);
    assert_int_equal(backed_bytes(&map), 2 * UNIT);
    chi_extents_destroy(extents);
    chi_segment_close(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHM_TEST(reserved_units_are_the_runtimes_and_backed),
        SHM_TEST(a_table_needs_a_whole_unit_and_room_for_what_is_reserved),
        SHM_TEST(granted_units_belong_to_their_owner_only),
        SHM_TEST(ranges_that_overflow_or_leave_the_segment_are_nobodys),
        SHM_TEST(grants_of_nothing_or_to_nobody_are_refused),
        SHM_TEST(granted_memory_is_backed_and_freed_memory_goes_back_zeroed),
        SHM_TEST(retired_units_pass_no_check_and_are_not_granted_until_freed),
        SHM_TEST(retiring_what_is_not_all_ones_own_changes_nothing),
        SHM_TEST(freeing_free_or_impossible_units_is_harmless),
        SHM_TEST(all_of_a_dead_owner_comes_back_and_nothing_else),
        SHM_TEST(random_grants_and_frees_never_overlap),
        SHM_TEST(a_regrant_that_fails_leaves_retired_units_as_they_are),
        SHM_TEST(a_home_is_granted_to_its_owner_only),
        SHM_TEST(units_over_the_edge_of_a_home_come_back_to_both_sides),
        SHM_TEST(a_small_segment_keeps_fewer_homes),
        SHM_TEST(what_lies_around_is_the_same_owners_and_within_the_window),
        SHM_TEST(who_holds_pages_is_told_before_they_go),
        SHM_TEST(full_machine_is_enomem_at_the_grant_and_not_sigbus_later),
    };

    return cmocka_run_group_tests_name("extents", tests, NULL, NULL);
}
