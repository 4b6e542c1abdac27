/* SPDX-License-Identifier: BSD-3-Clause */
/* The runtime's shared memory. Called by start.c on the thread that starts and stops the runtime.
 */
#ifndef CHI_RUNTIME_HOST_MEMORY_H
#define CHI_RUNTIME_HOST_MEMORY_H

struct chi_runtime;

/*
 * Creates the segments, their extent tables and the arena of outputs. After a failure, call
 * chi_runtime_destroy_memory(), too. Returns 0, or, with the reason in chi_last_error(), a code of
 * chi_segment_create(), chi_extents_create() or chi_arena_create().
 */
int chi_runtime_create_memory(struct chi_runtime *runtime);

/* Frees and unlinks what was created. */
void chi_runtime_destroy_memory(struct chi_runtime *runtime);

#endif
