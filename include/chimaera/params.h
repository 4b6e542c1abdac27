/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Create parameters of pools: stored in archives, and set from text. Any thread; never parks. In a
 * handler the archive is private memory of the runtime.
 */
#ifndef CHIMAERA_PARAMS_H
#define CHIMAERA_PARAMS_H

#include "chimaera/schema.h"
#include "chimaera/string.h"

CHI_BEGIN_DECLS

/*
 * Serialises a struct of create parameters. The format is that of chimaera/archive.h:
 * little-endian, versioned, bounded.
 *   archive   the result is appended to it
 * Returns 0, or
 *   -ENOMEM       out of memory
 *   other codes   those of chi_archive_save()
 */
CHI_API int chi_params_save(const struct chi_schema *schema, const void *params,
                            struct chi_string *archive);

/*
 * Reads an archive into `params`, a zeroed struct of the schema's size. An empty archive leaves it
 * zeroed. Free it with chi_params_fini(). Returns 0, or with nothing held
 *   -ENOMEM        out of memory
 *   CHI_EARCHIVE   the archive is truncated or damaged
 *   CHI_ESCHEMA    the archive has a different layout
 */
CHI_API int chi_params_load(const struct chi_schema *schema, const struct chi_string *archive,
                            void *params);

/*
 * Sets one member from text, in the syntax of the configuration file: numbers in C notation, sizes
 * with KB, MB, GB or TB, or KiB and so on (powers of 1024), true and false, names of enum values,
 * strings. A member whose name ends with a unit of time, such as `timeout_ms`, takes durations,
 * too: "2s" is 2000. Returns 0, or a negative code; chi_last_error() names the expected value:
 *   -ENOENT   the schema has no such member
 *   -EINVAL   the text is malformed, or the member cannot be set from text
 *   -ERANGE   the value is out of range, or there are too many values
 *   -ENOMEM   out of memory
 */
CHI_API int chi_params_set(const struct chi_schema *schema, void *params, const char *member,
                           const char *text);

/* Frees the strings and vectors of a parameter struct. */
CHI_API void chi_params_fini(const struct chi_schema *schema, void *params);

CHI_END_DECLS

#endif
