/* SPDX-License-Identifier: BSD-3-Clause */
/* A device as a store. See device_store.h. */
#include "device_store.h"

#include "operation.h"

static int transfer(struct bdev_store *store, enum bdev_op_kind kind, uint64_t offset, void *memory,
                    size_t size)
{
    struct bdev_device *device = ((struct bdev_device_store *)store)->device;
    int rc = 0;
    for (size_t done = 0; done < size && rc == 0; done += BDEV_OP_MAX) {
        struct bdev_op op = {.kind = kind,
                             .offset = offset + done,
                             .memory = (uint8_t *)memory + done,
                             .size = bdev_min(size - done, BDEV_OP_MAX)};
        rc = bdev_op_run(device, &op);
    }
    return rc;
}

static int store_read(struct bdev_store *store, uint64_t offset, void *memory, size_t size)
{
    return transfer(store, BDEV_OP_READ, offset, memory, size);
}

static int store_write(struct bdev_store *store, uint64_t offset, const void *memory, size_t size)
{
    return transfer(store, BDEV_OP_WRITE, offset, (void *)(uintptr_t)memory, size);
}

static int store_flush(struct bdev_store *store)
{
    struct bdev_op op = {.kind = BDEV_OP_FLUSH};
    return bdev_op_run(((struct bdev_device_store *)store)->device, &op);
}

void bdev_device_store_init(struct bdev_device_store *store, struct bdev_device *device)
{
    *store = (struct bdev_device_store){
        .base = {.read = store_read, .write = store_write, .flush = store_flush}, .device = device};
}
