/* SPDX-License-Identifier: BSD-3-Clause */
/* Registered buffers. See registered.h. */
#include "registered.h"

#ifdef BDEV_WITH_URING

#include <liburing.h>
#include <stdlib.h>

#define UNIT   CHI_CLIENT_MEMORY_UNIT
#define WINDOW 256u /* units registered at once, at most; takes part of a millisecond */

void bdev_registered_init(struct bdev_registered *registered, struct io_uring *uring)
{
    uint32_t units;
    const uint8_t *base = chi_client_memory_base(&units);

    *registered = (struct bdev_registered){.base = base};
    if (units == 0 || io_uring_register_buffers_sparse(uring, BDEV_REGISTERED_SLOTS) < 0)
        return; /* before Linux 5.19 */
    registered->slot_of = calloc(units, sizeof *registered->slot_of);
    if (registered->slot_of == NULL)
        return;
    pthread_mutex_init(&registered->lock, NULL);
    registered->units = units;
    registered->uring = uring;
}

void bdev_registered_fini(struct bdev_registered *registered)
{
    if (registered->uring == NULL)
        return;
    io_uring_unregister_buffers(registered->uring);
    free(registered->slot_of);
    pthread_mutex_destroy(&registered->lock);
}

static uint16_t slot_of(const struct bdev_registered *registered, uint64_t unit)
{
    return atomic_load_explicit(&registered->slot_of[unit], memory_order_relaxed);
}

/* Lock held. */
static void set_slot(struct bdev_registered *registered, struct chi_client_memory_run run,
                     uint16_t slot)
{
    for (uint32_t unit = run.first; unit < run.first + run.units; unit++)
        atomic_store_explicit(&registered->slot_of[unit], slot, memory_order_relaxed);
}

/* The largest unregistered part of `run` that contains the units from `first` to `last`. */
static struct chi_client_memory_run unregistered_part(const struct bdev_registered *registered,
                                                      struct chi_client_memory_run run,
                                                      uint32_t first, uint32_t last)
{
    struct chi_client_memory_run rest = {0};
    uint32_t end = run.first + run.units;

    for (uint32_t unit = first; unit <= last; unit++)
        if (run.units == 0 || slot_of(registered, unit) != 0)
            return rest;
    while (first > run.first && slot_of(registered, first - 1) == 0)
        first--;
    while (last + 1 < end && slot_of(registered, last + 1) == 0)
        last++;
    rest.first = first;
    rest.units = last + 1 - first;
    return rest;
}

/* Registers a run. Returns its slot or -1. Lock held. */
static int add(struct bdev_registered *registered, struct chi_client_memory_run run)
{
    uint16_t slot = 0;
    while (slot < BDEV_REGISTERED_SLOTS && registered->slots[slot].units > 0)
        slot++;
    if (slot == BDEV_REGISTERED_SLOTS)
        return -1;
    const struct iovec memory = {
        .iov_base = (void *)(uintptr_t)(registered->base + (uint64_t)run.first * UNIT),
        .iov_len = (size_t)run.units * UNIT};
    if (io_uring_register_buffers_update_tag(registered->uring, slot, &memory, NULL, 1) < 0)
        return -1;
    registered->slots[slot] = run;
    set_slot(registered, run, (uint16_t)(slot + 1));
    atomic_fetch_add_explicit(&registered->bytes, memory.iov_len, memory_order_relaxed);
    return slot;
}

/* Halves the margins of `run` on both sides of the units from `first` to `last`. */
static struct chi_client_memory_run half_of(struct chi_client_memory_run run, uint32_t first,
                                            uint32_t last)
{
    uint32_t end = run.first + run.units;
    uint32_t begin = first - (first - run.first) / 2;
    end = last + 1 + (end - last - 1) / 2;
    return (struct chi_client_memory_run){.first = begin, .units = end - begin};
}

/* Registers as much of the run as the kernel accepts, with the units from `first` to `last`. Lock
 * held. */
static int add_some(struct bdev_registered *registered, struct chi_client_memory_run run,
                    uint32_t first, uint32_t last)
{
    int slot = add(registered, run);
    while (slot < 0 && run.units > last + 1 - first) {
        run = half_of(run, first, last);
        slot = add(registered, run);
    }
    return slot;
}

/* Unregisters a slot. Operations that the kernel has started keep the pages. Lock held. */
static void unregister(struct bdev_registered *registered, uint16_t slot)
{
    const struct iovec nothing = {0};
    struct chi_client_memory_run run = registered->slots[slot];
    io_uring_register_buffers_update_tag(registered->uring, slot, &nothing, NULL, 1);
    registered->slots[slot] = (struct chi_client_memory_run){0};
    set_slot(registered, run, 0);
    atomic_fetch_sub_explicit(&registered->bytes, (uint64_t)run.units * UNIT, memory_order_relaxed);
}

int bdev_registered_find(struct bdev_registered *registered, const uint8_t *memory, uint64_t size)
{
    uint64_t offset = (uint64_t)((uintptr_t)memory - (uintptr_t)registered->base);
    uint64_t first = offset / UNIT, last = (offset + size - 1) / UNIT;

    if (first >= registered->units || last >= registered->units)
        return -1; /* not client memory, or nothing can be registered */
    uint16_t slot = slot_of(registered, first);
    if (slot != 0 || slot_of(registered, last) != 0)
        return slot_of(registered, last) == slot ? slot - 1 : -1; /* inside one, or across two */
    if (atomic_load_explicit(&registered->refused, memory_order_relaxed))
        return -1;
    struct chi_client_memory_run run = chi_client_memory_around(memory, size, WINDOW);
    pthread_mutex_lock(&registered->lock);
    run = unregistered_part(registered, run, (uint32_t)first, (uint32_t)last);
    int found = run.units > 0 ? add_some(registered, run, (uint32_t)first, (uint32_t)last) : -1;
    if (run.units > 0 && found < 0) /* before the unlock, so that a removal clears it later */
        atomic_store_explicit(&registered->refused, true, memory_order_relaxed);
    pthread_mutex_unlock(&registered->lock);
    return found;
}

void bdev_registered_remove(struct bdev_registered *registered, struct chi_client_memory_run run)
{
    if (registered->uring == NULL)
        return;
    pthread_mutex_lock(&registered->lock);
    for (uint32_t unit = run.first; unit < run.first + run.units; unit++) {
        uint16_t slot = slot_of(registered, unit);
        if (slot == 0)
            continue;
        unregister(registered, (uint16_t)(slot - 1));
        atomic_store_explicit(&registered->refused, false, memory_order_relaxed);
    }
    pthread_mutex_unlock(&registered->lock);
}

#endif
