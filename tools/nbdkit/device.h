/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of the nbdkit plugin: plugin.c has nbdkit's callbacks, attachment.c this process's
 * attachment to the daemon and the pool, transfer.c the requests.
 */
#ifndef CHIMAERA_NBDKIT_DEVICE_H
#define CHIMAERA_NBDKIT_DEVICE_H

#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>

/* What the command line says; written before there are threads. */
struct settings {
    const char *pool;
    uint32_t container;
    bool create; /* the pool, where it is missing; what follows is for that alone */
    enum chimaera_bdev_type type;
    enum chimaera_bdev_engine engine;
    uint32_t io_depth;
    uint64_t size;   /* also: what a pool that is there must have; 0: any */
    uint64_t memory; /* bytes of buffers that requests use at a time */
};
extern struct settings settings;

/* What one connection exports. Its own from open to close; never changed in between. */
struct device {
    struct chimaera_bdev_client client;
    chi_pool_query_t query; /* the container that is the device */
    uint64_t attachment;    /* number of the attachment it belongs to */
    struct chimaera_bdev_stats stats;
};

/*
 * Attaches where this process is not, or its daemon is gone, and finds or makes the pool. 0, or a
 * code with chi_last_error().
 */
int device_connect(struct device *device);

/* Detaches. No request may be under way. */
void device_detach(void);

/*
 * Around each use of the client library: while somebody is inside, nobody attaches anew. 0, or
 * CHI_ERUNTIME_DOWN where the daemon that `device` was opened at is gone; then there is nothing to
 * leave.
 */
int device_enter(const struct device *device);
void device_leave(void);

/* The requests. 0 or a code with chi_last_error(). */
int device_read(const struct device *device, void *bytes, uint64_t size, uint64_t offset);
int device_write(const struct device *device, const void *bytes, uint64_t size, uint64_t offset);
int device_flush(const struct device *device);
int device_trim(const struct device *device, uint64_t size, uint64_t offset);
int device_zero(const struct device *device, uint64_t size, uint64_t offset);

/*
 * What is data and what holes from `offset` on, for up to `size` bytes and `*count` extents. 0 with
 * how many there are.
 */
int device_extents(const struct device *device, uint64_t size, uint64_t offset,
                   struct chimaera_bdev_extent *extents, size_t *count);

#endif
