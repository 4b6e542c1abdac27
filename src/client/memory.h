/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a client's threads. The calling thread. */
#ifndef CHI_CLIENT_MEMORY_H
#define CHI_CLIENT_MEMORY_H

#include "task/allocator.h"

/* Shared memory, by the calling thread's caches. For chi_process_allocator. */
extern const struct chi_allocator chi_client_allocator;

/* Returns the number of allocated blocks of this process in a segment; 0 if it is not attached.
 * Includes the tasks that other threads have deleted last. */
CHI_API uint64_t chi_client_blocks(enum chi_segment segment);

#endif
