/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads values that people write, for configuration files and create parameters. Any thread. */
#include "base/text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* strtoull() without its leading spaces, signs and silent wrapping. */
static int scan_u64(const char *text, const char **end, uint64_t *value)
{
    if (!is_digit(text[0]))
        return -EINVAL;
    char *stop;
    int saved_errno = errno;
    errno = 0;
    unsigned long long number = strtoull(text, &stop, 0);
    int error = errno;
    errno = saved_errno;
    if (error == ERANGE)
        return -ERANGE;
    *end = stop;
    *value = number;
    return 0;
}

int chi_text_u64(const char *text, uint64_t *value)
{
    const char *end;
    uint64_t number;
    int rc = scan_u64(text, &end, &number);
    if (rc)
        return rc;
    if (*end)
        return -EINVAL;
    *value = number;
    return 0;
}

int chi_text_i64(const char *text, int64_t *value)
{
    bool negative = text[0] == '-';
    uint64_t number;
    int rc = chi_text_u64(text + negative, &number);
    if (rc)
        return rc;
    if (number > (uint64_t)INT64_MAX + negative)
        return -ERANGE;
    *value = (int64_t)(negative ? 0 - number : number);
    return 0;
}

/* Reads ".5" as 5 / 10 of `scale`, rounded down. Nine digits are enough for people. */
static int scan_fraction(const char **text, uint64_t *part, uint64_t *whole)
{
    const char *digit = *text + 1;
    for (*part = 0, *whole = 1; is_digit(*digit); digit++) {
        if (*whole >= UINT64_C(1000000000))
            return -EINVAL;
        *part = *part * 10 + (uint64_t)(*digit - '0');
        *whole *= 10;
    }
    bool any = *whole > 1;
    *text = digit;
    return any ? 0 : -EINVAL;
}

/* A number with a unit. Without one, only what `bare` allows. */
static int scaled(const char *text, const struct chi_unit *units, bool bare, uint64_t *value)
{
    const char *end;
    uint64_t number, part = 0, whole = 1, product;
    int rc = scan_u64(text, &end, &number);
    if (!rc && *end == '.')
        rc = scan_fraction(&end, &part, &whole);
    if (rc)
        return rc;
    if (!*end && whole == 1 && (bare || number == 0)) {
        *value = number;
        return 0;
    }
    end += *end == ' ';
    const struct chi_unit *unit = chi_unit_find(units, end);
    if (!unit)
        return -EINVAL;
    uint64_t rest = (uint64_t)((double)unit->scale * (double)part / (double)whole);
    if (__builtin_mul_overflow(number, unit->scale, &product) ||
        __builtin_add_overflow(product, rest, &product))
        return -ERANGE;
    *value = product;
    return 0;
}

/* "512 B", as chi_text_of_size() writes it. */
static bool is_bytes(const char *text, uint64_t *value)
{
    const char *end;
    uint64_t number;
    if (scan_u64(text, &end, &number))
        return false;
    end += *end == ' ';
    if (strcmp(end, "B") != 0)
        return false;
    *value = number;
    return true;
}

int chi_text_size(const char *text, uint64_t *size_bytes)
{
    return is_bytes(text, size_bytes) ? 0 : scaled(text, chi_size_units, true, size_bytes);
}

int chi_text_duration(const char *text, uint64_t *duration_ns)
{
    return scaled(text, chi_duration_units, false, duration_ns);
}

int chi_text_double(const char *text, double *value)
{
    if (!is_digit(text[0]) && !((text[0] == '-' || text[0] == '.') && text[1]))
        return -EINVAL;
    if (strspn(text, "0123456789abcdefABCDEFxXpP.+-") != strlen(text))
        return -EINVAL; /* nan, inf, spaces */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return -EINVAL;
    char *end;
    double number = strtod_l(text, &end, c_locale);
    freelocale(c_locale);
    if (end == text || *end)
        return -EINVAL;
    if (!isfinite(number))
        return -ERANGE;
    *value = number;
    return 0;
}

static int scan_u32_decimal(const char **text, uint32_t *value)
{
    if (!is_digit(**text))
        return -EINVAL;
    uint64_t number = 0;
    for (; is_digit(**text); ++*text) {
        number = number * 10 + (uint64_t)(**text - '0');
        if (number > UINT32_MAX)
            return -ERANGE;
    }
    *value = (uint32_t)number;
    return 0;
}

int chi_text_pool_id(const char *text, chi_pool_id_t *id)
{
    chi_pool_id_t parsed = {0, 0};
    int rc = scan_u32_decimal(&text, &parsed.major);
    if (!rc && *text == '.') {
        text++;
        rc = scan_u32_decimal(&text, &parsed.minor);
    }
    if (rc)
        return rc;
    if (*text)
        return -EINVAL;
    *id = parsed;
    return 0;
}

#define NAME_MAX_LENGTH 47

/* Edits between two short words: insert, delete, replace, or swap of neighbours. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned char rows[3][NAME_MAX_LENGTH + 1];
    unsigned char *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        last[j] = (unsigned char)j;
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= b_size; j++) {
            unsigned best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1u < best)
                best = last[j] + 1u;
            if (row[j - 1] + 1u < best)
                best = row[j - 1] + 1u;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1u < best)
                best = before[j - 2] + 1u;
            row[j] = (unsigned char)best;
        }
        unsigned char *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_size];
}

void chi_nearest_offer(struct chi_nearest *nearest, const char *name)
{
    size_t word_size = strlen(nearest->word);
    size_t name_size = strlen(name);
    if (word_size > NAME_MAX_LENGTH || name_size > NAME_MAX_LENGTH)
        return;
    size_t distance = edit_distance(nearest->word, word_size, name, name_size);
    size_t allowed = name_size <= 3 ? 1 : name_size / 3;
    if (distance <= allowed && distance < name_size &&
        (!nearest->best || distance < nearest->distance)) {
        nearest->best = name;
        nearest->distance = distance;
    }
}

char *chi_nearest_hint(const struct chi_nearest *nearest, char hint[CHI_NEAREST_HINT_SIZE])
{
    hint[0] = '\0';
    if (nearest->best)
        snprintf(hint, CHI_NEAREST_HINT_SIZE, "; did you mean \"%s\"?", nearest->best);
    return hint;
}

char *chi_text_of_size(uint64_t bytes, char text[CHI_TEXT_SIZE_MAX])
{
    const struct chi_unit *unit = NULL;
    for (const struct chi_unit *next = chi_size_units; next->name && bytes >= next->scale; next++)
        unit = next;
    double value = (double)bytes / (double)(unit ? unit->scale : 1);
    snprintf(text, CHI_TEXT_SIZE_MAX, value < 10 && unit ? "%.1f %s" : "%.0f %s", value,
             unit ? unit->shown_name : "B");
    return text;
}
