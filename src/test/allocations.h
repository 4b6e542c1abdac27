/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts the allocations of handlers, and makes them fail on request. Any worker thread, and the
 * test thread.
 */
#ifndef CHI_TEST_ALLOCATIONS_H
#define CHI_TEST_ALLOCATIONS_H

#include <stdint.h>

struct chi_host;

/* For struct chi_runtime_mode. All workers of a process have the same functions. */
void chi_test_adjust_host(struct chi_host *host);

/* Resets the counts; no allocation fails. */
void chi_test_allocations_reset(void);
/* Returns the number of blocks, or subtasks, that are not freed. */
int64_t chi_test_blocks_left(void);
int64_t chi_test_subtasks_left(void);

#endif
