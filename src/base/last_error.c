/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/last_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chimaera/status.h"

static _Thread_local struct chi_last_error last;
static _Thread_local const struct chi_last_error_keeper *keeper;

void chi_last_error_set_keeper(const struct chi_last_error_keeper *of_thread)
{
    keeper = of_thread;
}

/* NULL: none yet. */
static const struct chi_last_error *find(void)
{
    const struct chi_last_error *error;
    return keeper != NULL && keeper->find(&error) ? error : &last;
}

const char *chi_last_error(void)
{
    const struct chi_last_error *error = find();
    return error != NULL ? error->text : "";
}

int chi_last_error_code(void)
{
    const struct chi_last_error *error = find();
    return error != NULL ? error->code : 0;
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
    if (keeper == NULL || !keeper->keep(code, message)) {
        strcpy(last.text, message);
        last.code = code;
    }
    errno = saved_errno;
    return code;
}
