/* SPDX-License-Identifier: BSD-3-Clause */
/* Moving the bytes of a task. See move.h. */
#include "move.h"

#include "transfer.h"
#include <errno.h>

#define CHECK_TURN ((uint64_t)64 << 30) /* bytes of blocks that are checked at a stretch */

/* One task's way through the device: begun, moved range by range, ended. */
struct move {
    struct chimaera_bdev *self;
    bool write;
    uint64_t turn; /* bytes copied since others ran */
    struct bdev_transfer transfer;
};

/* Copies, letting others run after each BDEV_TURN; a block may be freed then. Parks when long. */
static int copy_range(struct move *move, uint64_t offset, uint8_t *bytes, uint64_t size)
{
    struct chimaera_bdev *self = move->self;
    while (size > 0) {
        if (move->turn == BDEV_TURN) {
            chi_task_yield();
            move->turn = 0;
        }
        uint64_t here = size < BDEV_TURN - move->turn ? size : BDEV_TURN - move->turn;
        int rc = self->has_space ? bdev_map_check(&self->space.map, offset, here) : 0;
        if (rc < 0)
            return rc;
        bdev_ram_copy(&self->ram, offset, bytes, here, move->write);
        offset += here;
        bytes += here;
        size -= here;
        move->turn += here;
    }
    return 0;
}

static void begin_move(struct move *move, struct chimaera_bdev *self, bool write)
{
    move->self = self;
    move->write = write;
    move->turn = 0;
    bdev_transfer_begin(&move->transfer, &self->file, write);
}

static int move_range(struct move *move, uint64_t offset, uint8_t *bytes, uint64_t size)
{
    if (!move->self->file_open)
        return copy_range(move, offset, bytes, size);
    return bdev_transfer_range(&move->transfer, move->self->data_offset + offset, bytes, size);
}

static int end_move(struct move *move, int rc)
{
    int ended = bdev_transfer_end(&move->transfer);
    return rc < 0 ? rc : ended;
}

/* Whether these are ranges of allocated space of this device, and hold `size` bytes. Who names much
 * lets others run meanwhile. */
static int check_blocks(const struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                        size_t count, uint64_t size)
{
    uint64_t room = 0, looked_at = 0;
    for (size_t i = 0; i < count; i++) {
        looked_at += blocks[i].size;
        if (looked_at >= CHECK_TURN) {
            chi_task_yield();
            looked_at = 0;
        }
        if (blocks[i].device != self->space.device)
            return -EXDEV;
        int rc = blocks[i].size > 0
                     ? bdev_map_check(&self->space.map, blocks[i].offset, blocks[i].size)
                     : -EINVAL;
        if (rc < 0)
            return rc;
        if (room < size)
            room += blocks[i].size;
    }
    return room < size ? -EMSGSIZE : 0;
}

int bdev_move_blocks(struct chimaera_bdev *self, const struct chimaera_bdev_block *blocks,
                     size_t count, const struct chi_buffer *buffer, bool write)
{
    uint8_t *bytes = chi_buffer_data(buffer);
    uint64_t left = buffer->size;
    struct move move;

    if (!self->has_space)
        return -ENOTSUP;
    int rc = check_blocks(self, blocks, count, left);
    if (rc < 0)
        return rc;
    if (bytes == NULL && left > 0)
        return CHI_EBADPTR;
    begin_move(&move, self, write);
    for (size_t i = 0; left > 0 && rc == 0; i++) {
        uint64_t here = blocks[i].size < left ? blocks[i].size : left;
        rc = move_range(&move, blocks[i].offset, bytes, here);
        bytes += here;
        left -= here;
    }
    return end_move(&move, rc);
}

static int check_raw(const struct chimaera_bdev *self, uint64_t offset, uint64_t size)
{
    if (self->params.mode != CHIMAERA_BDEV_MODE_RAW)
        return -ENOTSUP;
    return offset > self->size || size > self->size - offset ? -ERANGE : 0;
}

int bdev_move_raw(struct chimaera_bdev *self, uint64_t offset, const struct chi_buffer *buffer,
                  bool write)
{
    uint8_t *bytes = chi_buffer_data(buffer);
    struct move move;

    int rc = check_raw(self, offset, buffer->size);
    if (rc < 0 || buffer->size == 0)
        return rc;
    if (bytes == NULL)
        return CHI_EBADPTR;
    begin_move(&move, self, write);
    return end_move(&move, move_range(&move, offset, bytes, buffer->size));
}

/* Zeroes it a turn at a time. Memory of the system is given back in both cases. */
static int clear_memory(struct chimaera_bdev *self, uint64_t offset, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += BDEV_TURN) {
        if (done > 0)
            chi_task_yield();
        uint64_t left = size - done;
        bdev_ram_zero(&self->ram, offset + done, left < BDEV_TURN ? left : BDEV_TURN);
    }
    return 0;
}

int bdev_move_clear(struct chimaera_bdev *self, uint64_t offset, uint64_t size, bool zero)
{
    int rc = check_raw(self, offset, size);
    if (rc < 0 || size == 0)
        return rc;
    if (!self->file_open)
        return clear_memory(self, offset, size);
    return zero ? bdev_file_zero(&self->file, offset, size)
                : bdev_file_trim(&self->file, offset, size);
}

/* ---- extents */

static int extents_of_file(struct chimaera_bdev *self, struct bdev_extents *extents)
{
    int rc = 0;
    while (rc == 0 && !bdev_extents_done(extents)) {
        struct bdev_op op = {.kind = BDEV_OP_EXTENTS, .extents = extents};
        rc = bdev_op_run(&self->file, &op); /* a bounded part, so that others have their turn */
    }
    return rc;
}

static int extents_of_memory(struct chimaera_bdev *self, struct bdev_extents *extents)
{
    int pagemap = bdev_pagemap_open();
    while (!bdev_extents_done(extents)) {
        bdev_extents_look(extents, pagemap, self->ram.memory);
        if (!bdev_extents_done(extents))
            chi_task_yield();
    }
    bdev_pagemap_close(pagemap);
    return 0;
}

int bdev_move_extents(struct chimaera_bdev *self, uint64_t offset, uint64_t size, uint32_t most,
                      struct bdev_extents *extents)
{
    *extents = (struct bdev_extents){.items = NULL};
    int rc = check_raw(self, offset, size);
    if (rc < 0 || size == 0)
        return rc < 0 ? rc : -EINVAL;
    rc = bdev_extents_init(extents, offset, size, most);
    if (rc < 0)
        return rc;
    return self->file_open ? extents_of_file(self, extents) : extents_of_memory(self, extents);
}
