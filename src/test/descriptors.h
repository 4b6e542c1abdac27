/* SPDX-License-Identifier: BSD-3-Clause */
/* Which descriptors this process has open. Test thread only. */
#ifndef CHI_TEST_DESCRIPTORS_H
#define CHI_TEST_DESCRIPTORS_H

#include <stdbool.h>

#include "chimaera/types.h"

#define CHI_TEST_DESCRIPTORS_MAX 4096 /* those above are counted, but not told apart */

struct chi_test_descriptors {
    int count;
    bool open[CHI_TEST_DESCRIPTORS_MAX];
};

CHI_API void chi_test_descriptors_get(struct chi_test_descriptors *descriptors);

/* How many there are; -1 where /proc is not to be had. */
CHI_API int chi_test_descriptors(void);

#endif
