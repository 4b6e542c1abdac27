/* SPDX-License-Identifier: BSD-3-Clause */
/* A device as the store of superblock and allocation log. See store.h. */
#ifndef CHIMAERA_BDEV_DEVICE_STORE_H
#define CHIMAERA_BDEV_DEVICE_STORE_H

#include "engine.h"
#include "store.h"

struct bdev_device_store {
    struct bdev_store base;
    struct bdev_device *device;
};

void bdev_device_store_init(struct bdev_device_store *store, struct bdev_device *device);

#endif
