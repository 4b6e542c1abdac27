/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of src/shm share: a segment to work in, and a teardown that checks that a test
 * left neither a descriptor nor a name behind. Included once by each test program.
 */
#ifndef CHI_TEST_SHM_FIXTURE_H
#define CHI_TEST_SHM_FIXTURE_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shm/segment.h"

struct shm_footprint {
    unsigned descriptors;
    unsigned names; /* of this process, in /dev/shm */
};

static inline const char *shm_test_name(void)
{
    static char name[64];
    const char *tag = getenv("CHI_TEST_TAG");
    snprintf(name, sizeof(name), "/chimaera.test.%.10s%d", tag != NULL ? tag : "", (int)getpid());
    return name;
}

static inline struct shm_footprint shm_footprint(void)
{
    struct shm_footprint footprint = {0, 0};
    const char *folders[] = {"/proc/self/fd", "/dev/shm"};

    for (unsigned i = 0; i < 2; i++) {
        DIR *folder = opendir(folders[i]);
        struct dirent *entry;
        while (folder && (entry = readdir(folder))) {
            if (i == 0)
                footprint.descriptors++;
            else if (strncmp(entry->d_name, shm_test_name() + 1, strlen(shm_test_name()) - 1) == 0)
                footprint.names++;
        }
        if (folder)
            closedir(folder);
    }
    return footprint;
}

static inline int shm_setup(void **state)
{
    struct shm_footprint *before = malloc(sizeof(*before));
    if (!before)
        return -1;
    *before = shm_footprint();
    *state = before;
    return 0;
}

static inline int shm_teardown(void **state)
{
    struct shm_footprint *before = *state;
    struct shm_footprint after = shm_footprint();
    int changed = memcmp(before, &after, sizeof(after)) != 0;

    free(before);
    return changed ? -1 : 0;
}

#define SHM_TEST(function) cmocka_unit_test_setup_teardown(function, shm_setup, shm_teardown)

/* A mapped segment that has no name any more. */
static inline struct chi_segment_map shm_segment(uint64_t size)
{
    struct chi_segment_map map;

    assert_int_equal(chi_segment_create(shm_test_name(), size, &map), 0);
    assert_int_equal(chi_segment_unlink(shm_test_name()), 0);
    return map;
}

#endif
