/* SPDX-License-Identifier: BSD-3-Clause */
/* Hints to the processor and to the compiler. None of them changes what a program computes. */
#ifndef CHI_BASE_CPU_H
#define CHI_BASE_CPU_H

#include <sched.h>

#define CHI_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define CHI_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* One turn of a spin loop: leaves execution units and power to the other hardware thread. */
static inline void chi_cpu_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb"); /* `yield` does nothing on most cores */
#else
    __asm__ volatile("");
#endif
}

/* Lets another thread of this core run; costs a system call. */
static inline void chi_cpu_yield(void)
{
    sched_yield();
}

/*
 * Asks for the line of `address` in the exclusive state, to write it soon. GCC turns its builtin
 * into a read prefetch unless -mprfchw is given, hence the instruction by name.
 */
static inline void chi_cpu_prefetch_write(const void *address)
{
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1);
#endif
}

#endif
