/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of functions in a backtrace. Handlers are not exported, so the dynamic linker does not know
 * them; the table of symbols in the module's file does. Called by crash.c, in a signal handler.
 */
#ifndef CHI_RUNTIME_HOST_CRASH_FRAMES_H
#define CHI_RUNTIME_HOST_CRASH_FRAMES_H

#include <stddef.h>

struct chi_runtime;

/* Writes library, function and offset of an address of code, as far as they are known. */
void chi_crash_describe_frame(const struct chi_runtime *runtime, const void *address, char *text,
                              size_t size);

#endif
