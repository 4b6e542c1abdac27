/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a RAM device. See ram.h. */
#include "ram.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic(uint64_t) reserved; /* bytes of all RAM devices of this process */

static uint64_t available_beside(uint64_t others)
{
    uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    return all > others ? all - others : 0;
}

uint64_t bdev_ram_available(void)
{
    return available_beside(atomic_load_explicit(&reserved, memory_order_relaxed));
}

int bdev_ram_init(struct bdev_ram *ram, uint64_t size)
{
    uint64_t before = atomic_load_explicit(&reserved, memory_order_relaxed);

    do {
        if (size > available_beside(before))
            return -ENOMEM;
    } while (!atomic_compare_exchange_weak_explicit(&reserved, &before, before + size,
                                                    memory_order_relaxed, memory_order_relaxed));
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        int rc = -errno;
        atomic_fetch_sub_explicit(&reserved, size, memory_order_relaxed);
        return rc;
    }
    (void)madvise(memory, size, MADV_HUGEPAGE); /* a hint */
    *ram = (struct bdev_ram){.memory = memory, .size = size};
    return 0;
}

void bdev_ram_fini(struct bdev_ram *ram)
{
    if (ram->memory == NULL)
        return;
    munmap(ram->memory, ram->size);
    atomic_fetch_sub_explicit(&reserved, ram->size, memory_order_relaxed);
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
