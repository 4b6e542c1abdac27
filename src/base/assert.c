/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens when an assertion fails: one line in the log, then abort(). Any thread. */
#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "chimaera/log.h"

static void log_and_abort(const char *file, int line, const char *message)
{
    /* Written whatever the configured level: it is the last line of this process. */
    chi_log_write("assert", CHI_LOG_ERROR, "%s:%d: %s", file, line, message);
    abort();
}

chi_assert_hook_fn *chi_assert_hook = log_and_abort;

void chi_assert_failed(const char *file, int line, const char *condition, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    char message[512];
    snprintf(message, sizeof message, "%s (%.200s does not hold)", text, condition);
    chi_assert_hook(file, line, message);
}
