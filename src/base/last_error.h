/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A thread's last error, set aside while the thread runs other code: one that steps a runtime is by
 * turns the application and each of the workers.
 */
#ifndef CHI_BASE_LAST_ERROR_H
#define CHI_BASE_LAST_ERROR_H

#include "chimaera/types.h"

#define CHI_LAST_ERROR_SIZE 512

struct chi_last_error {
    int code;
    char text[CHI_LAST_ERROR_SIZE];
};

/* Exchanges what chi_last_error() says on this thread for `*other`. Zeroed is "nothing yet". */
CHI_API void chi_last_error_swap(struct chi_last_error *other);

#endif
