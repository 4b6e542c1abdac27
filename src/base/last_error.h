/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose the last error is. A thread has one, but for two kinds of threads: one that steps a runtime
 * is in turn the application and each of the workers, and each has its own; and on a worker's
 * thread each handler has its own, because others run while it is parked.
 */
#ifndef CHI_BASE_LAST_ERROR_H
#define CHI_BASE_LAST_ERROR_H

#include "chimaera/types.h"

#define CHI_LAST_ERROR_SIZE 512u

struct chi_last_error {
    int code;
    char text[CHI_LAST_ERROR_SIZE];
};

/* Exchanges the last error of the calling thread with `*other`. Zeroed: no error yet. */
CHI_API void chi_last_error_swap(struct chi_last_error *other);

/* Where the errors of the handler that runs on this thread are. */
struct chi_last_error_keeper {
    /* Keeps the error. False: no handler runs; the thread's own takes it. */
    bool (*keep)(int code, const char *text);
    /* Sets `*error`, NULL if the handler had none. False: no handler runs. */
    bool (*find)(const struct chi_last_error **error);
};

/* Sets the keeper of the calling thread; NULL: none. */
CHI_API void chi_last_error_set_keeper(const struct chi_last_error_keeper *keeper);

#endif
