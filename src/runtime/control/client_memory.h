/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls modules before memory of clients is freed. For shm/extents.h, set up by host/memory.c. */
#ifndef CHI_RUNTIME_CONTROL_CLIENT_MEMORY_H
#define CHI_RUNTIME_CONTROL_CLIENT_MEMORY_H

#include <stdint.h>

/*
 * Calls all watches for units that are about to lose their owner. Control thread.
 *   runtime   a struct chi_runtime
 */
void chi_client_memory_leave(void *runtime, uint32_t first, uint32_t units);

#endif
