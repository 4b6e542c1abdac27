/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints and counts errors. One thread. */
#include "diagnostic.h"

#include <stdarg.h>
#include <stdio.h>

static unsigned error_count;

void gen_error(struct gen_place place, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "%s:%d:%d: error: ", place.file, place.line, place.column);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    error_count++;
}

unsigned gen_error_count(void)
{
    return error_count;
}
