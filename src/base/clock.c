/* SPDX-License-Identifier: BSD-3-Clause */
/* Time of threads that have one of their own. */
#include "base/clock.h"

_Thread_local const uint64_t *chi_clock_virtual;
