/* SPDX-License-Identifier: BSD-3-Clause */
/* Error messages of the commands on standard error. Each function returns the exit status. */
#ifndef CHIMAERA_TOOL_SAY_H
#define CHIMAERA_TOOL_SAY_H

#include "base/text.h"

enum { EXIT_USAGE = 2 };

/* Reports a wrong command line. `what` is appended to the message; NULL: nothing. */
int usage(const char *message, const char *what);

/* Reports an unknown command: "there is no <kind> <word>", with the nearest known word. */
int no_such(const char *kind, const struct chi_nearest *nearest);

/* Reports chi_last_error(). */
int fail(void);

#endif
