/* SPDX-License-Identifier: BSD-3-Clause */
/* The RAM engine. See engine_ram.h. Its operations end before submit returns. */
#include "engine_ram.h"

#include "operation.h"
#include "pagemap.h"
#include "ram.h"
#include <errno.h>
#include <stdlib.h>

static struct bdev_ram *ram_of(const struct bdev_device *device)
{
    return device->state[CHIMAERA_BDEV_ENGINE_AUTO]; /* RAM's number */
}

static int start(struct bdev_device *device)
{
    struct bdev_ram *ram = calloc(1, sizeof *ram);
    int rc = ram != NULL ? bdev_ram_init(ram, device->size) : -ENOMEM;
    if (rc < 0) {
        free(ram);
        return rc;
    }
    device->state[bdev_engine_ram.number] = ram;
    return 0;
}

static void stop(struct bdev_device *device)
{
    struct bdev_ram *ram = ram_of(device);
    bdev_ram_fini(ram);
    free(ram);
}

static void copy(struct bdev_device *device, uint64_t offset, uint8_t *memory, uint64_t size,
                 bool write)
{
    bdev_ram_copy(ram_of(device), offset, memory, size, write);
}

static void find_extents(struct bdev_ram *ram, struct bdev_extents *extents)
{
    int pagemap = bdev_pagemap_open();
    bdev_pagemap_fill(extents, pagemap, ram->memory);
    bdev_pagemap_close(pagemap);
}

static int submit(struct bdev_device *device, struct bdev_op *op)
{
    struct bdev_ram *ram = ram_of(device);
    switch (op->kind) {
    case BDEV_OP_READ:
    case BDEV_OP_WRITE:
        bdev_ram_copy(ram, op->offset, op->memory, op->size, op->kind == BDEV_OP_WRITE);
        break;
    case BDEV_OP_PUNCH:
    case BDEV_OP_ZERO:
        bdev_ram_zero(ram, op->offset, op->size);
        break;
    case BDEV_OP_EXTENTS:
        find_extents(ram, op->extents);
        break;
    case BDEV_OP_FLUSH:
        break;
    }
    bdev_op_complete(device, op, 0);
    return 0;
}

const struct bdev_engine bdev_engine_ram = {
    .name = "ram",
    .type = CHIMAERA_BDEV_TYPE_RAM,
    .number = CHIMAERA_BDEV_ENGINE_AUTO, /* GetStats reports 0 for RAM */
    .start = start,
    .stop = stop,
    .submit = submit,
    .copy = copy,
};
