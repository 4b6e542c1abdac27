/* SPDX-License-Identifier: BSD-3-Clause */
/* The file or block device at a path, on its way to become a device. In Create. */
#ifndef CHIMAERA_BDEV_PATH_H
#define CHIMAERA_BDEV_PATH_H

#include <chimaera/bdev/bdev_tasks.h>

struct bdev_path {
    const char *path;
    int fd;
    bool regular;
    bool created;    /* by us; removed again where Create fails */
    bool empty;      /* holds nothing that could be lost */
    bool unfinished; /* empty but for what a Create wrote that was cut short */
    uint64_t size;   /* bytes */
};

/*
 * Opens and locks it; makes a file that is missing where total_size says how large. Parks while
 * somebody else has it. 0, -EBUSY, and the other codes of Create, with bdev_refuse().
 */
int bdev_path_open(const char *path, const struct chimaera_bdev_create_params *params,
                   struct bdev_path *file);

/* Makes an empty file as long as total_size. 0, -ENOSPC and others, with bdev_refuse(). */
int bdev_path_make_size(struct bdev_path *file, const struct chimaera_bdev_create_params *params);

/* Has a file that was made here found again after a loss of power. 0 or -errno. */
int bdev_path_sync(const struct bdev_path *file);

/* Closes it, and removes it again if it was made here. */
void bdev_path_close(struct bdev_path *file);

#endif
