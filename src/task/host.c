/* SPDX-License-Identifier: BSD-3-Clause */
/* The calling thread's host. The runtime's workers set theirs; all other threads are clients'. */
#include "task/host.h"

_Thread_local const struct chi_host *chi_host;
_Thread_local const struct chi_stepping *chi_stepping;
