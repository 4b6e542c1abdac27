/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/stepping.h"

_Thread_local const struct chi_stepping *chi_stepping;
