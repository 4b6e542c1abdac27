/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters with one writer, the calling worker; other threads only read them. */
#ifndef CHI_RUNTIME_COUNTER_H
#define CHI_RUNTIME_COUNTER_H

#include <stdatomic.h>

/* Adds `n` without a locked instruction. Release: pairs with the acquire of readers that sum up. */
#define CHI_COUNTER_ADD(counter, n)                                                                \
    atomic_store_explicit(&(counter),                                                              \
                          atomic_load_explicit(&(counter), memory_order_relaxed) + (n),            \
                          memory_order_release)

#endif
