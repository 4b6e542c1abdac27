/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of bytes, and what strings do by them. Called by clients and by handlers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chimaera/status.h"
#include "chimaera/string.h"

#define PRINTED_INLINE 256 /* bytes that are printed without memory of their own */

struct chi_view chi_view_slice(struct chi_view view, size_t at, size_t size)
{
    if (at > view.size)
        at = view.size;
    if (size > view.size - at)
        size = view.size - at;
    return (struct chi_view){view.data + at, size};
}

int chi_view_compare(struct chi_view a, struct chi_view b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

size_t chi_view_find(struct chi_view view, struct chi_view wanted, size_t from)
{
    if (from > view.size)
        return CHI_NOT_FOUND;
    const char *found = memmem(view.data + from, view.size - from, wanted.data, wanted.size);
    return found ? (size_t)(found - view.data) : CHI_NOT_FOUND;
}

char *chi_view_dup(struct chi_view view)
{
    char *copy = malloc(view.size + 1);
    if (copy) {
        memcpy(copy, view.data, view.size);
        copy[view.size] = '\0';
    }
    return copy;
}

int chi_view_copy(struct chi_view view, char *out, size_t out_size)
{
    if (out_size == 0)
        return chi_error(-ENOBUFS, "%zu bytes do not fit in none", view.size + 1);
    size_t size = view.size < out_size ? view.size : out_size - 1;
    memcpy(out, view.data, size);
    out[size] = '\0';
    return size == view.size
               ? 0
               : chi_error(-ENOBUFS, "%zu bytes do not fit in %zu", view.size + 1, out_size);
}

int chi_string_at(const struct chi_string *string, size_t at)
{
    struct chi_view view = chi_string_view(string);
    return at < view.size ? (unsigned char)view.data[at] : -ERANGE;
}

bool chi_string_equal(const struct chi_string *string, const char *text)
{
    return chi_view_equal(chi_string_view(string), chi_view_of(text));
}

int chi_string_pop(struct chi_string *string)
{
    struct chi_view view = chi_string_view(string);
    if (view.size == 0)
        return -ENODATA;
    int byte = (unsigned char)view.data[view.size - 1];
    int rc = chi_bytes_resize(&string->bytes, view.size - 1);
    return rc ? rc : byte;
}

/* Prints apart, because what is printed may lie in the string. */
static int print(struct chi_string *string, bool append, const char *format, va_list list)
{
    char small[PRINTED_INLINE];
    char *large = NULL;
    va_list again;
    va_copy(again, list);
    int size = vsnprintf(small, sizeof small, format, list);
    if (size >= (int)sizeof small)
        size = vasprintf(&large, format, again);
    int error = errno;
    va_end(again);
    if (size < 0)
        return error == ENOMEM ? chi_error(-ENOMEM, "no memory to print \"%.64s\"", format)
                               : chi_error(-EINVAL, "\"%.64s\" cannot be printed", format);
    const char *text = large ? large : small;
    int rc = append ? chi_string_append(string, text, (size_t)size)
                    : chi_string_assign(string, text, (size_t)size);
    free(large);
    return rc;
}

int chi_string_format(struct chi_string *string, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int rc = print(string, false, format, list);
    va_end(list);
    return rc;
}

int chi_string_append_format(struct chi_string *string, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int rc = print(string, true, format, list);
    va_end(list);
    return rc;
}
