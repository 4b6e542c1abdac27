/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one bdev container: a device of its own. Private to the module's runtime library. */
#ifndef CHIMAERA_BDEV_RUNTIME_H
#define CHIMAERA_BDEV_RUNTIME_H

#include "block_map.h"
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>

enum chimaera_bdev_queue {
    CHIMAERA_BDEV_METADATA_QUEUE = 0, /* one lane: the block map's owner */
    CHIMAERA_BDEV_DATA_QUEUE = 1,     /* reads and writes, spread by where they begin */
};

/* The runtime zeroes it; Create fills it in, Destroy empties it. */
struct chimaera_bdev {
    struct chi_container base;
    uint8_t *memory; /* map.size bytes; data lanes copy only where the map says allocated */
    uint64_t memory_size;
    struct chimaera_bdev_map map;
    /* Added to by all data lanes; relaxed, for they count and order nothing. */
    CHI_ATOMIC(uint64_t) reads;
    CHI_ATOMIC(uint64_t) writes;
    CHI_ATOMIC(uint64_t) bytes_read;
    CHI_ATOMIC(uint64_t) bytes_written;
};

#endif
