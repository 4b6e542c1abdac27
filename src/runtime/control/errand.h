/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A function that other threads of the runtime have run as a task, so that it may park. It is a
 * message to the lanes of worker 0, which another worker serves while a task holds that one.
 */
#ifndef CHI_RUNTIME_CONTROL_ERRAND_H
#define CHI_RUNTIME_CONTROL_ERRAND_H

#include "runtime/core/message.h"

struct chi_runtime;

/* Part of what it is about. */
struct chi_errand {
    struct chi_message message; /* first */
    int (*function)(struct chi_errand *errand);
    /* Is given the result. The errand is not used after that. */
    void (*done)(struct chi_errand *errand, int rc);
};

/* Sends it off, with both functions set. Never waits. Any thread. */
void chi_errand_send(struct chi_runtime *runtime, struct chi_errand *errand);

#endif
