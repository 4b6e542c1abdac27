/* SPDX-License-Identifier: BSD-3-Clause */
/* Which allocator serves the calling thread, and positions as addresses. Any thread. */
#include "task/allocator.h"

#include "chimaera/status.h"

static void *refuse(const struct chi_allocator *self, enum chi_segment segment, size_t size,
                    chi_shm_ptr_t *ptr)
{
    (void)self, (void)segment, (void)size;
    *ptr = 0;
    chi_error(CHI_ENOTATTACHED, "this process is not attached; call chi_client_init() first");
    return NULL;
}

static void ignore_free(const struct chi_allocator *self, chi_shm_ptr_t ptr, size_t size)
{
    (void)self, (void)ptr, (void)size;
}

static void ignore(const struct chi_allocator *self, chi_shm_ptr_t ptr)
{
    (void)self, (void)ptr;
}

static void *at_nowhere(const struct chi_allocator *self, chi_shm_ptr_t ptr, uint64_t size)
{
    (void)self, (void)ptr, (void)size;
    return NULL;
}

static chi_shm_ptr_t ptr_of_nothing(const struct chi_allocator *self, const void *address)
{
    (void)self, (void)address;
    return 0;
}

static const struct chi_allocator not_attached = {.alloc = refuse,
                                                  .free = ignore_free,
                                                  .give_back = ignore,
                                                  .at = at_nowhere,
                                                  .ptr_of = ptr_of_nothing};

_Thread_local const struct chi_allocator *chi_allocator;
_Atomic(const struct chi_allocator *) chi_process_allocator = &not_attached;

void *chi_shm_at(chi_shm_ptr_t ptr)
{
    return chi_allocator_at(ptr, 1);
}

chi_shm_ptr_t chi_shm_ptr_of(const void *address)
{
    const struct chi_allocator *allocator = chi_allocator_current();
    return allocator->ptr_of(allocator, address);
}
