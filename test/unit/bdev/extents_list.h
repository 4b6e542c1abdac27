/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of extents that a test fills and looks at. Include in one file of a test. */
#ifndef CHI_TEST_BDEV_EXTENTS_LIST_H
#define CHI_TEST_BDEV_EXTENTS_LIST_H

#include "../../../chimods/bdev/src/extents.h"

#include <stdlib.h>

#include "support/cmocka_all.h"

#define MIB   ((uint64_t)1 << 20)
#define BYTES (32 * MIB)
#define HOLE  CHIMAERA_BDEV_EXTENT_HOLE

static struct bdev_extents list;

static inline void begin(uint64_t offset, uint64_t size, uint32_t most)
{
    assert_int_equal(bdev_extents_init(&list, offset, size, most), 0);
}

static inline void end(void)
{
    free(list.items);
    list = (struct bdev_extents){.items = NULL};
}

static inline void is(uint32_t index, uint64_t offset, uint64_t size, uint32_t flags)
{
    assert_true(index < list.count);
    assert_int_equal(list.items[index].offset, offset);
    assert_int_equal(list.items[index].size, size);
    assert_int_equal(list.items[index].flags, flags);
}

/* From the beginning to `at`, without gaps, each of another kind than the one before it. */
static inline void check_order(uint64_t offset)
{
    assert_true(list.count > 0 && list.count <= list.capacity);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].offset, offset);
        assert_true(list.items[i].size > 0);
        assert_int_equal(list.items[i].reserved, 0);
        assert_true(i == 0 || list.items[i].flags != list.items[i - 1].flags);
        offset += list.items[i].size;
    }
    assert_int_equal(offset, list.at);
    assert_true(list.full || list.at == list.end);
}

#endif
