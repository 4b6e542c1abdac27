/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file or block device and the operations on it. A handler begins a batch, starts operations of
 * it, and waits for all; an engine (file_uring.c, file_threads.c) carries them out and says of each
 * how it ended. The memory of an operation is the kernel's until then, so a batch is always waited
 * for.
 */
#ifndef CHIMAERA_BDEV_DEVICE_H
#define CHIMAERA_BDEV_DEVICE_H

#include "claims.h"
#include "extents.h"
#include "gate.h"
#include "store.h"
#include <chimaera/bdev/bdev_tasks.h>
#include <chimaera/client_memory.h>
#include <chimaera/park.h>
#include <stdatomic.h>

#define BDEV_PIECE  ((uint64_t)1 << 20)   /* bytes that one read or write moves */
#define BDEV_BOUNCE ((uint64_t)256 << 10) /* bytes of a bounce buffer */
#define BDEV_RINGS  64u                   /* as many as there can be workers */

enum bdev_op_kind {
    BDEV_OP_READ,
    BDEV_OP_WRITE,
    BDEV_OP_FLUSH,   /* fdatasync */
    BDEV_OP_PUNCH,   /* the range may be given back; reads as zeros */
    BDEV_OP_ZERO,    /* the range becomes zeros; a file that has become too short, longer */
    BDEV_OP_EXTENTS, /* looks on in `extents`; for threads alone, since io_uring cannot seek */
};

/* Operations that one handler waits for together. Lives on its stack. */
struct bdev_batch {
    atomic_uint pending; /* operations, and one for the handler until it waits */
    atomic_int error;    /* the first */
    struct chi_parking parking;
};

struct bdev_op {
    enum bdev_op_kind kind;
    uint64_t offset; /* in the file */
    uint64_t size;
    uint8_t *memory; /* of a read or write */
    bool by_address; /* the engine's: not by a registered buffer */
    struct bdev_extents *extents;
    struct bdev_batch *batch;
    struct bdev_op *next; /* the engine's */
};

struct bdev_ring;
struct bdev_threads;

struct bdev_device {
    int fd;
    uint64_t size;        /* bytes of the file that are ours */
    uint32_t io_unit;     /* offset and size of an operation are multiples of it; 1: any */
    uint32_t memory_unit; /* likewise its memory */
    bool direct;
    struct bdev_gate gate;
    struct bdev_claims claims;

    atomic_int engine;                             /* CHIMAERA_BDEV_ENGINE_URING or _THREADS */
    pthread_mutex_t lock;                          /* to make rings, threads, bounce buffers */
    _Atomic(struct bdev_ring *) rings[BDEV_RINGS]; /* one for each worker that came by; to NULL */
    struct chi_client_memory_watch watch;          /* for registered buffers */
    _Atomic(struct bdev_threads *) threads;        /* made when first needed */
    void *bounces[8];                              /* spare ones; lock */
    uint32_t bounce_count;

    _Atomic(uint64_t) operations, registered_operations, submissions;
    _Atomic(uint64_t) bytes_in_place, bytes_bounced;
};

/* Takes over an open descriptor. `engine` may be AUTO. 0; -ENOSYS, -EPERM... where io_uring was
 * asked for and is not to be had, or built without; -ENOMEM. Closes nothing on failure. */
int bdev_device_init(struct bdev_device *device, int fd, uint64_t size, uint32_t io_depth,
                     enum chimaera_bdev_engine engine);

/* No operation may be under way. Closes the descriptor. Parks. */
void bdev_device_fini(struct bdev_device *device);

void bdev_batch_begin(struct bdev_batch *batch);

/* Starts an operation, once the gate lets it in. Parks. */
void bdev_op_start(struct bdev_device *device, struct bdev_op *op, struct bdev_batch *batch);

/* Waits for all that was started; 0 or the code of the first that failed. Parks. */
int bdev_batch_wait(struct bdev_batch *batch);

/* One operation, waited for. Parks. */
int bdev_op_run(struct bdev_device *device, struct bdev_op *op);

/* The engine's: an operation has ended. Any thread. */
void bdev_op_end(struct bdev_device *device, struct bdev_op *op, int rc);

/*
 * The engine's: how the system call or completion of a read or write ended: bytes or -errno. True:
 * it has ended as `*rc` says. False: `op` was changed to what is left; carry that out.
 */
bool bdev_op_advance(struct bdev_op *op, int64_t result, int *rc);

/* BDEV_BOUNCE bytes, aligned to a page; NULL where memory is out. Any thread. */
void *bdev_bounce_get(struct bdev_device *device);
void bdev_bounce_put(struct bdev_device *device, void *bounce);

/* The device as a store for superblock and log. */
struct bdev_device_store {
    struct bdev_store base;
    struct bdev_device *device;
};
void bdev_device_store_init(struct bdev_device_store *store, struct bdev_device *device);

/* ---- file_uring.c */

/* 0 where the system lets this process make an io_uring, else -errno; -ENOSYS where it was built
 * without. */
int bdev_uring_probe(void);
/* For a device that has this engine. Handlers. */
void bdev_uring_init(struct bdev_device *device);
/* Queues it for the calling worker's ring; false where there is none. */
bool bdev_uring_start(struct bdev_device *device, struct bdev_op *op);
/* How many rings there are, and the bytes that are registered with them. */
uint32_t bdev_uring_count(struct bdev_device *device, uint64_t *registered_bytes);
/* Parks. */
void bdev_uring_fini(struct bdev_device *device);

#ifdef BDEV_IO_HOOK
/* In tests: called with address, offset and size of each read and write that the kernel is given.
 */
extern CHI_API void (*bdev_io_hook)(const void *memory, uint64_t offset, uint64_t size);
#endif

/* ---- file_threads.c */

/* Helper threads that end with the device. 0, -ENOMEM, -EAGAIN. */
int bdev_threads_start(struct bdev_device *device, struct bdev_op *op);
void bdev_threads_fini(struct bdev_device *device);

#endif
