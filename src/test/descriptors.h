/* SPDX-License-Identifier: BSD-3-Clause */
/* The open descriptors of this process. Test thread only. */
#ifndef CHI_TEST_DESCRIPTORS_H
#define CHI_TEST_DESCRIPTORS_H

#include <stdbool.h>

#include "chimaera/types.h"

#define CHI_TEST_DESCRIPTORS_MAX 4096 /* higher ones are only counted */

struct chi_test_descriptors {
    int count;
    bool open[CHI_TEST_DESCRIPTORS_MAX];
};

/* Reads the open descriptors. `count` is -1 if /proc is not available. */
CHI_API void chi_test_descriptors_get(struct chi_test_descriptors *descriptors);

/* Returns the number of open descriptors, or -1 if /proc is not available. */
CHI_API int chi_test_descriptors(void);

#endif
