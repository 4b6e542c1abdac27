/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens, flushes and closes the device of a container. Runs in Create, Flush and Destroy. */
#ifndef CHIMAERA_BDEV_OPEN_H
#define CHIMAERA_BDEV_OPEN_H

#include "state.h"

/* Opens the device that self->params describes. On failure nothing stays open. Parks. Returns 0 or
 * the codes of chimaera_bdev_create(), with bdev_fail(). */
int bdev_open(struct chimaera_bdev *self);

/* Makes all earlier writes, allocations and frees durable. Parks. Returns the codes of
 * bdev_log_commit(). */
int bdev_flush(struct chimaera_bdev *self);

/* Flushes and closes the device. Parks. Returns the code of the flush; the device is closed also if
 * that failed. */
int bdev_close(struct chimaera_bdev *self);

#endif
