/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The allocator of strings, vectors and buffers. Each thread has one: in a client process it hands
 * out shared memory, on the runtime's threads private memory. The client and the runtime implement
 * the interface; code of this folder only calls it. Any thread; a call concerns the calling thread.
 */
#ifndef CHI_TASK_ALLOCATOR_H
#define CHI_TASK_ALLOCATOR_H

#include <stdatomic.h>

#include "chimaera/types.h"

struct chi_allocator {
    /*
     * Allocates at least `size` bytes, in `segment` if the allocator has several. Returns the
     * address and sets `ptr`; NULL with chi_last_error_code(), mostly -ENOMEM.
     */
    void *(*alloc)(const struct chi_allocator *self, enum chi_segment segment, size_t size,
                   chi_shm_ptr_t *ptr);
    /* Frees a block; `size` is what it was allocated with, or what that was rounded up to. */
    void (*free)(const struct chi_allocator *self, chi_shm_ptr_t ptr, size_t size);
    /* Gives an output that the runtime has lent back to it. */
    void (*give_back)(const struct chi_allocator *self, chi_shm_ptr_t ptr);
    /* The address of [ptr, ptr + size) in a segment; NULL where it is not mapped. Asked only where
     * the two arrays below do not have it. */
    void *(*at)(const struct chi_allocator *self, chi_shm_ptr_t ptr, uint64_t size);
    /* The opposite: 0 where `address` lies in no segment. */
    chi_shm_ptr_t (*ptr_of)(const struct chi_allocator *self, const void *address);
    /* Segments whose mapping never changes; size 0 for others. */
    void *segment_base[CHI_SEGMENT_COUNT];
    uint64_t segment_size[CHI_SEGMENT_COUNT];
};

/* The calling thread's, set on the runtime's threads; NULL where that of the process serves. */
extern CHI_API _Thread_local const struct chi_allocator *chi_allocator
    __attribute__((tls_model("initial-exec")));

/* Serves all threads without one of their own; never NULL. Before the process attaches for the
 * first time it is one that refuses with CHI_ENOTATTACHED. */
extern _Atomic(const struct chi_allocator *) chi_process_allocator;

static inline const struct chi_allocator *chi_allocator_current(void)
{
    const struct chi_allocator *own = chi_allocator;
    /* Relaxed: what it points to is constant. */
    return own != NULL ? own : atomic_load_explicit(&chi_process_allocator, memory_order_relaxed);
}

/* The address of [ptr, ptr + size), `size` at least 1; NULL for none. */
static inline void *chi_allocator_at(chi_shm_ptr_t ptr, uint64_t size)
{
    if (chi_shm_segment(ptr) == CHI_SEGMENT_PRIVATE)
        return size <= CHI_SHM_OFFSET_MASK - chi_shm_offset(ptr)
                   ? (void *)(uintptr_t)chi_shm_offset(ptr)
                   : NULL;
    if (ptr == 0)
        return NULL;
    const struct chi_allocator *allocator = chi_allocator_current();
    uint32_t segment = chi_shm_segment(ptr);
    uint64_t offset = chi_shm_offset(ptr);
    if (segment < CHI_SEGMENT_COUNT && offset < allocator->segment_size[segment])
        return size <= allocator->segment_size[segment] - offset
                   ? (char *)allocator->segment_base[segment] + offset
                   : NULL;
    return allocator->at(allocator, ptr, size);
}

#endif
