/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports why Create failed. */
#ifndef CHIMAERA_BDEV_CREATE_ERROR_H
#define CHIMAERA_BDEV_CREATE_ERROR_H

#include <chimaera/status.h>

/*
 * Writes the message to the daemon's log and records it as the calling task's last error. Returns
 * `code`. Handlers.
 */
int bdev_fail(int code, const char *format, ...) CHI_PRINTF(2, 3);

#endif
