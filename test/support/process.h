/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs and children of tests. Test thread only. */
#ifndef CHI_TEST_SUPPORT_PROCESS_H
#define CHI_TEST_SUPPORT_PROCESS_H

#include <sys/types.h>

#define CHI_TEST_OUTPUT_MAX 65536

/* Runs a shell command; puts what it writes to both outputs into `output`. Its exit status. */
int chi_test_run(char output[CHI_TEST_OUTPUT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs `function` in a forked child; what it returns is the child's exit status. */
pid_t chi_test_fork(int (*function)(void *argument), void *argument);

/* Waits for it: its exit status, or the negative signal that ended it. */
int chi_test_join(pid_t child);

/* chi_test_fork(), then chi_test_join(). */
int chi_test_in_child(int (*function)(void *argument), void *argument);

#endif
