/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the calling thread one whose strings and vectors lie in private memory, as a worker's. */
#ifndef CHI_TEST_BDEV_FAKE_HOST_H
#define CHI_TEST_BDEV_FAKE_HOST_H

#include "task/private_allocator.h"

static inline void fake_host_begin(void)
{
    chi_allocator = &chi_private_allocator;
}

#endif
