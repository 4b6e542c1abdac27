/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffers and tasks of a copy: BDEV_SLOTS pieces of up to BDEV_SLOT_SIZE bytes are in flight at a
 * time. Piece n uses slot n % BDEV_SLOTS. Used by put and get.
 */
#ifndef CHIMAERA_TOOL_BDEV_SLOTS_H
#define CHIMAERA_TOOL_BDEV_SLOTS_H

#include "chimaera/bdev/bdev_client.h"

#define BDEV_SLOTS     8u
#define BDEV_SLOT_SIZE ((uint64_t)1 << 20)

/* A range of a device, in bytes. */
struct bdev_range {
    const struct chimaera_bdev_client *client;
    chi_pool_query_t query;
    uint64_t offset;
    uint64_t size;
};

struct bdev_slots {
    struct chi_buffer buffer;
    struct chi_task *tasks[BDEV_SLOTS]; /* NULL: none in flight */
};

/* Allocates the buffers. Returns 0 or a code, recorded. */
int bdev_slots_init(struct bdev_slots *slots);

/* Waits for the tasks in flight, whose memory is in the buffers, and frees everything. */
void bdev_slots_fini(struct bdev_slots *slots);

/* Returns the buffer of piece `number`, cut to `size` bytes. */
struct chi_buffer bdev_slots_buffer(const struct bdev_slots *slots, uint64_t number, uint64_t size);

/* Puts a task that was sent into the slot of piece `number`. `task` NULL: it was not sent. Returns
 * 0 or a code, recorded. */
int bdev_slots_put(struct bdev_slots *slots, uint64_t number, struct chi_task *task);

/* Waits for the task of piece `number`, if there is one, and frees it. Returns 0 or a code,
 * recorded. */
int bdev_slots_wait(struct bdev_slots *slots, uint64_t number);

#endif
