/* SPDX-License-Identifier: BSD-3-Clause */
/* The test that runs in this process, as the parts of the library see it. */
#ifndef CHI_TEST_TEST_H
#define CHI_TEST_TEST_H

#include "chimaera/test.h"
#include "runtime/core/runtime.h"
#include "test/descriptors.h"
#include "test/status.h"

#define CHI_TEST_VARIABLES 4

struct chi_test {
    struct chi_runtime *runtime; /* NULL: none runs */
    pid_t pid;                   /* the process that began it; a child of it has none */
    enum chi_test_mode mode;
    char dir[64];
    char instance[48];
    char *saved[CHI_TEST_VARIABLES]; /* values of the variables of the environment that were changed
                                      */
    struct chi_test_descriptors descriptors;
    struct chi_test_status idle; /* pools made, no client yet */
};

extern struct chi_test chi_test;

/* The runtime, where it is stepped; NULL else, with chi_last_error(). */
struct chi_runtime *chi_test_stepped(void);

/* end.c: counts and prints what is left of an attached client, of the runtime, of the process. */
int chi_test_count_client_leaks(void);
int chi_test_count_runtime_leaks(void);
int chi_test_count_process_leaks(void);

#endif
