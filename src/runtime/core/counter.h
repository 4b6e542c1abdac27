/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters with one writer, a worker's thread. Other threads only read them. */
#ifndef CHI_RUNTIME_CORE_COUNTER_H
#define CHI_RUNTIME_CORE_COUNTER_H

#include <stdatomic.h>

/*
 * Adds `n` without a locked instruction. Caller: the thread that owns the counter. Release: pairs
 * with the acquire of the functions that add up counters.
 */
#define CHI_COUNTER_ADD(counter, n)                                                                \
    atomic_store_explicit(&(counter),                                                              \
                          atomic_load_explicit(&(counter), memory_order_relaxed) + (n),            \
                          memory_order_release)

#endif
