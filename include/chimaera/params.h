/* SPDX-License-Identifier: BSD-3-Clause */
/* Create parameters of pools: saved to and loaded from archives, set from text. */
#ifndef CHIMAERA_PARAMS_H
#define CHIMAERA_PARAMS_H

#include "chimaera/schema.h"
#include "chimaera/string.h"

CHI_BEGIN_DECLS

/*
 * Serialises a create parameter struct into `archive`. 0, -ENOMEM. The form is that of
 * chimaera/archive.h: little-endian, versioned, bounded.
 */
CHI_API int chi_params_save(const struct chi_schema *schema, const void *params,
                            struct chi_string *archive);

/*
 * Reads it back into a zeroed struct of the schema's size. 0, -ENOMEM, CHI_EARCHIVE, CHI_ESCHEMA;
 * nothing is held on failure. An empty archive gives zeros. Free with chi_params_fini().
 */
CHI_API int chi_params_load(const struct chi_schema *schema, const struct chi_string *archive,
                            void *params);

/*
 * Sets one member from text, as a configuration file gives it: numbers in C notation, sizes with
 * KB, MB, GB, TB (powers of 1024), true and false, names of enum values, strings. 0, -ENOENT (no
 * such member), -EINVAL, -ERANGE; chi_last_error() says what was expected.
 */
CHI_API int chi_params_set(const struct chi_schema *schema, void *params, const char *member,
                           const char *text);

/* Frees the strings and vectors of a parameter struct. */
CHI_API void chi_params_fini(const struct chi_schema *schema, void *params);

CHI_END_DECLS

#endif
