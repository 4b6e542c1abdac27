/* SPDX-License-Identifier: BSD-3-Clause */
/* The state of the test that runs in this process, shared by the files of the library. */
#ifndef CHI_TEST_TEST_H
#define CHI_TEST_TEST_H

#include "chimaera/test.h"
#include "runtime/core/runtime.h"
#include "test/descriptors.h"
#include "test/status.h"

#define CHI_TEST_VARIABLES 4

struct chi_test {
    struct chi_runtime *runtime; /* NULL: no runtime runs */
    pid_t pid;                   /* the process that began the test; its children have none */
    enum chi_test_mode mode;
    char dir[64];
    char instance[48];
    char *saved[CHI_TEST_VARIABLES]; /* values of the variables of the environment that were changed
                                      */
    struct chi_test_descriptors descriptors;
    struct chi_test_status idle; /* pools exist, no client yet */
};

extern struct chi_test chi_test;

/* Returns the runtime if it is stepped by this thread, else NULL with chi_last_error(). */
struct chi_runtime *chi_test_stepped(void);

/* leaks.c: count and print the leaks of an attached client, of the runtime, of the process. */
int chi_test_count_client_leaks(void);
int chi_test_count_runtime_leaks(void);
int chi_test_count_process_leaks(void);

#endif
