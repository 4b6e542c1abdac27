/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks and conversions of names. Locale-independent: only ASCII counts. */
#include "names.h"

#include "arena.h"

#include <string.h>
#include <strings.h>

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool gen_name_is_identifier(const char *name)
{
    if (!is_upper(*name) && !is_lower(*name) && *name != '_')
        return false;
    while (is_upper(*name) || is_lower(*name) || is_digit(*name) || *name == '_')
        name++;
    return *name == '\0';
}

bool gen_name_is_core(const char *name)
{
    return strcasecmp(name, "chi") == 0 || strncasecmp(name, "chi_", 4) == 0;
}

bool gen_name_is_method(const char *name)
{
    return name[0] == 'k' && is_upper(name[1]) && !strchr(name, '_') &&
           gen_name_is_identifier(name);
}

char *gen_name_snake(const char *method)
{
    const char *name = method + 1;
    struct gen_text text = {0};
    for (size_t i = 0; name[i]; i++) {
        bool word = i > 0 && is_upper(name[i]) && (!is_upper(name[i - 1]) || is_lower(name[i + 1]));
        gen_text_add(&text, "%s%c", word ? "_" : "",
                     is_upper(name[i]) ? name[i] - 'A' + 'a' : name[i]);
    }
    return text.data;
}

char *gen_name_upper(const char *name)
{
    char *upper = gen_copy(name, strlen(name));
    for (char *c = upper; *c; c++)
        if (is_lower(*c))
            *c = (char)(*c - 'a' + 'A');
    return upper;
}

char *gen_name_lower(const char *name)
{
    char *lower = gen_copy(name, strlen(name));
    for (char *c = lower; *c; c++)
        if (is_upper(*c))
            *c = (char)(*c - 'A' + 'a');
    return lower;
}

bool gen_name_is_version(const char *text)
{
    for (int part = 0; part < 3; part++) {
        if (part && *text++ != '.')
            return false;
        if (!is_digit(*text))
            return false;
        while (is_digit(*text))
            text++;
    }
    if (*text == '\0')
        return true;
    if (*text != '-' && *text != '+')
        return false;
    text++;
    return *text && text[strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "abcdefghijklmnopqrstuvwxyz.-+")] == '\0';
}

bool gen_number_parse(const char *text, int32_t *number)
{
    bool negative = *text == '-';
    int64_t value = 0;
    text += negative;
    if (!is_digit(*text) ||
        (*text == '0' && is_digit(text[1]))) /* 010 is 8 to some, 10 to others */
        return false;
    for (; is_digit(*text); text++) {
        value = value * 10 + (*text - '0');
        if (value > INT32_MAX)
            return false;
    }
    *number = (int32_t)(negative ? -value : value);
    return *text == '\0';
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

bool gen_literal_parse(const char *text, uint64_t *number)
{
    int base = 10;
    uint64_t value = 0;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        base = 16, text += 2;
    else if (text[0] == '0' && (text[1] == 'b' || text[1] == 'B'))
        base = 2, text += 2;
    else if (text[0] == '0')
        base = 8;
    if (digit_value(*text) >= base)
        return false;
    for (; digit_value(*text) < base; text++)
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit_value(*text), &value))
            return false;
    *number = value;
    return strspn(text, "uUlL") == strlen(text) && strlen(text) <= 3;
}

bool gen_name_is_taken(const char *name)
{
    /* Words of C++ and not of C, too: the header is for both. */
    static const char words[] =
        " IN OUT INOUT NULL alignas alignof and and_eq asm auto bitand bitor bool break case catch "
        "char class compl concept const const_cast consteval constexpr constinit continue co_await "
        "co_return co_yield decltype default delete do double dynamic_cast else enum explicit "
        "export extern false float for friend goto if inline int linux long mutable namespace new "
        "noexcept not not_eq nullptr operator or or_eq private protected public register "
        "reinterpret_cast requires restrict return short signed sizeof static static_assert "
        "static_cast struct switch template this thread_local throw true try typedef typeid "
        "typename typeof union unix unsigned using virtual void volatile wchar_t while xor xor_eq ";
    size_t size = strlen(name);
    for (const char *at = words; (at = strstr(at, name)) != NULL; at++)
        if (at[-1] == ' ' && at[size] == ' ')
            return true;
    return false;
}
