/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys as text: for --help-config, docs/reference/config.md and error messages. */
#include "config/describe.h"

#include <string.h>

#include "base/units.h"

static char *format_number(enum chi_key_type type, uint64_t number, char text[CHI_UNITS_TEXT_SIZE])
{
    static const struct chi_unit none[] = {{0}};
    return chi_units_text(type == CHI_KEY_SIZE       ? chi_size_units
                          : type == CHI_KEY_DURATION ? chi_duration_units
                                                     : none,
                          number, text);
}

const char *chi_key_type_text(const struct chi_key *key)
{
    switch (key->type) {
    case CHI_KEY_SIZE:
        return "a size such as 512MB";
    case CHI_KEY_COUNT:
        return key->flags & CHI_KEY_POWER_OF_TWO ? "a power of two" : "a number";
    case CHI_KEY_DURATION:
        return "a duration such as 50us, 100ms or 1s";
    case CHI_KEY_POLICY:
        return "round_robin or least_loaded";
    case CHI_KEY_WORD:
        return "letters, digits, - and _";
    case CHI_KEY_TEXT:
        return "text";
    case CHI_KEY_LEVEL:
        return "a level (none, error, warn, info or debug) and topic:level pairs, separated by "
               "commas";
    case CHI_KEY_PATHS:
        return "a list of folders, or folders separated by colons";
    case CHI_KEY_RIGHTS:
        return "a list of create, destroy and stop";
    case CHI_KEY_QUERY:
        return "a pool query such as local";
    case CHI_KEY_POOL_ID:
        return "a pool id such as 7000.0";
    }
    return "";
}

char *chi_key_bounds(const struct chi_key *key, char bounds[CHI_KEY_BOUNDS_SIZE])
{
    char lowest[CHI_UNITS_TEXT_SIZE], highest[CHI_UNITS_TEXT_SIZE];
    bounds[0] = '\0';
    if (key->highest == 0)
        return bounds;
    bool text =
        key->type != CHI_KEY_SIZE && key->type != CHI_KEY_COUNT && key->type != CHI_KEY_DURATION;
    snprintf(bounds, CHI_KEY_BOUNDS_SIZE, "%s to %s%s",
             format_number(key->type, key->lowest, lowest),
             format_number(key->type, key->highest, highest), text ? " bytes" : "");
    return bounds;
}

void chi_config_describe(FILE *out)
{
    fputs("| Key | Value | Default | Bounds | Meaning |\n|---|---|---|---|---|\n", out);
    for (const struct chi_key *key = chi_keys; key->name != NULL; key++) {
        char bounds[CHI_KEY_BOUNDS_SIZE];
        bool compose = strcmp(key->section, "compose") == 0;
        const char *quote = key->shown != NULL ? "" : "`";
        fprintf(out, "| `%s%s.%s` | %s | %s%s%s | %s | %s |\n", key->section, compose ? "[]" : "",
                key->name, chi_key_type_text(key), quote,
                key->shown != NULL ? key->shown : key->fallback, quote, chi_key_bounds(key, bounds),
                key->help);
    }
}
