/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Context: a suspended stack, identified by the address of its saved registers. Two
 * implementations, one chosen at link time: context_fcontext.c (boost.context, no system call) and
 * context_ucontext.c (libc, two system calls per switch). Only fiber.{h,c} call it, and they notify
 * sanitizers.
 *
 * The processor predicts a return from the last call. A switch invalidates that prediction for
 * every function between the jump and its caller, about 7 ns each. So this layer adds no function
 * to boost.context's assembly.
 */
#ifndef CHI_FIBER_CONTEXT_H
#define CHI_FIBER_CONTEXT_H

#include <stddef.h>

/*
 * Code between the announcement of a switch to a sanitizer and the switch itself must not be
 * instrumented: the sanitizer would attribute it to the other stack.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHI_UNINSTRUMENTED __attribute__((noinline, no_sanitize("address"), no_sanitize("thread")))
#else
#define CHI_UNINSTRUMENTED
#endif

/* The result of a jump, for the context that continues. */
struct chi_context_arrival {
    void *state; /* the suspended context that jumped here */
    void *data;  /* the value that it passed */
};

/*
 * Creates a suspended context that runs `start` on [low, low + size) at the first jump to it.
 * `start` must not return.
 */
void *chi_context_make(void *low, size_t size, void (*start)(struct chi_context_arrival arrival));

/*
 * Suspends the caller and continues the context `state`, to which only one jump is allowed. Returns
 * when any context jumps to the caller.
 */
struct chi_context_arrival chi_context_jump(void *state, void *data);

#endif
