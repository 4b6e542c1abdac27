/* SPDX-License-Identifier: BSD-3-Clause */
/* The units in which people write sizes and durations, and are shown them. Any thread. */
#ifndef CHI_BASE_UNITS_H
#define CHI_BASE_UNITS_H

#include "chimaera/types.h"

#define CHI_KB (UINT64_C(1) << 10)
#define CHI_MB (UINT64_C(1) << 20)
#define CHI_GB (UINT64_C(1) << 30)
#define CHI_TB (UINT64_C(1) << 40)

/* Those of sizes, in messages. */
#define CHI_SIZE_UNITS_TEXT "KB, MB, GB, TB"

struct chi_unit {
    const char *name;       /* as written; NULL ends a table */
    const char *shown_name; /* in sums for people: KiB */
    uint64_t scale;         /* bytes or nanoseconds */
};

/* Smallest first. */
extern CHI_API const struct chi_unit chi_size_units[];
extern CHI_API const struct chi_unit chi_duration_units[];

/* The unit of that name, "KB" or "KiB", in any case; NULL: none. */
CHI_API const struct chi_unit *chi_unit_find(const struct chi_unit *units, const char *name);

#define CHI_UNITS_TEXT_SIZE 24

/* The number in the largest unit that divides it, such as "64KB"; without one where none does, and
 * for 0. Returns `text`. */
CHI_API char *chi_units_text(const struct chi_unit *units, uint64_t number,
                             char text[CHI_UNITS_TEXT_SIZE]);

#endif
