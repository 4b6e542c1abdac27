/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/task_backend.h"

_Thread_local const struct chi_task_backend *chi_task_backend;
