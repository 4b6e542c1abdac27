/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The io_uring engine. Each worker that serves the device has a ring, made with its first operation
 * and used by that worker's thread only. Operations are queued while tasks run and submitted in
 * batches: when SUBMIT_BATCH are queued, and at the end of each round of the worker's loop. The
 * worker polls the completion queue, and waits for the ring in its epoll set while it sleeps.
 *
 * A system may refuse to submit, at the start or later: seccomp filters allow io_uring_setup()
 * alone. The probe at the start submits, too. Later the ring is given up: what the kernel has not
 * taken, and all that comes after, goes to the device's fallback engine; what it has taken ends
 * here.
 */
#include "engine_uring.h"

#include <errno.h>
#include <stddef.h>

#ifdef BDEV_WITH_URING

#include "operation.h"
#include "registered.h"
#include <chimaera/log.h>
#include <chimaera/status.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>

#ifndef IORING_SETUP_COOP_TASKRUN
#define IORING_SETUP_COOP_TASKRUN (1U << 8)
#define IORING_SETUP_TASKRUN_FLAG (1U << 9)
#endif
#ifndef IORING_SQ_TASKRUN
#define IORING_SQ_TASKRUN (1U << 2)
#endif
#define RINGS_MAX    64u /* the largest number of workers */
#define ENTRIES_MAX  4096u
#define REAP_BATCH   32u
#define SUBMIT_BATCH 4u /* queued operations that are submitted before the round ends */

struct ring {
    struct chi_poller poller;
    struct bdev_device *device;
    pthread_t owner;
    struct bdev_op *first, *last;               /* waiting for room in the submission queue */
    struct bdev_op *unsent_first, *unsent_last; /* in the submission queue, not the kernel's yet */
    uint32_t in_flight;                         /* operations of this ring, unsent ones too */
    bool refused;                               /* given up: the kernel takes nothing */
    struct io_uring uring;
    struct bdev_registered registered;
};

/* The engine's state for one device. */
struct rings {
    struct bdev_device *device;
    _Atomic(struct ring *) rings[RINGS_MAX]; /* ends with NULL; written under the device's lock */
    struct chi_client_memory_watch watch;    /* for registered buffers */
};

static int make(uint32_t entries, struct io_uring *uring)
{
    struct io_uring_params params = {
        /* The kernel need not interrupt the worker for a completion: the worker polls. */
        .flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG};
    int rc = io_uring_queue_init_params(entries, uring, &params);
    if (rc == -EINVAL) /* before Linux 5.19 */
        rc = io_uring_queue_init(entries, uring, 0);
    return rc;
}

/* 0 if a ring takes an operation and ends it, which a filter may forbid separately. */
static int probe_submit(struct io_uring *uring)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(uring);
    if (sqe == NULL)
        return -ENOSYS;
    io_uring_prep_nop(sqe);
    int rc = io_uring_submit(uring);
    return rc == 1 ? 0 : rc < 0 ? rc : -ENOSYS;
}

/* 0 if this process may create and use a ring that has the operations used here. */
static int probe_system(void)
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
    if (rc == 0)
        rc = probe_submit(&uring);
    io_uring_queue_exit(&uring);
    return rc;
}

static void append(struct bdev_op **first, struct bdev_op **last, struct bdev_op *op)
{
    op->next = NULL;
    if (*first != NULL)
        (*last)->next = op;
    else
        *first = op;
    *last = op;
}

static struct bdev_op *remove_first(struct bdev_op **first)
{
    struct bdev_op *op = *first;
    *first = op->next;
    return op;
}

static void defer(struct ring *ring, struct bdev_op *op)
{
    append(&ring->first, &ring->last, op);
}

/* The fallback engine carries the operation out, or ends it. */
static void hand_over(struct bdev_device *device, struct bdev_op *op)
{
    int rc = device->fallback != NULL ? device->fallback->submit(device, op) : -EIO;
    if (rc < 0)
        bdev_op_complete(device, op, rc);
}

/* Gives the ring up. Its submission queue is not touched any more. */
static void give_up(struct ring *ring, int rc)
{
    struct bdev_device *device = ring->device;
    ring->refused = true;
    if (device->fallback != NULL)
        atomic_store_explicit(&device->engine, device->fallback, memory_order_relaxed);
    chi_log_warn("bdev",
                 "io_uring takes no more operations (%s); the pool continues with engine threads",
                 chi_strerror(rc));
    while (ring->unsent_first != NULL) {
        ring->in_flight--;
        hand_over(device, remove_first(&ring->unsent_first));
    }
}

/* Uses the registered buffer that the memory lies in, if there is one. */
static void prepare_transfer(struct ring *ring, struct bdev_op *op, struct io_uring_sqe *sqe)
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

static bool queue(struct ring *ring, struct bdev_op *op)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);
    if (sqe == NULL)
        return false;
    switch (op->kind) {
    case BDEV_OP_READ:
    case BDEV_OP_WRITE:
        prepare_transfer(ring, op, sqe);
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
    case BDEV_OP_EXTENTS: /* refused by submit_op() */
        break;
    }
    io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
    io_uring_sqe_set_data(sqe, op);
    ring->in_flight++;
    append(&ring->unsent_first, &ring->unsent_last, op);
    return true;
}

/* Entries that the kernel does not accept now stay queued for the next call. */
static void submit_queued(struct ring *ring)
{
    atomic_fetch_add_explicit(&ring->device->submissions, 1, memory_order_relaxed);
    int rc = io_uring_submit(&ring->uring);
    for (int taken = 0; taken < rc && ring->unsent_first != NULL; taken++)
        remove_first(&ring->unsent_first);
    if (rc < 0 && rc != -EAGAIN && rc != -EBUSY && rc != -EINTR)
        give_up(ring, rc);
}

/* Ends an operation, or queues the rest of it again. */
static void complete(struct ring *ring, struct bdev_op *op, int result)
{
    int rc;
    if (result == -EFAULT && !op->by_address) { /* the buffer was unregistered: registered.h */
        op->by_address = true;
        defer(ring, op);
    } else if (bdev_op_advance(op, result, &rc)) {
        bdev_op_complete(ring->device, op, rc);
    } else {
        defer(ring, op);
    }
}

static bool reap(struct ring *ring)
{
    struct io_uring_cqe *cqes[REAP_BATCH];
    bool any = false;
    for (unsigned count; ring->in_flight > 0; any = true) {
        count = io_uring_peek_batch_cqe(&ring->uring, cqes, REAP_BATCH);
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

/* Whether the kernel has completions that it posts only during a system call. */
static bool must_enter(const struct ring *ring)
{
    return (__atomic_load_n(ring->uring.sq.kflags, __ATOMIC_RELAXED) &
            (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

static bool poll_ring(struct chi_poller *poller)
{
    struct ring *ring = (struct ring *)(void *)poller;
    bool any = false;

    while (ring->first != NULL && !ring->refused) {
        struct bdev_op *op = ring->first, *next = op->next;
        if (!queue(ring, op))
            break;
        ring->first = next;
        any = true;
    }
    if (ring->refused) {
        for (; ring->first != NULL; any = true)
            hand_over(ring->device, remove_first(&ring->first));
    } else if (io_uring_sq_ready(&ring->uring) > 0) {
        submit_queued(ring);
        any = true;
    } else if (ring->in_flight > 0 && must_enter(ring)) {
        io_uring_get_events(&ring->uring);
    }
    return ring->in_flight > 0 ? any | reap(ring) : any;
}

static struct ring *make_ring(struct bdev_device *device)
{
    struct ring *ring = calloc(1, sizeof *ring);
    uint32_t entries =
        device->queue_depth.limit < ENTRIES_MAX ? device->queue_depth.limit : ENTRIES_MAX;
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

static struct ring *ring_at(const struct rings *rings, uint32_t i)
{
    /* Acquire: pairs with the release in own_ring(). */
    return i < RINGS_MAX ? atomic_load_explicit(&rings->rings[i], memory_order_acquire) : NULL;
}

/* Client memory is about to lose its pages. A ring not published yet has nothing registered. */
static void unregister(struct chi_client_memory_watch *watch, struct chi_client_memory_run run)
{
    const struct rings *rings =
        (const struct rings *)(void *)((char *)watch - offsetof(struct rings, watch));
    struct ring *ring;
    for (uint32_t i = 0; (ring = ring_at(rings, i)) != NULL; i++)
        bdev_registered_remove(&ring->registered, run);
}

/* The calling worker's ring, made if it has none yet; NULL if that fails. */
static struct ring *own_ring(struct rings *rings)
{
    struct bdev_device *device = rings->device;
    pthread_t self = pthread_self();
    struct ring *ring;
    uint32_t i;

    for (i = 0; (ring = ring_at(rings, i)) != NULL; i++)
        if (pthread_equal(ring->owner, self)) /* the only member of another's ring that is read */
            return ring;
    ring = i < RINGS_MAX ? make_ring(device) : NULL;
    if (ring == NULL) { /* probably a limit of locked memory or descriptors */
        atomic_store_explicit(&device->engine, device->fallback, memory_order_relaxed);
        chi_log_warn("bdev", "cannot create an io_uring for another worker; the pool continues "
                             "with engine threads");
        return NULL;
    }
    pthread_mutex_lock(&device->lock);
    while (atomic_load_explicit(&rings->rings[i], memory_order_relaxed) != NULL)
        i++; /* taken by another worker since; there is an entry for each */
    atomic_store_explicit(&rings->rings[i], ring, memory_order_release);
    pthread_mutex_unlock(&device->lock);
    return ring;
}

static int submit_op(struct bdev_device *device, struct bdev_op *op)
{
    if (op->kind == BDEV_OP_EXTENTS) /* io_uring has no lseek() */
        return -ENOTSUP;
    struct ring *ring = own_ring(device->state[CHIMAERA_BDEV_ENGINE_URING]);
    if (ring == NULL || ring->refused)
        return -ENOTSUP;
    if (ring->first != NULL || !queue(ring, op))
        defer(ring, op);
    if (io_uring_sq_ready(&ring->uring) >= SUBMIT_BATCH)
        submit_queued(ring);
    return 0;
}

static int start(struct bdev_device *device)
{
    int rc = probe_system();
    if (rc < 0)
        return rc;
    struct rings *rings = calloc(1, sizeof *rings);
    if (rings == NULL)
        return -ENOMEM;
    rings->device = device;
    rings->watch.leave = unregister;
    chi_client_memory_watch_add(&rings->watch);
    device->state[CHIMAERA_BDEV_ENGINE_URING] = rings;
    return 0;
}

static void stop(struct bdev_device *device)
{
    struct rings *rings = device->state[CHIMAERA_BDEV_ENGINE_URING];
    struct ring *ring;
    chi_client_memory_watch_remove(&rings->watch);
    for (uint32_t i = 0; (ring = ring_at(rings, i)) != NULL; i++) {
        chi_poller_remove(&ring->poller);
        bdev_registered_fini(&ring->registered);
        io_uring_unregister_files(&ring->uring);
        io_uring_queue_exit(&ring->uring);
        free(ring);
    }
    free(rings);
}

static void get_stats(const struct bdev_device *device, struct chimaera_bdev_stats *stats)
{
    struct rings *rings = device->state[CHIMAERA_BDEV_ENGINE_URING];
    struct ring *ring;
    for (uint32_t i = 0; (ring = ring_at(rings, i)) != NULL; i++) {
        stats->rings++;
        stats->registered_bytes +=
            atomic_load_explicit(&ring->registered.bytes, memory_order_relaxed);
    }
}

const struct bdev_engine bdev_engine_uring = {
    .name = "uring",
    .type = CHIMAERA_BDEV_TYPE_FILE,
    .number = CHIMAERA_BDEV_ENGINE_URING,
    .start = start,
    .stop = stop,
    .submit = submit_op,
    .get_stats = get_stats,
};

#else

static int start(struct bdev_device *device)
{
    (void)device;
    return -ENOSYS;
}

/* Built without liburing: never starts, so nothing else of it is called. */
const struct bdev_engine bdev_engine_uring = {
    .name = "uring",
    .type = CHIMAERA_BDEV_TYPE_FILE,
    .number = CHIMAERA_BDEV_ENGINE_URING,
    .start = start,
};

#endif
