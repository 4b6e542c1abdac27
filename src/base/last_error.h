/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exchanging a thread's last error, for a thread that steps a runtime: it is in turn the
 * application and each of the workers, and each has its own last error.
 */
#ifndef CHI_BASE_LAST_ERROR_H
#define CHI_BASE_LAST_ERROR_H

#include "chimaera/types.h"

#define CHI_LAST_ERROR_SIZE 512

struct chi_last_error {
    int code;
    char text[CHI_LAST_ERROR_SIZE];
};

/* Exchanges the last error of the calling thread with `*other`. Zeroed: no error yet. */
CHI_API void chi_last_error_swap(struct chi_last_error *other);

#endif
