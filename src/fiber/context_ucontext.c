/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Context switch by libc's ucontext, where boost.context is missing. swapcontext() also switches
 * the signal mask, which costs a system call each way; fibers share the mask, so nothing depends on
 * it.
 */
#include <stdint.h>
#include <ucontext.h>

#include "fiber/context.h"

/* Lies on the suspended stack. */
struct suspended {
    ucontext_t registers;
    struct chi_context_arrival arrival; /* written by the context that jumps here */
    void (*start)(struct chi_context_arrival arrival);
};

/* makecontext() passes only int arguments, so the pointer is passed in halves. */
CHI_UNINSTRUMENTED
static void start(unsigned high, unsigned low)
{
    struct suspended *self = (struct suspended *)(uintptr_t)((uint64_t)high << 32 | low);
    self->start(self->arrival);
    __builtin_trap();
}

void *chi_context_make(void *low, size_t size, void (*entry)(struct chi_context_arrival arrival))
{
    size_t room = (sizeof(struct suspended) + 63) & ~(size_t)63;
    struct suspended *self = (struct suspended *)((char *)low + size - room);
    uint64_t address = (uintptr_t)self;

    self->start = entry;
    getcontext(&self->registers);
    self->registers.uc_link = NULL;
    self->registers.uc_stack.ss_sp = low;
    self->registers.uc_stack.ss_size = size - room;
    makecontext(&self->registers, (void (*)(void))start, 2, (unsigned)(address >> 32),
                (unsigned)address);
    /* Only makecontext() needs the bounds. ASan's swapcontext() would wipe its shadow of them. */
    self->registers.uc_stack = (stack_t){0};
    return self;
}

CHI_UNINSTRUMENTED
struct chi_context_arrival chi_context_jump(void *state, void *data)
{
    struct suspended self;
    struct suspended *to = state;

    self.registers.uc_stack = (stack_t){0};
    to->arrival = (struct chi_context_arrival){.state = &self, .data = data};
    if (swapcontext(&self.registers, &to->registers) != 0)
        __builtin_trap();
    return self.arrival;
}
