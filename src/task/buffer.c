/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers, in memory of the calling thread's allocator. Any thread. */
#include <errno.h>

#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "task/allocator.h"

int chi_buffer_alloc(size_t size, struct chi_buffer *buffer)
{
    const struct chi_allocator *allocator = chi_allocator_current();

    buffer->data = 0;
    buffer->size = 0;
    if (size == 0)
        return chi_error(-EINVAL, "a buffer must have at least 1 byte");
    if (allocator->alloc(allocator, CHI_SEGMENT_CLIENT_DATA, size, &buffer->data) == NULL)
        return chi_last_error_code();
    buffer->size = size;
    return 0;
}

void chi_buffer_free(struct chi_buffer *buffer)
{
    const struct chi_allocator *allocator = chi_allocator_current();

    if (buffer->data == 0)
        return;
    allocator->free(allocator, buffer->data, buffer->size);
    buffer->data = 0;
    buffer->size = 0;
}
