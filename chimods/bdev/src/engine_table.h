/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of engines: starts those that a device needs. Used by device.c. */
#ifndef CHIMAERA_BDEV_ENGINE_TABLE_H
#define CHIMAERA_BDEV_ENGINE_TABLE_H

#include "engine.h"

/*
 * Starts the first engine of the table that serves devices of `type`, is `wanted` (AUTO: any) and
 * starts without error; and the last engine for the type as its fallback. Sets device->engine and
 * device->fallback. Returns 0 or the code of the last engine that was tried.
 */
int bdev_engines_start(struct bdev_device *device, enum chimaera_bdev_type type,
                       enum chimaera_bdev_engine wanted);

/* Stops every engine that was started, in the order of the table. */
void bdev_engines_stop(struct bdev_device *device);

/* Adds the members of every engine that was started. Any thread. */
void bdev_engines_get_stats(const struct bdev_device *device, struct chimaera_bdev_stats *stats);

#endif
