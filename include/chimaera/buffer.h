/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers: bulk data in memory that client and runtime both map. Any thread may call; none of these
 * calls may be made from a signal handler. */
#ifndef CHIMAERA_BUFFER_H
#define CHIMAERA_BUFFER_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/* A piece of memory that both sides map. Zeroed is none. As a member of a task: bulk data by
 * reference. */
struct chi_buffer {
    chi_shm_ptr_t data;
    uint64_t size; /* bytes */
};

/*
 * Allocates `size` bytes (1 up to the client data segment) of client data. The content is
 * undefined. Returns 0, -EINVAL for size 0, -ENOMEM at once where there is no room,
 * CHI_ENOTATTACHED, CHI_EFORKED, CHI_ERUNTIME_DOWN. In a handler: private memory of the runtime.
 */
CHI_API int chi_buffer_alloc(size_t size, struct chi_buffer *buffer);

/* Frees the buffer, also while tasks still use it (they go on; the content is then undefined). */
CHI_API void chi_buffer_free(struct chi_buffer *buffer);

/* The address of the buffer's bytes in this process; NULL for none. */
static inline void *chi_buffer_data(const struct chi_buffer *buffer)
{
    return buffer->data ? chi_shm_at(buffer->data) : NULL;
}

/* `size` bytes from `offset` on of `buffer`, as a value; the null buffer where that lies outside.
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

/* A buffer that is freed at the end of its scope: CHI_SCOPED_BUFFER(b); if (chi_buffer_alloc(n,
 * &b)) … */
#define CHI_SCOPED_BUFFER(name)                                                                    \
    __attribute__((cleanup(chi_buffer_free))) struct chi_buffer name = {0, 0}

CHI_END_DECLS

#endif
