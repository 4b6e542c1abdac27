/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one bdev container, which is one device. Used by the handlers, io.c and open.c. */
#ifndef CHIMAERA_BDEV_STATE_H
#define CHIMAERA_BDEV_STATE_H

#include "device.h"
#include "device_store.h"
#include "metrics.h"
#include "space.h"
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>

enum chimaera_bdev_queue {
    CHIMAERA_BDEV_METADATA_QUEUE = 0, /* one lane: the owner of space, map and log */
    CHIMAERA_BDEV_DATA_QUEUE = 1,     /* reads, writes and other transfers */
};

/* Zeroed by the runtime; initialised by Create, finalised by Destroy. */
struct chimaera_bdev {
    struct chi_container base;
    struct chimaera_bdev_create_params params; /* with defaults in place of zeros */
    uint64_t size;                             /* bytes that the device offers */
    struct bdev_metrics metrics;

    bool device_open;
    struct bdev_device device;
    uint64_t data_offset; /* bytes; of block offset 0 in the file */
    struct bdev_device_store store;

    bool has_space; /* mode BLOCKS; the metadata lane owns the next two, but for bdev_map_check() */
    struct bdev_space space;
    struct bdev_log log;
};

#endif
