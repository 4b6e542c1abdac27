/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The threads engine. See engine_threads.h. Serves where io_uring is not available or not wanted,
 * and carries out what io_uring does not support. The threads are created with the first operation.
 */
#include "engine_threads.h"

#include "operation.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 16u

/* The engine's state for one device. */
struct pool {
    struct bdev_device *device;
    pthread_mutex_t lock; /* protects everything below */
    pthread_cond_t work;
    struct bdev_op *first, *last; /* FIFO of operations not taken yet */
    bool stop;
    uint32_t count; /* threads */
    pthread_t threads[THREADS_MAX];
};

static int run_op(struct bdev_device *device, struct bdev_op *op)
{
    int rc = 0;
    int64_t result = 0;
    do {
        switch (op->kind) {
        case BDEV_OP_READ:
            result = pread(device->fd, op->memory, op->size, (off_t)op->offset);
            break;
        case BDEV_OP_WRITE:
            result = pwrite(device->fd, op->memory, op->size, (off_t)op->offset);
            break;
        case BDEV_OP_FLUSH:
            result = fdatasync(device->fd);
            break;
        case BDEV_OP_PUNCH:
            result = fallocate(device->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               (off_t)op->offset, (off_t)op->size);
            break;
        case BDEV_OP_ZERO:
            result =
                fallocate(device->fd, FALLOC_FL_ZERO_RANGE, (off_t)op->offset, (off_t)op->size);
            break;
        case BDEV_OP_EXTENTS:
            return bdev_extents_seek(op->extents, device->fd);
        }
        if (result < 0)
            result = -errno;
    } while (!bdev_op_advance(op, result, &rc));
    return rc;
}

static void *serve(void *argument)
{
    struct pool *pool = argument;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->first == NULL && !pool->stop)
            pthread_cond_wait(&pool->work, &pool->lock);
        struct bdev_op *op = pool->first;
        if (op == NULL)
            break;
        pool->first = op->next;
        pthread_mutex_unlock(&pool->lock);
        atomic_fetch_add_explicit(&pool->device->submissions, 1, memory_order_relaxed);
        bdev_op_complete(pool->device, op, run_op(pool->device, op));
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Creates the threads. Lock held. */
static int create_threads(struct pool *pool)
{
    uint32_t limit = pool->device->queue_depth.limit;
    uint32_t wanted = limit < THREADS_MAX ? limit : THREADS_MAX;
    sigset_t all, before;

    sigfillset(&all); /* signals are handled by the daemon's main thread */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (pool->count < wanted &&
           pthread_create(&pool->threads[pool->count], NULL, serve, pool) == 0) {
        pthread_setname_np(pool->threads[pool->count], "chi-bdev");
        pool->count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->count > 0 ? 0 : -EAGAIN;
}

static int submit(struct bdev_device *device, struct bdev_op *op)
{
    struct pool *pool = device->state[CHIMAERA_BDEV_ENGINE_THREADS];
    int rc = 0;

    op->next = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->count == 0)
        rc = create_threads(pool);
    if (rc == 0) {
        if (pool->first != NULL)
            pool->last->next = op;
        else
            pool->first = op;
        pool->last = op;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

static int start(struct bdev_device *device)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return -ENOMEM;
    pool->device = device;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    device->state[CHIMAERA_BDEV_ENGINE_THREADS] = pool;
    return 0;
}

static void stop(struct bdev_device *device)
{
    struct pool *pool = device->state[CHIMAERA_BDEV_ENGINE_THREADS];

    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (uint32_t i = 0; i < pool->count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

const struct bdev_engine bdev_engine_threads = {
    .name = "threads",
    .type = CHIMAERA_BDEV_TYPE_FILE,
    .number = CHIMAERA_BDEV_ENGINE_THREADS,
    .start = start,
    .stop = stop,
    .submit = submit,
};
