/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buffers: bulk data in memory that client and runtime both map. Any thread may call these
 * functions, but no signal handler. They never park.
 */
#ifndef CHIMAERA_BUFFER_H
#define CHIMAERA_BUFFER_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * A range of shared memory. Zeroed: no buffer. As a member of a task it passes bulk data by
 * reference.
 */
struct chi_buffer {
    chi_shm_ptr_t data;
    uint64_t size; /* bytes */
};

/*
 * Allocates a buffer with undefined content. In a client it lies in the client data segment, and
 * the call may block the thread while the runtime grants memory; in a handler it is private memory
 * of the runtime.
 *   size     bytes, from 1 to the size of the client data segment
 *   buffer   set on success, zeroed on failure
 * Returns 0, or
 *   -EINVAL             size is 0
 *   -ENOMEM             not enough free memory; the call does not wait for memory
 *   CHI_ENOTATTACHED    this process is not attached
 *   CHI_EFORKED         this process was forked from an attached process
 *   CHI_ERUNTIME_DOWN   the runtime is gone
 *   CHI_EPROTOCOL       the runtime sent an invalid reply
 */
CHI_API int chi_buffer_alloc(size_t size, struct chi_buffer *buffer);

/*
 * Frees the buffer and zeroes `buffer`. Allowed while tasks use it: they continue, with undefined
 * content.
 */
CHI_API void chi_buffer_free(struct chi_buffer *buffer);

/* Returns the address of the buffer's bytes in this process, or NULL for no buffer. */
static inline void *chi_buffer_data(const struct chi_buffer *buffer)
{
    return buffer->data != 0 ? chi_shm_at(buffer->data) : NULL;
}

/*
 * Returns the part of `buffer` that starts at `offset` and has `size` bytes, or a zeroed buffer if
 * that range exceeds `buffer`. A slice owns no memory; do not free it.
 */
static inline struct chi_buffer chi_buffer_slice(const struct chi_buffer *buffer, uint64_t offset,
                                                 uint64_t size)
{
    struct chi_buffer slice = {0, 0};
    if (offset <= buffer->size && size <= buffer->size - offset) {
        slice.data = buffer->data + offset;
        slice.size = size;
    }
    return slice;
}

/*
 * Declares a zeroed buffer that is freed at the end of its scope: CHI_SCOPED_BUFFER(b); if
 * (chi_buffer_alloc(n, &b) < 0) ...
 */
#define CHI_SCOPED_BUFFER(name)                                                                    \
    __attribute__((cleanup(chi_buffer_free))) struct chi_buffer name = {0, 0}

CHI_END_DECLS

#endif
