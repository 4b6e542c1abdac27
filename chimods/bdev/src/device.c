/* SPDX-License-Identifier: BSD-3-Clause */
/* Batches, operations and bounce buffers. See device.h. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef STATX_DIOALIGN /* Linux 6.1 */
#define STATX_DIOALIGN 0x2000u
#endif
#define DIO_FALLBACK 4096u

#ifdef BDEV_IO_HOOK
void (*bdev_io_hook)(const void *memory, uint64_t offset, uint64_t size);
#endif

/* ---- operations */

void bdev_batch_begin(struct bdev_batch *batch)
{
    atomic_init(&batch->pending, 1);
    atomic_init(&batch->error, 0);
    chi_parking_init(&batch->parking);
}

void bdev_op_start(struct bdev_device *device, struct bdev_op *op, struct bdev_batch *batch)
{
    op->batch = batch;
    atomic_fetch_add_explicit(&batch->pending, 1, memory_order_relaxed);
    bdev_gate_enter(&device->gate, chi_current_client());
    atomic_fetch_add_explicit(&device->operations, 1, memory_order_relaxed);
#ifdef BDEV_IO_HOOK
    if (bdev_io_hook != NULL && (op->kind == BDEV_OP_READ || op->kind == BDEV_OP_WRITE))
        bdev_io_hook(op->memory, op->offset, op->size);
#endif
    if (op->kind != BDEV_OP_EXTENTS &&
        atomic_load_explicit(&device->engine, memory_order_relaxed) == CHIMAERA_BDEV_ENGINE_URING &&
        bdev_uring_start(device, op))
        return;
    int rc = bdev_threads_start(device, op);
    if (rc < 0)
        bdev_op_end(device, op, rc);
}

void bdev_op_end(struct bdev_device *device, struct bdev_op *op, int rc)
{
    struct bdev_batch *batch = op->batch;
    int none = 0;

    if (rc < 0)
        atomic_compare_exchange_strong_explicit(&batch->error, &none, rc, memory_order_relaxed,
                                                memory_order_relaxed);
    bdev_gate_leave(&device->gate);
    /* Release and acquire: what the operation read, and its error, for the one that waits. */
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
    bdev_op_start(device, op, &batch);
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
        *rc = op->kind == BDEV_OP_READ ? -ENODATA : -EIO; /* the file ends, or takes no more */
        return true;
    }
    op->offset += (uint64_t)result;
    op->memory += result;
    op->size -= (uint64_t)result;
    *rc = 0;
    return op->size == 0;
}

/* ---- bounce buffers */

void *bdev_bounce_get(struct bdev_device *device)
{
    void *bounce = NULL;
    pthread_mutex_lock(&device->lock);
    if (device->bounce_count > 0)
        bounce = device->bounces[--device->bounce_count];
    pthread_mutex_unlock(&device->lock);
    return bounce != NULL ? bounce : aligned_alloc(DIO_FALLBACK, BDEV_BOUNCE);
}

void bdev_bounce_put(struct bdev_device *device, void *bounce)
{
    pthread_mutex_lock(&device->lock);
    if (device->bounce_count < sizeof device->bounces / sizeof device->bounces[0]) {
        device->bounces[device->bounce_count++] = bounce;
        bounce = NULL;
    }
    pthread_mutex_unlock(&device->lock);
    free(bounce);
}

/* ---- begin and end */

/* How offsets and memory must lie where the page cache is passed by. */
static void find_units(struct bdev_device *device)
{
    struct statx info = {0};
    uint32_t words[2] = {0, 0};

    device->io_unit = device->memory_unit = 1;
    if (!device->direct)
        return;
    device->io_unit = device->memory_unit = DIO_FALLBACK;
    if (statx(device->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &info) < 0 ||
        (info.stx_mask & STATX_DIOALIGN) == 0)
        return;
    /* stx_dio_mem_align and stx_dio_offset_align, which older headers do not name. */
    __builtin_memcpy(words, (const char *)&info + 0x98, sizeof words);
    if (words[0] > 0 && words[0] <= DIO_FALLBACK && words[1] > 0 && words[1] <= DIO_FALLBACK) {
        device->memory_unit = words[0];
        device->io_unit = words[1];
    }
}

int bdev_device_init(struct bdev_device *device, int fd, uint64_t size, uint32_t io_depth,
                     enum chimaera_bdev_engine engine)
{
    int rc = engine == CHIMAERA_BDEV_ENGINE_THREADS ? -ENOSYS : bdev_uring_probe();
    if (rc < 0 && engine == CHIMAERA_BDEV_ENGINE_URING)
        return rc;
    *device = (struct bdev_device){
        .fd = fd,
        .size = size,
        .direct = (fcntl(fd, F_GETFL) & O_DIRECT) != 0,
        .engine = rc == 0 ? CHIMAERA_BDEV_ENGINE_URING : CHIMAERA_BDEV_ENGINE_THREADS,
    };
    find_units(device);
    if (size % device->io_unit != 0) { /* its last bytes can be had through the page cache only */
        if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_DIRECT) < 0)
            return -errno;
        device->direct = false;
        find_units(device);
    }
    pthread_mutex_init(&device->lock, NULL);
    bdev_gate_init(&device->gate, io_depth);
    bdev_claims_init(&device->claims);
    if (rc == 0)
        bdev_uring_init(device);
    return 0;
}

void bdev_device_fini(struct bdev_device *device)
{
    bdev_uring_fini(device);
    bdev_threads_fini(device);
    while (device->bounce_count > 0)
        free(device->bounces[--device->bounce_count]);
    bdev_claims_fini(&device->claims);
    bdev_gate_fini(&device->gate);
    pthread_mutex_destroy(&device->lock);
    flock(device->fd, LOCK_UN); /* rings that are going away may have the file open still */
    close(device->fd);
}

/* ---- as a store */

static int transfer(struct bdev_store *store, enum bdev_op_kind kind, uint64_t offset, void *memory,
                    size_t size)
{
    struct bdev_device *device = ((struct bdev_device_store *)store)->device;
    int rc = 0;
    for (size_t done = 0; done < size && rc == 0; done += BDEV_PIECE) {
        struct bdev_op op = {.kind = kind,
                             .offset = offset + done,
                             .memory = (uint8_t *)memory + done,
                             .size = size - done < BDEV_PIECE ? size - done : BDEV_PIECE};
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
