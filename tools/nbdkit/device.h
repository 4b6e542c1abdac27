/* SPDX-License-Identifier: BSD-3-Clause */
/* The device that a connection exports. */
#ifndef CHIMAERA_NBDKIT_DEVICE_H
#define CHIMAERA_NBDKIT_DEVICE_H

#include <chimaera/bdev/bdev_client.h>

/* The device of one connection; constant from open to close. */
struct device {
    struct chimaera_bdev_client client;
    chi_pool_query_t query; /* the container that is the device */
    uint64_t attachment;    /* its number */
    struct chimaera_bdev_stats stats;
};

#endif
