/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values that people write: numbers, sizes, durations, pool ids; and the nearest of some names to a
 * mistyped one. All return 0, -EINVAL or -ERANGE and record no message: the caller knows what was
 * being read. Outputs change on success only. Any thread.
 */
#ifndef CHI_BASE_TEXT_H
#define CHI_BASE_TEXT_H

#include "chimaera/types.h"

/* C notation: decimal, 0x hexadecimal, 0 octal. No spaces, nothing behind it. */
CHI_API int chi_text_u64(const char *text, uint64_t *value);
CHI_API int chi_text_i64(const char *text, int64_t *value);

/*
 * The same with KB, MB, GB or TB behind it, or KiB, MiB, GiB or TiB, which are the same: powers of
 * 1024, in any case. Or B. A space between is allowed, and a decimal point: "1.5 GiB".
 */
CHI_API int chi_text_size(const char *text, uint64_t *size_bytes);

#define CHI_TEXT_SIZE_MAX 16

/* The other way, for people: 1536 as "1.5 KiB". Returns `text`. */
CHI_API char *chi_text_of_size(uint64_t bytes, char text[CHI_TEXT_SIZE_MAX]);

/* With ns, us, ms, s, min or h behind it. Only 0 needs none. */
CHI_API int chi_text_duration(const char *text, uint64_t *duration_ns);

/* A finite number with a point, whatever the locale. */
CHI_API int chi_text_double(const char *text, double *value);

/* "7000.1", or "7000" for 7000.0. */
CHI_API int chi_text_pool_id(const char *text, chi_pool_id_t *id);

/* Finds the name nearest to `word` among those offered. Begin with {.word = word}. */
struct chi_nearest {
    const char *word;
    const char *best; /* NULL where none is near */
    size_t distance;
};

CHI_API void chi_nearest_offer(struct chi_nearest *nearest, const char *name);

#define CHI_NEAREST_HINT_SIZE 96

/* Writes `; did you mean "best"?`, or "" where none was near, and returns `hint`. */
CHI_API char *chi_nearest_hint(const struct chi_nearest *nearest, char hint[CHI_NEAREST_HINT_SIZE]);

#endif
