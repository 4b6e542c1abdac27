/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The io_uring engine: a ring for each worker that serves the device, made when its first
 * operation comes and used by that worker's thread alone. Operations are queued as tasks run; a few
 * at a time, and at the end of each round of the worker's loop, they go to the kernel together: the
 * device is at work on the first while the worker runs the tasks of the last. What has completed is
 * taken from memory that the kernel shares. The worker sleeps with the ring in its epoll.
 */
#include "device.h"
#include "registered.h"

#include <chimaera/log.h>
#include <errno.h>
#include <stdlib.h>

#ifdef BDEV_WITH_URING

#include <fcntl.h>
#include <liburing.h>

#ifndef IORING_SETUP_COOP_TASKRUN
#define IORING_SETUP_COOP_TASKRUN (1U << 8)
#define IORING_SETUP_TASKRUN_FLAG (1U << 9)
#endif
#ifndef IORING_SQ_TASKRUN
#define IORING_SQ_TASKRUN (1U << 2)
#endif
#define ENTRIES_MAX 4096u
#define REAP        32u
#define BATCH       4u /* operations that go to the kernel without waiting for the round to end */

struct bdev_ring {
    struct chi_poller poller;
    struct bdev_device *device;
    pthread_t owner;
    struct bdev_op *first, *last; /* for which the submission queue had no place */
    uint32_t in_flight;           /* of this ring */
    struct io_uring uring;
    struct bdev_registered registered;
};

static int make(uint32_t entries, struct io_uring *uring)
{
    struct io_uring_params params = {
        /* Completions are not announced by interrupting the worker: it looks often enough. */
        .flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG};
    int rc = io_uring_queue_init_params(entries, uring, &params);
    if (rc == -EINVAL) /* before Linux 5.19 */
        rc = io_uring_queue_init(entries, uring, 0);
    return rc;
}

int bdev_uring_probe(void)
{
    struct io_uring uring;
    int rc = make(4, &uring);
    if (rc < 0)
        return rc;
    struct io_uring_probe *probe = io_uring_get_probe_ring(&uring);
    if (probe == NULL || !io_uring_opcode_supported(probe, IORING_OP_READ) ||
        !io_uring_opcode_supported(probe, IORING_OP_FALLOCATE))
        rc = -ENOSYS; /* before Linux 5.6 */
    io_uring_free_probe(probe);
    io_uring_queue_exit(&uring);
    return rc;
}

static void defer(struct bdev_ring *ring, struct bdev_op *op)
{
    op->next = NULL;
    if (ring->first != NULL)
        ring->last->next = op;
    else
        ring->first = op;
    ring->last = op;
}

/* By its registered buffer, where it has one and that was not refused before. */
static void prepare_move(struct bdev_ring *ring, struct bdev_op *op, struct io_uring_sqe *sqe)
{
    unsigned size = (unsigned)op->size;
    int buffer = -1;
    if (!op->by_address)
        buffer = bdev_registered_find(&ring->registered, op->memory, op->size);
    op->by_address = buffer < 0;
    if (buffer < 0 && op->kind == BDEV_OP_READ)
        io_uring_prep_read(sqe, 0, op->memory, size, op->offset);
    else if (buffer < 0)
        io_uring_prep_write(sqe, 0, op->memory, size, op->offset);
    else if (op->kind == BDEV_OP_READ)
        io_uring_prep_read_fixed(sqe, 0, op->memory, size, op->offset, buffer);
    else
        io_uring_prep_write_fixed(sqe, 0, op->memory, size, op->offset, buffer);
    if (buffer >= 0)
        atomic_fetch_add_explicit(&ring->device->registered_operations, 1, memory_order_relaxed);
}

static bool queue(struct bdev_ring *ring, struct bdev_op *op)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
    if (sqe == NULL)
        return false;
    switch (op->kind) {
    case BDEV_OP_READ:
    case BDEV_OP_WRITE:
        prepare_move(ring, op, sqe);
        break;
    case BDEV_OP_FLUSH:
        io_uring_prep_fsync(sqe, 0, IORING_FSYNC_DATASYNC);
        break;
    case BDEV_OP_PUNCH:
        io_uring_prep_fallocate(sqe, 0, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                (off_t)op->offset, (off_t)op->size);
        break;
    case BDEV_OP_ZERO:
        io_uring_prep_fallocate(sqe, 0, FALLOC_FL_ZERO_RANGE, (off_t)op->offset, (off_t)op->size);
        break;
    case BDEV_OP_EXTENTS: /* never comes here */
        break;
    }
    io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
    io_uring_sqe_set_data(sqe, op);
    ring->in_flight++;
    return true;
}

/* What the kernel does not take stays queued for the next time. */
static void submit(struct bdev_ring *ring)
{
    atomic_fetch_add_explicit(&ring->device->submissions, 1, memory_order_relaxed);
    io_uring_submit(&ring->uring);
}

/* An operation has ended, or what is left of it is to be queued again. */
static void complete(struct bdev_ring *ring, struct bdev_op *op, int result)
{
    int rc;
    if (result == -EFAULT && !op->by_address) { /* its registered buffer is gone: registered.h */
        op->by_address = true;
        defer(ring, op);
    } else if (bdev_op_advance(op, result, &rc)) {
        bdev_op_end(ring->device, op, rc);
    } else {
        defer(ring, op);
    }
}

static bool reap(struct bdev_ring *ring)
{
    struct io_uring_cqe *cqes[REAP];
    bool any = false;
    for (unsigned count; ring->in_flight > 0; any = true) {
        count = io_uring_peek_batch_cqe(&ring->uring, cqes, REAP);
        if (count == 0)
            break;
        for (unsigned i = 0; i < count; i++) {
            ring->in_flight--;
            complete(ring, io_uring_cqe_get_data(cqes[i]), cqes[i]->res);
        }
        io_uring_cq_advance(&ring->uring, count);
    }
    return any;
}

/* Whether the kernel has completions that it hands over only when it is entered. */
static bool must_enter(const struct bdev_ring *ring)
{
    return (__atomic_load_n(ring->uring.sq.kflags, __ATOMIC_RELAXED) &
            (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

static bool poll_ring(struct chi_poller *poller)
{
    struct bdev_ring *ring = (struct bdev_ring *)(void *)poller;
    bool any = false;

    while (ring->first != NULL && queue(ring, ring->first)) {
        ring->first = ring->first->next;
        any = true;
    }
    if (io_uring_sq_ready(&ring->uring) > 0) {
        submit(ring);
        any = true;
    } else if (ring->in_flight > 0 && must_enter(ring)) {
        io_uring_get_events(&ring->uring);
    }
    return ring->in_flight > 0 ? any | reap(ring) : any;
}

static struct bdev_ring *make_ring(struct bdev_device *device)
{
    struct bdev_ring *ring = calloc(1, sizeof *ring);
    uint32_t entries = device->gate.depth < ENTRIES_MAX ? device->gate.depth : ENTRIES_MAX;
    if (ring == NULL || make(entries, &ring->uring) < 0) {
        free(ring);
        return NULL;
    }
    ring->device = device;
    ring->owner = pthread_self();
    ring->poller = (struct chi_poller){.poll = poll_ring, .fd = ring->uring.ring_fd};
    if (io_uring_register_files(&ring->uring, &device->fd, 1) < 0 ||
        chi_poller_add(&ring->poller) < 0) {
        io_uring_queue_exit(&ring->uring);
        free(ring);
        return NULL;
    }
    bdev_registered_init(&ring->registered, &ring->uring);
    return ring;
}

static struct bdev_ring *ring_at(struct bdev_device *device, uint32_t i)
{
    /* Acquire: pairs with the release in own_ring(). */
    return i < BDEV_RINGS ? atomic_load_explicit(&device->rings[i], memory_order_acquire) : NULL;
}

/* A ring that is not published yet has nothing registered. */
static void leave(struct chi_client_memory_watch *watch, struct chi_client_memory_run run)
{
    struct bdev_device *device =
        (struct bdev_device *)(void *)((char *)watch - offsetof(struct bdev_device, watch));
    struct bdev_ring *ring;
    for (uint32_t i = 0; (ring = ring_at(device, i)) != NULL; i++)
        bdev_registered_leave(&ring->registered, run);
}

void bdev_uring_init(struct bdev_device *device)
{
    device->watch = (struct chi_client_memory_watch){.leave = leave};
    chi_client_memory_watch_add(&device->watch);
}

/* The calling worker's ring; made where there is none yet, NULL where that fails. */
static struct bdev_ring *own_ring(struct bdev_device *device)
{
    pthread_t self = pthread_self();
    struct bdev_ring *ring;
    uint32_t i;

    for (i = 0; (ring = ring_at(device, i)) != NULL; i++)
        if (pthread_equal(ring->owner, self)) /* one of another thread is only compared */
            return ring;
    ring = i < BDEV_RINGS ? make_ring(device) : NULL;
    if (ring == NULL) { /* the limit of locked memory or of descriptors, probably */
        atomic_store_explicit(&device->engine, CHIMAERA_BDEV_ENGINE_THREADS, memory_order_relaxed);
        chi_log_warn("bdev", "no io_uring for one more worker; its pool goes on with threads");
        return NULL;
    }
    pthread_mutex_lock(&device->lock);
    while (atomic_load_explicit(&device->rings[i], memory_order_relaxed) != NULL)
        i++; /* others came first; there is a place for each worker that can be */
    atomic_store_explicit(&device->rings[i], ring, memory_order_release);
    pthread_mutex_unlock(&device->lock);
    return ring;
}

bool bdev_uring_start(struct bdev_device *device, struct bdev_op *op)
{
    struct bdev_ring *ring = own_ring(device);
    if (ring == NULL)
        return false;
    if (ring->first != NULL || !queue(ring, op))
        defer(ring, op);
    if (io_uring_sq_ready(&ring->uring) >= BATCH)
        submit(ring);
    return true;
}

uint32_t bdev_uring_count(struct bdev_device *device, uint64_t *registered_bytes)
{
    struct bdev_ring *ring;
    uint32_t count;
    *registered_bytes = 0;
    for (count = 0; (ring = ring_at(device, count)) != NULL; count++)
        *registered_bytes += atomic_load_explicit(&ring->registered.bytes, memory_order_relaxed);
    return count;
}

void bdev_uring_fini(struct bdev_device *device)
{
    struct bdev_ring *ring;
    if (device->watch.leave != NULL)
        chi_client_memory_watch_remove(&device->watch);
    for (uint32_t i = 0; (ring = ring_at(device, i)) != NULL; i++) {
        chi_poller_remove(&ring->poller);
        bdev_registered_fini(&ring->registered);
        io_uring_unregister_files(&ring->uring);
        io_uring_queue_exit(&ring->uring);
        free(ring);
    }
}

#else

int bdev_uring_probe(void)
{
    return -ENOSYS;
}

void bdev_uring_init(struct bdev_device *device)
{
    (void)device;
}

bool bdev_uring_start(struct bdev_device *device, struct bdev_op *op)
{
    (void)device, (void)op;
    return false;
}

uint32_t bdev_uring_count(struct bdev_device *device, uint64_t *registered_bytes)
{
    (void)device;
    *registered_bytes = 0;
    return 0;
}

void bdev_uring_fini(struct bdev_device *device)
{
    (void)device;
}

#endif
