/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting on a thread that steps a runtime: it runs the workers instead of sleeping. */
#ifndef CHI_CLIENT_STEPPING_H
#define CHI_CLIENT_STEPPING_H

#include "chimaera/types.h"

struct chi_stepping {
    /* Steps the runtime until `done(argument)`, for at most `timeout_ns` of the runtime's time. 0,
     * -ETIMEDOUT, or -EDEADLK where no step can change anything any more. */
    int (*wait)(bool (*done)(void *argument), void *argument, uint64_t timeout_ns);
};

/* Set by the stepped runtime on the thread that steps it; NULL on all others. */
extern CHI_API _Thread_local const struct chi_stepping *chi_stepping
    __attribute__((tls_model("initial-exec")));

#endif
