/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registered buffers of one io_uring: clients' memory whose pages the kernel has looked up once and
 * keeps, instead of for each operation. Memory is registered when an operation first uses it,
 * together with what else its client has around it, and let go of before it loses its pages.
 *
 * find: the ring's own worker. leave: the thread that gives memory back. Both may happen at once,
 * but never for the same units, since those of an operation that is under way do not leave. What an
 * operation was told may be gone by the time the kernel looks, if a neighbour left meanwhile: then
 * the kernel ends it with -EFAULT, nothing is moved, and it is to be done by its address.
 */
#ifndef CHIMAERA_BDEV_REGISTERED_H
#define CHIMAERA_BDEV_REGISTERED_H

#include <chimaera/client_memory.h>
#include <pthread.h>
#include <stdatomic.h>

#define BDEV_REGISTERED_SLOTS 1024u

struct io_uring;

/* Zeroed: nothing is registered, and nothing will be. */
struct bdev_registered {
    struct io_uring *uring;
    const uint8_t *base;        /* of clients' memory */
    uint32_t units;             /* of it */
    _Atomic(uint16_t) *slot_of; /* by unit: slot + 1, or 0 */
    atomic_bool refused;        /* by the kernel, as too much; until some is let go of */
    _Atomic(uint64_t) bytes;    /* registered now */
    pthread_mutex_t lock;       /* for what follows, and to write slot_of */
    struct chi_client_memory_run slots[BDEV_REGISTERED_SLOTS];
};

/* For a ring of the calling worker. Where the kernel has no such thing, zeroed. Handlers. */
void bdev_registered_init(struct bdev_registered *registered, struct io_uring *uring);
void bdev_registered_fini(struct bdev_registered *registered);

/*
 * Which registered buffer [memory, memory + size) lies in, a buffer of a task that is under way;
 * registers it where that can be done. -1: in none.
 */
int bdev_registered_find(struct bdev_registered *registered, const uint8_t *memory, uint64_t size);

/* These units are about to lose their pages. */
void bdev_registered_leave(struct bdev_registered *registered, struct chi_client_memory_run run);

#endif
