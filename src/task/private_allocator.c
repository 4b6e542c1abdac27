/* SPDX-License-Identifier: BSD-3-Clause */
#include "task/private_allocator.h"

#include <errno.h>
#include <stdlib.h>

#include "chimaera/status.h"

static void *private_alloc(const struct chi_allocator *self, enum chi_segment segment, size_t size,
                           chi_shm_ptr_t *ptr)
{
    void *memory = malloc(size);

    (void)self, (void)segment;
    *ptr = 0;
    if (memory == NULL)
        chi_error(-ENOMEM, "cannot allocate %zu bytes", size);
    else
        *ptr = chi_shm_ptr(CHI_SEGMENT_PRIVATE, (uintptr_t)memory);
    return memory;
}

static void private_free(const struct chi_allocator *self, chi_shm_ptr_t ptr, size_t size)
{
    (void)self, (void)size;
    if (chi_shm_segment(ptr) == CHI_SEGMENT_PRIVATE)
        free((void *)(uintptr_t)chi_shm_offset(ptr));
}

/* Outputs are lent to clients only. */
static void private_give_back(const struct chi_allocator *self, chi_shm_ptr_t ptr)
{
    (void)self, (void)ptr;
}

static void *private_at(const struct chi_allocator *self, chi_shm_ptr_t ptr, uint64_t size)
{
    (void)self, (void)ptr, (void)size;
    return NULL;
}

static chi_shm_ptr_t private_ptr_of(const struct chi_allocator *self, const void *address)
{
    (void)self;
    return address == NULL ? 0 : chi_shm_ptr(CHI_SEGMENT_PRIVATE, (uintptr_t)address);
}

const struct chi_allocator chi_private_allocator = {.alloc = private_alloc,
                                                    .free = private_free,
                                                    .give_back = private_give_back,
                                                    .at = private_at,
                                                    .ptr_of = private_ptr_of};
