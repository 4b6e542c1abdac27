/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads of the runtime: signals that are meant for the process go to other threads, those of
 * faults are delivered, and their handlers have a stack of their own, since a fiber's may be full.
 */
#ifndef CHI_BASE_THREAD_H
#define CHI_BASE_THREAD_H

#include <pthread.h>

#include "chimaera/types.h"

/* The signals that a fault of a thread raises in it; ends with 0. */
extern CHI_API const int chi_fault_signals[];

/*
 * Creates a thread named `name` (at most 15 bytes).
 *   thread   set to it; NULL: detached
 * Returns 0, or a negative errno value of pthread_create(), or -ENOMEM.
 */
CHI_API int chi_thread_create(pthread_t *thread, const char *name, void *(*function)(void *),
                              void *argument);

/* Gives the calling thread a stack for signal handlers, until it ends. -ENOMEM: it has none. */
CHI_API int chi_thread_add_signal_stack(void);

#endif
