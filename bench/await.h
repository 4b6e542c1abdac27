/* SPDX-License-Identifier: BSD-3-Clause */
/* Polling a word of shared memory. */
#ifndef BENCH_AWAIT_H
#define BENCH_AWAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cpu.h"

/* Until the word has that value, with a pause between polls or without. */
static inline void bench_await(const _Atomic(uint32_t) *word, uint32_t value, bool pause)
{
    if (pause) {
        while (atomic_load_explicit(word, memory_order_acquire) != value)
            chi_cpu_pause();
    } else {
        while (atomic_load_explicit(word, memory_order_acquire) != value)
            ;
    }
}

#endif
