/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations and batches. See operation.h. */
#include "operation.h"

#include <errno.h>
#include <stddef.h>

#ifdef BDEV_IO_HOOK
void (*bdev_io_hook)(const void *memory, uint64_t offset, uint64_t size);
#endif

void bdev_batch_begin(struct bdev_batch *batch)
{
    atomic_init(&batch->pending, 1);
    atomic_init(&batch->error, 0);
    chi_parking_init(&batch->parking);
}

void bdev_op_submit(struct bdev_device *device, struct bdev_op *op, struct bdev_batch *batch)
{
    op->batch = batch;
    atomic_fetch_add_explicit(&batch->pending, 1, memory_order_relaxed);
    bdev_queue_depth_acquire(&device->queue_depth, chi_current_client());
    atomic_fetch_add_explicit(&device->operations, 1, memory_order_relaxed);
#ifdef BDEV_IO_HOOK
    if (bdev_io_hook != NULL && (op->kind == BDEV_OP_READ || op->kind == BDEV_OP_WRITE))
        bdev_io_hook(op->memory, op->offset, op->size);
#endif
    const struct bdev_engine *engine = atomic_load_explicit(&device->engine, memory_order_relaxed);
    int rc = engine->submit(device, op);
    if (rc == -ENOTSUP && device->fallback != NULL)
        rc = device->fallback->submit(device, op);
    if (rc < 0)
        bdev_op_complete(device, op, rc);
}

void bdev_op_complete(struct bdev_device *device, struct bdev_op *op, int rc)
{
    struct bdev_batch *batch = op->batch;
    int none = 0;

    if (rc < 0)
        atomic_compare_exchange_strong_explicit(&batch->error, &none, rc, memory_order_relaxed,
                                                memory_order_relaxed);
    bdev_queue_depth_release(&device->queue_depth);
    /* Release and acquire: publishes the data read and the error to the waiting handler. */
    if (atomic_fetch_sub_explicit(&batch->pending, 1, memory_order_acq_rel) == 1)
        chi_task_unpark(&batch->parking, 0);
}

int bdev_batch_wait(struct bdev_batch *batch)
{
    if (atomic_fetch_sub_explicit(&batch->pending, 1, memory_order_acq_rel) > 1)
        chi_task_park(&batch->parking);
    return atomic_load_explicit(&batch->error, memory_order_relaxed);
}

int bdev_op_run(struct bdev_device *device, struct bdev_op *op)
{
    struct bdev_batch batch;
    bdev_batch_begin(&batch);
    bdev_op_submit(device, op, &batch);
    return bdev_batch_wait(&batch);
}

bool bdev_op_advance(struct bdev_op *op, int64_t result, int *rc)
{
    if (result == -EINTR || result == -EAGAIN)
        return false;
    if (result < 0 || (op->kind != BDEV_OP_READ && op->kind != BDEV_OP_WRITE)) {
        *rc = result < 0 ? (int)result : 0;
        return true;
    }
    if (result == 0 || (uint64_t)result > op->size) {
        *rc = op->kind == BDEV_OP_READ ? -ENODATA : -EIO; /* end of file; nothing was written */
        return true;
    }
    op->offset += (uint64_t)result;
    op->memory += result;
    op->size -= (uint64_t)result;
    *rc = 0;
    return op->size == 0;
}
