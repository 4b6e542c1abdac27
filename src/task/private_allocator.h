/* SPDX-License-Identifier: BSD-3-Clause */
/* An allocator of the C library's memory, which no other process sees. Any thread. */
#ifndef CHI_TASK_PRIVATE_ALLOCATOR_H
#define CHI_TASK_PRIVATE_ALLOCATOR_H

#include "task/allocator.h"

/* Knows no segments; a copy may be told some. */
extern CHI_API const struct chi_allocator chi_private_allocator;

#endif
