/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Context: a suspended stack, named by where its registers lie. Two implementations, one chosen at
 * link time: context_fcontext.c (boost.context, no system call) and context_ucontext.c (libc, two
 * system calls a switch). Only fiber.{h,c} call it, and they tell sanitizers.
 *
 * A processor predicts a return by the last call, and a switch makes that guess wrong for every
 * function between the jump and its caller, at some 7 ns each. So the layer is what boost.context's
 * assembly offers and no function more.
 */
#ifndef CHI_FIBER_CONTEXT_H
#define CHI_FIBER_CONTEXT_H

#include <stddef.h>

/* Between the announcement of a switch to a sanitizer and the switch itself nothing may be
 * instrumented: the sanitizer would count it for the other stack. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHI_UNINSTRUMENTED __attribute__((noinline, no_sanitize("address"), no_sanitize("thread")))
#else
#define CHI_UNINSTRUMENTED
#endif

/* What one learns on arrival. */
struct chi_context_arrival {
    void *state; /* where the side that jumped here is suspended */
    void *data;  /* what it passed */
};

/* A suspended context that runs `start` on [low, low + size) at the first jump to it; `start` must
 * not return. */
void *chi_context_make(void *low, size_t size, void (*start)(struct chi_context_arrival arrival));

/* Suspends the caller and goes on with the context suspended at `state`, which may be jumped to but
 * once. Returns when something jumps to the caller, which need not be whom it jumped to. */
struct chi_context_arrival chi_context_jump(void *state, void *data);

#endif
