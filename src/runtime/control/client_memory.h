/* SPDX-License-Identifier: BSD-3-Clause */
/* Modules are told before clients' memory is taken back. */
#ifndef CHI_RUNTIME_CLIENT_MEMORY_H
#define CHI_RUNTIME_CLIENT_MEMORY_H

#include <stdint.h>

/* Tells those who watch clients' memory that these units are about to lose theirs; `runtime` is a
 * struct chi_runtime. */
void chi_client_memory_leave(void *runtime, uint32_t first, uint32_t units);

#endif
