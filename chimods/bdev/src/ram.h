/* SPDX-License-Identifier: BSD-3-Clause */
/* A device in memory. The sizes of all of a process together are held against the machine's. */
#ifndef CHIMAERA_BDEV_RAM_H
#define CHIMAERA_BDEV_RAM_H

#include <stdbool.h>
#include <stdint.h>

#define BDEV_TURN ((uint64_t)4 << 20) /* bytes copied before others run in between */

struct bdev_ram {
    uint8_t *memory; /* reserved, and backed by the system where it is first written */
    uint64_t size;
};

/* 0; -ENOMEM where all RAM devices together would be larger than the machine's memory, with what is
 * left of that in `*left`; -errno of mmap. */
int bdev_ram_init(struct bdev_ram *ram, uint64_t size, uint64_t *left);
void bdev_ram_fini(struct bdev_ram *ram);

/* Copies up to BDEV_TURN bytes. */
void bdev_ram_copy(struct bdev_ram *ram, uint64_t offset, uint8_t *bytes, uint64_t size,
                   bool to_device);

/* Makes a range zero and gives whole pages of it back to the system. */
void bdev_ram_zero(struct bdev_ram *ram, uint64_t offset, uint64_t size);

#endif
