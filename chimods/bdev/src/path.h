/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens and inspects the file or block device at a path, before a device is made of it. Runs in
 * Create. */
#ifndef CHIMAERA_BDEV_PATH_H
#define CHIMAERA_BDEV_PATH_H

#include <chimaera/bdev/bdev_tasks.h>

struct bdev_path {
    const char *path;
    int fd;
    bool regular;     /* a regular file; else a block device */
    bool created;     /* by bdev_path_open(); removed again where Create fails */
    bool empty;       /* holds no data that could be lost */
    bool interrupted; /* empty but for an interrupted format */
    uint64_t size;    /* bytes */
};

struct chi_container;

/*
 * Opens and locks the path; creates a file that is missing if total_size says how large. Parks for
 * up to half a second while the path is in use. Limited by chi_container_open_file(). Returns 0,
 * -EBUSY, or other codes of chimaera_bdev_create(), with bdev_fail().
 */
int bdev_path_open(struct chi_container *container, const char *path,
                   const struct chimaera_bdev_create_params *params, struct bdev_path *file);

/* Extends an empty file to total_size. Returns 0, -ENOSPC or another code, with bdev_fail(). */
int bdev_path_set_size(struct bdev_path *file, const struct chimaera_bdev_create_params *params);

/* Makes the directory entry of a created file durable. Returns 0 or -errno. */
int bdev_path_sync(const struct bdev_path *file);

/* Closes the path, and removes a file that bdev_path_open() created. */
void bdev_path_close(struct bdev_path *file);

#endif
