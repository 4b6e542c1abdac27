/* SPDX-License-Identifier: BSD-3-Clause */
/* What each target offers: libFuzzer calls it, and replay.c with the files of the corpus. */
#ifndef CHI_TEST_FUZZ_H
#define CHI_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stays in builds with NDEBUG. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
