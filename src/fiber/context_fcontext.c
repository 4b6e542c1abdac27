/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Context switch by boost.context's assembly, from libboost_context.a. The symbols are plain C, but
 * boost declares them in C++ headers only, so they are declared here. They save the callee-saved
 * registers, mxcsr and the x87 control word; nothing else is per context.
 */
#include "fiber/context.h"

typedef void *fcontext_t;
typedef struct chi_context_arrival transfer_t; /* boost's: fctx, data */

transfer_t jump_fcontext(fcontext_t to, void *data);
fcontext_t make_fcontext(void *top, size_t size, void (*start)(transfer_t));

void *chi_context_make(void *low, size_t size, void (*start)(struct chi_context_arrival arrival))
{
    return make_fcontext((char *)low + size, size, start);
}

/* The optimiser turns this into a jump to boost's function, without a return of its own. */
CHI_UNINSTRUMENTED
struct chi_context_arrival chi_context_jump(void *state, void *data)
{
    return jump_fcontext(state, data);
}
