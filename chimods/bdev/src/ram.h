/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a RAM device. All RAM devices of a process together are limited to the size of the
 * machine's memory. */
#ifndef CHIMAERA_BDEV_RAM_H
#define CHIMAERA_BDEV_RAM_H

#include <stdbool.h>
#include <stdint.h>

struct bdev_ram {
    uint8_t *memory; /* reserved; the kernel allocates a page when it is first written */
    uint64_t size;   /* bytes */
};

/* Bytes that further RAM devices of this process may have. Any thread. */
uint64_t bdev_ram_available(void);

/*
 * Reserves `size` bytes. Returns:
 *   0
 *   -ENOMEM          more than bdev_ram_available()
 *   codes of mmap()
 */
int bdev_ram_init(struct bdev_ram *ram, uint64_t size);
void bdev_ram_fini(struct bdev_ram *ram);

/* Copies `size` bytes to the device, or from it. Any thread. */
void bdev_ram_copy(struct bdev_ram *ram, uint64_t offset, uint8_t *bytes, uint64_t size,
                   bool to_device);

/* Zeroes a range, and returns whole pages of it to the kernel. Any thread. */
void bdev_ram_zero(struct bdev_ram *ram, uint64_t offset, uint64_t size);

#endif
