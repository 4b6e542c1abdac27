/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the calling thread one whose strings and vectors lie in private memory, as a worker's. */
#ifndef CHI_TEST_BDEV_FAKE_HOST_H
#define CHI_TEST_BDEV_FAKE_HOST_H

#include <stdlib.h>

#include "task/host.h"

static inline void *fake_host_alloc(size_t size)
{
    return malloc(size);
}

static inline void fake_host_free(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

static inline void fake_host_begin(void)
{
    static struct chi_host host = {.alloc = fake_host_alloc, .free = fake_host_free};
    chi_host = &host;
}

#endif
