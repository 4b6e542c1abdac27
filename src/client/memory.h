/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a client's threads. */
#ifndef CHI_CLIENT_MEMORY_H
#define CHI_CLIENT_MEMORY_H

#include "task/allocator.h"

/* Shared memory, by the calling thread's caches. For chi_process_allocator. */
extern const struct chi_allocator chi_client_allocator;

/* How many blocks of the calling thread's process are not freed, in one segment; 0 where it is not
 * attached. Counts the tasks that other threads have deleted last. */
CHI_API uint64_t chi_client_blocks(enum chi_segment segment);

#endif
