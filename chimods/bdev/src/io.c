/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path of the handlers. See io.h. */
#include "io.h"

#include "transfer.h"
#include <errno.h>

#define COPY_QUANTUM  ((uint64_t)4 << 20)  /* bytes copied or zeroed before the handler yields */
#define CHECK_QUANTUM ((uint64_t)64 << 30) /* bytes of blocks checked before the handler yields */

/* The transfers of one task. */
struct io {
    struct chimaera_bdev *self;
    bool write;
    uint64_t copied; /* bytes since the handler yielded */
    struct bdev_transfer transfer;
};

/* Copies on this thread, and yields after each COPY_QUANTUM; the block may be freed meanwhile, so
 * it is checked again. */
static int copy_range(struct io *io, const struct bdev_engine *engine, uint64_t offset,
                      uint8_t *bytes, uint64_t size)
{
    struct chimaera_bdev *self = io->self;
    while (size > 0) {
        if (io->copied == COPY_QUANTUM) {
            chi_task_yield();
            io->copied = 0;
        }
        uint64_t here = bdev_min(size, COPY_QUANTUM - io->copied);
        int rc = self->has_space ? bdev_map_check(&self->space.map, offset, here) : 0;
        if (rc < 0)
            return rc;
        engine->copy(&self->device, offset, bytes, here, io->write);
        offset += here;
        bytes += here;
        size -= here;
        io->copied += here;
    }
    return 0;
}

static void begin_io(struct io *io, struct chimaera_bdev *self, bool write)
{
    io->self = self;
    io->write = write;
    io->copied = 0;
    bdev_transfer_begin(&io->transfer, &self->device, write);
}

static int transfer_range(struct io *io, uint64_t offset, uint8_t *bytes, uint64_t size)
{
    const struct bdev_engine *engine =
        atomic_load_explicit(&io->self->device.engine, memory_order_relaxed);
    if (engine->copy != NULL)
        return copy_range(io, engine, offset, bytes, size);
    return bdev_transfer_range(&io->transfer, io->self->data_offset + offset, bytes, size);
}

static int end_io(struct io *io, int rc)
{
    if (io->transfer.used == 0) /* copied, or nothing in flight */
        return rc;
    int ended = bdev_transfer_end(&io->transfer);
    return rc < 0 ? rc : ended;
}

/* Checks that these are ranges of allocated space of this device and hold `size` bytes. Yields
 * after each CHECK_QUANTUM. */
static int check_blocks(const struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                        size_t count, uint64_t size)
{
    uint64_t capacity = 0, checked = 0;
    for (size_t i = 0; i < count; i++) {
        checked += blocks[i].size;
        if (checked >= CHECK_QUANTUM) {
            chi_task_yield();
            checked = 0;
        }
        if (blocks[i].device != self->space.device)
            return -EXDEV;
        int rc = blocks[i].size > 0
                     ? bdev_map_check(&self->space.map, blocks[i].offset, blocks[i].size)
                     : -EINVAL;
        if (rc < 0)
            return rc;
        if (capacity < size)
            capacity += blocks[i].size;
    }
    return capacity < size ? -EMSGSIZE : 0;
}

int bdev_io_blocks(struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                   size_t count, const struct chi_buffer *buffer, bool write)
{
    uint8_t *bytes = chi_buffer_data(buffer);
    uint64_t left = buffer->size;
    struct io io;

    if (!self->has_space)
        return -ENOTSUP;
    int rc = check_blocks(self, blocks, count, left);
    if (rc < 0)
        return rc;
    if (bytes == NULL && left > 0)
        return CHI_EBADPTR;
    begin_io(&io, self, write);
    for (size_t i = 0; left > 0 && rc == 0; i++) {
        uint64_t here = bdev_min(blocks[i].size, left);
        rc = transfer_range(&io, blocks[i].offset, bytes, here);
        bytes += here;
        left -= here;
    }
    return end_io(&io, rc);
}

static int check_raw(const struct chimaera_bdev *self, uint64_t offset, uint64_t size)
{
    if (self->params.mode != CHIMAERA_BDEV_MODE_RAW)
        return -ENOTSUP;
    return offset > self->size || size > self->size - offset ? -ERANGE : 0;
}

int bdev_io_raw(struct chimaera_bdev *self, uint64_t offset, const struct chi_buffer *buffer,
                bool write)
{
    uint8_t *bytes = chi_buffer_data(buffer);
    struct io io;

    int rc = check_raw(self, offset, buffer->size);
    if (rc < 0 || buffer->size == 0)
        return rc;
    if (bytes == NULL)
        return CHI_EBADPTR;
    begin_io(&io, self, write);
    return end_io(&io, transfer_range(&io, offset, bytes, buffer->size));
}

/* Zeroes a range of RAM, and yields after each COPY_QUANTUM. Returns its memory to the kernel, so
 * it serves for trim as well. */
static int zero_ram(struct chimaera_bdev *self, uint64_t offset, uint64_t size)
{
    int rc = 0;
    for (uint64_t done = 0; done < size && rc == 0; done += COPY_QUANTUM) {
        struct bdev_op op = {.kind = BDEV_OP_ZERO,
                             .offset = offset + done,
                             .size = bdev_min(size - done, COPY_QUANTUM)};
        if (done > 0)
            chi_task_yield();
        rc = bdev_op_run(&self->device, &op);
    }
    return rc;
}

int bdev_io_clear(struct chimaera_bdev *self, uint64_t offset, uint64_t size, bool zero)
{
    int rc = check_raw(self, offset, size);
    if (rc < 0 || size == 0)
        return rc;
    if (bdev_device_copies(&self->device))
        return zero_ram(self, offset, size);
    return zero ? bdev_transfer_zero(&self->device, offset, size)
                : bdev_transfer_trim(&self->device, offset, size);
}

int bdev_io_extents(struct chimaera_bdev *self, uint64_t offset, uint64_t size, uint32_t max,
                    struct bdev_extents *extents)
{
    *extents = (struct bdev_extents){.items = NULL};
    int rc = check_raw(self, offset, size);
    if (rc < 0 || size == 0)
        return rc < 0 ? rc : -EINVAL;
    rc = bdev_extents_init(extents, offset, size, max);
    while (rc == 0 && !bdev_extents_done(extents)) {
        struct bdev_op op = {.kind = BDEV_OP_EXTENTS, .extents = extents};
        rc = bdev_op_run(&self->device, &op);
        if (bdev_device_copies(&self->device) && !bdev_extents_done(extents))
            chi_task_yield();
    }
    return rc;
}
