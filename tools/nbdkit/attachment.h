/* SPDX-License-Identifier: BSD-3-Clause */
/* The attachment of this process to a daemon, and the opening of the pool. */
#ifndef CHIMAERA_NBDKIT_ATTACHMENT_H
#define CHIMAERA_NBDKIT_ATTACHMENT_H

#include "device.h"

/*
 * Attaches to the daemon, unless this process is attached to a live one, and opens or creates the
 * pool. Returns 0, or a code with chi_last_error(). Any thread.
 */
int device_connect(struct device *device);

/* Detaches. No request may be in flight. */
void device_detach(void);

/*
 * Enclose each use of the client library: no thread attaches anew between the two. Returns 0, or
 * CHI_ERUNTIME_DOWN if the daemon of this connection has ended; then device_leave() must not be
 * called. Any thread.
 */
int device_enter(const struct device *device);
void device_leave(void);

#endif
