/* SPDX-License-Identifier: BSD-3-Clause */
/* Time that only goes forward. Any thread. */
#ifndef CHI_BASE_CLOCK_H
#define CHI_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/cpu.h"
#include "chimaera/types.h"

#define CHI_NS_PER_US  UINT64_C(1000)
#define CHI_NS_PER_MS  UINT64_C(1000000)
#define CHI_NS_PER_S   UINT64_C(1000000000)
#define CHI_NS_PER_MIN (60 * CHI_NS_PER_S)
#define CHI_NS_PER_H   (3600 * CHI_NS_PER_S)

/*
 * The time of the calling thread, where that is not the machine's: a thread that steps a runtime by
 * hand lives in the runtime's time. Usually NULL. The same for all code on that thread, so that a
 * handler's timer and a client's timeout agree.
 */
extern CHI_API _Thread_local const uint64_t *chi_clock_virtual
    __attribute__((tls_model("initial-exec")));

/* Nanoseconds since some point in the past, the same for all processes of this machine. */
static inline uint64_t chi_clock_now_ns(void)
{
    struct timespec now;
    if (CHI_UNLIKELY(chi_clock_virtual != NULL))
        return *chi_clock_virtual;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * CHI_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The moment `timeout_ns` after `now_ns`; UINT64_MAX, for ever, where that overflows. */
static inline uint64_t chi_clock_deadline_ns(uint64_t now_ns, uint64_t timeout_ns)
{
    return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

#endif
