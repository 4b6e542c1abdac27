/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts and names of return codes. Any thread. */
#include <string.h>

#include "chimaera/status.h"

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
