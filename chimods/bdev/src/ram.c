/* SPDX-License-Identifier: BSD-3-Clause */
/* A device in memory. See ram.h. */
#include "ram.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic(uint64_t) promised; /* bytes of all RAM devices of this process */

static uint64_t installed(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

int bdev_ram_init(struct bdev_ram *ram, uint64_t size, uint64_t *left)
{
    uint64_t all = installed();
    uint64_t before = atomic_load_explicit(&promised, memory_order_relaxed);

    do {
        *left = all > before ? all - before : 0;
        if (size > *left)
            return -ENOMEM;
    } while (!atomic_compare_exchange_weak_explicit(&promised, &before, before + size,
                                                    memory_order_relaxed, memory_order_relaxed));
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        int rc = -errno;
        atomic_fetch_sub_explicit(&promised, size, memory_order_relaxed);
        return rc;
    }
    (void)madvise(memory, size, MADV_HUGEPAGE); /* only a wish */
    *ram = (struct bdev_ram){.memory = memory, .size = size};
    return 0;
}

void bdev_ram_fini(struct bdev_ram *ram)
{
    if (ram->memory == NULL)
        return;
    munmap(ram->memory, ram->size);
    atomic_fetch_sub_explicit(&promised, ram->size, memory_order_relaxed);
    *ram = (struct bdev_ram){0};
}

void bdev_ram_copy(struct bdev_ram *ram, uint64_t offset, uint8_t *bytes, uint64_t size,
                   bool to_device)
{
    if (to_device)
        memcpy(ram->memory + offset, bytes, size);
    else
        memcpy(bytes, ram->memory + offset, size);
}

void bdev_ram_zero(struct bdev_ram *ram, uint64_t offset, uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t first = (offset + page - 1) / page * page, end = (offset + size) / page * page;

    if (first >= end || madvise(ram->memory + first, end - first, MADV_DONTNEED) < 0) {
        memset(ram->memory + offset, 0, size);
        return;
    }
    memset(ram->memory + offset, 0, first - offset);
    memset(ram->memory + end, 0, offset + size - end);
}
