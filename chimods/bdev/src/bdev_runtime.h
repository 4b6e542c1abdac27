/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one bdev container: a device of its own. Private to the module's runtime library. */
#ifndef CHIMAERA_BDEV_RUNTIME_H
#define CHIMAERA_BDEV_RUNTIME_H

#include "device.h"
#include "metrics.h"
#include "ram.h"
#include "space.h"
#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>

enum chimaera_bdev_queue {
    CHIMAERA_BDEV_METADATA_QUEUE = 0, /* one lane: the owner of space, map and log */
    CHIMAERA_BDEV_DATA_QUEUE = 1,     /* everything that moves bytes */
};

/* The runtime zeroes it; Create fills it in, Destroy empties it. */
struct chimaera_bdev {
    struct chi_container base;
    struct chimaera_bdev_create_params params; /* with what 0 stood for filled in */
    uint64_t size;                             /* bytes that the device offers */
    struct bdev_metrics metrics;

    struct bdev_ram ram; /* type RAM */

    struct bdev_device file; /* type FILE; without begin where there is none */
    bool file_open;
    uint64_t data_offset; /* of the first block in the file */
    struct bdev_device_store store;

    bool has_space; /* mode BLOCKS; the metadata lane's, but for bdev_map_check() */
    struct bdev_space space;
    struct bdev_log log;
};

/* open.c: sets up what the parameters ask for. Parks. On failure nothing is left behind. */
int bdev_open(struct chimaera_bdev *self);
/* Makes durable what was done before. Parks. The codes of bdev_log_commit(). */
int bdev_flush(struct chimaera_bdev *self);
/* Makes everything durable and lets go of it. Parks. The code of what could not be made durable. */
int bdev_close(struct chimaera_bdev *self);

/* Refuses a Create: for the caller by its last error, for the operator by the log. */
int bdev_refuse(int code, const char *format, ...) CHI_PRINTF(2, 3);

#endif
