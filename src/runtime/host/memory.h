/* SPDX-License-Identifier: BSD-3-Clause */
/* The runtime's shared memory: made at start, removed at stop. The thread that does so. */
#ifndef CHI_RUNTIME_MEMORY_H
#define CHI_RUNTIME_MEMORY_H

struct chi_runtime;

/* Creates the segments, their extent tables and the arena of outputs. 0 or a code, with the reason
 * in chi_last_error(); what was made is left to chi_runtime_destroy_memory(). */
int chi_runtime_create_memory(struct chi_runtime *runtime);

/* Removes what was created, names included. */
void chi_runtime_destroy_memory(struct chi_runtime *runtime);

#endif
