/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of engines. See engine_table.h. */
#include "engine_table.h"

#include "engine_ram.h"
#include "engine_threads.h"
#include "engine_uring.h"
#include <errno.h>
#include <stddef.h>

/* In the order in which they are tried. */
static const struct bdev_engine *const engines[] = {
    &bdev_engine_uring,
    &bdev_engine_threads,
    &bdev_engine_ram,
};

#define COUNT (sizeof engines / sizeof engines[0])

int bdev_engines_start(struct bdev_device *device, enum chimaera_bdev_type type,
                       enum chimaera_bdev_engine wanted)
{
    const struct bdev_engine *picked = NULL, *last = NULL;
    int rc = -ENOSYS;

    for (size_t i = 0; i < COUNT; i++) {
        const struct bdev_engine *engine = engines[i];
        if (engine->type != type)
            continue;
        last = engine;
        if (picked != NULL || (wanted != CHIMAERA_BDEV_ENGINE_AUTO && wanted != engine->number))
            continue;
        rc = engine->start(device);
        if (rc == 0)
            picked = engine;
    }
    if (picked == NULL)
        return rc;
    if (picked != last) {
        rc = last->start(device);
        if (rc < 0) {
            bdev_engines_stop(device);
            return rc;
        }
        device->fallback = last;
    }
    atomic_init(&device->engine, picked);
    return 0;
}

void bdev_engines_stop(struct bdev_device *device)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (device->state[engines[i]->number] == NULL)
            continue;
        engines[i]->stop(device);
        device->state[engines[i]->number] = NULL;
    }
}

void bdev_engines_get_stats(const struct bdev_device *device, struct chimaera_bdev_stats *stats)
{
    for (size_t i = 0; i < COUNT; i++)
        if (device->state[engines[i]->number] != NULL && engines[i]->get_stats != NULL)
            engines[i]->get_stats(device, stats);
}
