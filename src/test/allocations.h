/* SPDX-License-Identifier: BSD-3-Clause */
/* What handlers allocate: counted, and made to fail. Any worker's thread, and the test's. */
#ifndef CHI_TEST_ALLOCATIONS_H
#define CHI_TEST_ALLOCATIONS_H

#include <stdint.h>

struct chi_allocator;
struct chi_task_backend;

/* For struct chi_runtime_mode; every worker of a process has the same functions. */
void chi_test_adjust_backend(struct chi_allocator *allocator, struct chi_task_backend *backend);

/* Begins to count anew; nothing fails. */
void chi_test_allocations_reset(void);
/* Blocks, and subtasks, that are not freed. */
int64_t chi_test_blocks_left(void);
int64_t chi_test_subtasks_left(void);

#endif
