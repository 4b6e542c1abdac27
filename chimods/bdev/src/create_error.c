/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports why Create failed. See create_error.h. */
#include "create_error.h"

#include <chimaera/log.h>
#include <stdarg.h>
#include <stdio.h>

int bdev_fail(int code, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    chi_log_error("bdev", "%s", text);
    return chi_error(code, "%s", text);
}
