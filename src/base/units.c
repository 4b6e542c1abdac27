/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "base/clock.h"

const struct chi_unit chi_size_units[] = {
    {"KB", "KiB", CHI_KB}, {"MB", "MiB", CHI_MB}, {"GB", "GiB", CHI_GB}, {"TB", "TiB", CHI_TB}, {0},
};

const struct chi_unit chi_duration_units[] = {
    {"ns", "ns", 1},
    {"us", "us", CHI_NS_PER_US},
    {"ms", "ms", CHI_NS_PER_MS},
    {"s", "s", CHI_NS_PER_S},
    {"min", "min", CHI_NS_PER_MIN},
    {"h", "h", CHI_NS_PER_H},
    {0},
};

const struct chi_unit *chi_unit_find(const struct chi_unit *units, const char *name)
{
    for (; units->name != NULL; units++)
        if (strcasecmp(units->name, name) == 0 || strcasecmp(units->shown_name, name) == 0)
            return units;
    return NULL;
}

char *chi_units_text(const struct chi_unit *units, uint64_t number, char text[CHI_UNITS_TEXT_SIZE])
{
    const struct chi_unit *largest = NULL;
    for (; number != 0 && units->name != NULL; units++)
        if (number % units->scale == 0)
            largest = units;
    snprintf(text, CHI_UNITS_TEXT_SIZE, "%" PRIu64 "%s",
             largest != NULL ? number / largest->scale : number,
             largest != NULL ? largest->name : "");
    return text;
}
