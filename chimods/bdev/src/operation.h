/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operations on a device, and batches of them. A handler begins a batch, submits operations to it
 * and waits for all of them. The kernel owns the memory of an operation until the operation ends,
 * so every batch that was begun must be waited for.
 */
#ifndef CHIMAERA_BDEV_OPERATION_H
#define CHIMAERA_BDEV_OPERATION_H

#include "engine.h"
#include "extents.h"
#include <chimaera/park.h>
#include <stdatomic.h>

#define BDEV_OP_MAX ((uint64_t)1 << 20) /* bytes of one read or write */

enum bdev_op_kind {
    BDEV_OP_READ,
    BDEV_OP_WRITE,
    BDEV_OP_FLUSH,   /* fdatasync() */
    BDEV_OP_PUNCH,   /* deallocates the range, which then reads as zeros */
    BDEV_OP_ZERO,    /* zeroes the range; extends a file that ends before it */
    BDEV_OP_EXTENTS, /* adds a bounded number of extents to `extents` */
};

/* Operations that one handler waits for together. Lives on the handler's stack. */
struct bdev_batch {
    atomic_uint pending; /* operations in flight, plus one until the handler waits */
    atomic_int error;    /* of the first operation that failed; 0: none */
    struct chi_parking parking;
};

struct bdev_op {
    enum bdev_op_kind kind;
    uint64_t offset; /* bytes in the file */
    uint64_t size;   /* bytes */
    uint8_t *memory; /* of a read or write */
    bool by_address; /* engine uring: do not use a registered buffer */
    struct bdev_extents *extents;
    struct bdev_batch *batch;
    struct bdev_op *next; /* the engine's */
};

void bdev_batch_begin(struct bdev_batch *batch);

/* Submits an operation once the queue depth allows it. Parks the calling fiber until then. */
void bdev_op_submit(struct bdev_device *device, struct bdev_op *op, struct bdev_batch *batch);

/* Parks until all operations of the batch have ended. Returns 0 or the first failure's code. */
int bdev_batch_wait(struct bdev_batch *batch);

/* Runs one operation: submits it and waits. Parks. Returns 0 or the operation's code. */
int bdev_op_run(struct bdev_device *device, struct bdev_op *op);

/* Ends an operation with `rc`. Called by the engine, once for each operation, on any thread. */
void bdev_op_complete(struct bdev_device *device, struct bdev_op *op, int rc);

/*
 * Handles the result of a system call or completion: a byte count or -errno. Called by the engine.
 * Returns true if the operation has ended with `*rc`; false if `op` now describes the rest of a
 * short transfer, which the engine must carry out.
 */
bool bdev_op_advance(struct bdev_op *op, int64_t result, int *rc);

#ifdef BDEV_IO_HOOK
/* Test hook: called with memory, offset and size of each read and write given to the kernel. */
extern CHI_API void (*bdev_io_hook)(const void *memory, uint64_t offset, uint64_t size);
#endif

#endif
