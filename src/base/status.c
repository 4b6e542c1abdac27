/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of return codes, and each thread's last error. Any thread. */
#include "chimaera/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/last_error.h"

static _Thread_local struct chi_last_error last;

const char *chi_strerror(int code)
{
    switch (code) {
    case CHI_OK:
        return "success";
#define STATUS_TEXT(name, value, text)                                                             \
    case name:                                                                                     \
        return text;
        CHI_STATUS_TABLE(STATUS_TEXT)
#undef STATUS_TEXT
    default:
        break;
    }
    const char *text = code < 0 && code > -4096 ? strerrordesc_np(-code) : NULL;
    return text ? text : "unknown code";
}

const char *chi_status_name(int code)
{
    switch (code) {
    case CHI_OK:
        return "CHI_OK";
#define STATUS_NAME(name, value, text)                                                             \
    case name:                                                                                     \
        return #name;
        CHI_STATUS_TABLE(STATUS_NAME)
#undef STATUS_NAME
    default:
        break;
    }
    const char *name = code < 0 && code > -4096 ? strerrorname_np(-code) : NULL;
    return name ? name : "?";
}

const char *chi_last_error(void)
{
    return last.text;
}

int chi_last_error_code(void)
{
    return last.code;
}

void chi_last_error_swap(struct chi_last_error *other)
{
    struct chi_last_error mine = last;
    last = *other;
    *other = mine;
}

int chi_error(int code, const char *format, ...)
{
    int saved_errno = errno;
    /* Formatted apart: the arguments may name the message before, as in "%s: %s". */
    char message[CHI_LAST_ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    strcpy(last.text, message);
    last.code = code;
    errno = saved_errno;
    return code;
}
