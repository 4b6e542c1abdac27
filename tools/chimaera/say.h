/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands say when something is wrong; each returns the exit status for it. */
#ifndef CHIMAERA_TOOL_SAY_H
#define CHIMAERA_TOOL_SAY_H

#include "base/text.h"

enum { EXIT_USAGE = 2 };

/* A wrong command line. `what` may be NULL. */
int usage(const char *message, const char *what);

/* Likewise: "there is no <kind> <word>", with the nearest that there is. */
int no_such(const char *kind, const struct chi_nearest *nearest);

/* chi_last_error(). */
int fail(void);

#endif
