/* SPDX-License-Identifier: BSD-3-Clause */
/* The notify protocol of service managers: messages to the socket that NOTIFY_SOCKET names. */
#ifndef CHI_BASE_NOTIFY_H
#define CHI_BASE_NOTIFY_H

#include "chimaera/types.h"

/* Sends lines such as "READY=1\nSTATUS=..."; does nothing without a service manager. Never blocks.
 */
CHI_API void chi_notify(const char *format, ...) CHI_PRINTF(1, 2);

#endif
