/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registered buffers of one io_uring: ranges of client memory whose pages the kernel looks up once,
 * instead of for each operation. A range is registered when an operation first uses it, together
 * with the client's memory around it, and unregistered before it loses its pages.
 *
 * find() runs on the ring's own worker, remove() on the thread that returns the memory; both may
 * run at once, but never for the same units, since memory of an operation in flight is not
 * returned. A slot that find() gave may be gone when the kernel starts the operation, if a
 * neighbouring range was removed in between. Then the kernel ends the operation with -EFAULT
 * without transferring anything, and the engine repeats it by address.
 */
#ifndef CHIMAERA_BDEV_REGISTERED_H
#define CHIMAERA_BDEV_REGISTERED_H

#include <chimaera/client_memory.h>
#include <pthread.h>
#include <stdatomic.h>

#define BDEV_REGISTERED_SLOTS 1024u

struct io_uring;

/* Zeroed: nothing is registered, and find() always returns -1. */
struct bdev_registered {
    struct io_uring *uring;
    const uint8_t *base;        /* of client memory */
    uint32_t units;             /* of CHI_CLIENT_MEMORY_UNIT bytes, in client memory */
    _Atomic(uint16_t) *slot_of; /* per unit: slot + 1, or 0 */
    atomic_bool refused;        /* the kernel refused a range; until one is removed */
    _Atomic(uint64_t) bytes;    /* now */
    pthread_mutex_t lock;       /* protects slots, and writes of slot_of */
    struct chi_client_memory_run slots[BDEV_REGISTERED_SLOTS];
};

/* For a ring of the calling worker. Left zeroed if the kernel lacks support. Handlers. */
void bdev_registered_init(struct bdev_registered *registered, struct io_uring *uring);
void bdev_registered_fini(struct bdev_registered *registered);

/*
 * Returns the slot of the registered buffer that contains [memory, memory + size), which is memory
 * of a task in flight; registers it if possible. -1: none.
 */
int bdev_registered_find(struct bdev_registered *registered, const uint8_t *memory, uint64_t size);

/* Unregisters these units, which are about to lose their pages. Any thread. */
void bdev_registered_remove(struct bdev_registered *registered, struct chi_client_memory_run run);

#endif
