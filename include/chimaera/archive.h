/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Archives: values as bytes that outlive the process and cross machines. Little-endian; begins with
 * a version and the hash of the schema; every length is bounded by what is left. Used for create
 * parameters; tasks travel the same way.
 */
#ifndef CHIMAERA_ARCHIVE_H
#define CHIMAERA_ARCHIVE_H

#include "chimaera/schema.h"
#include "chimaera/string.h"

#define CHI_ARCHIVE_VERSION 1u

CHI_BEGIN_DECLS

/* Appends the members of `object` that have one of `directions` (enum chi_direction bits). 0,
 * -ENOMEM. */
CHI_API int chi_archive_save(const struct chi_schema *schema, const void *object,
                             unsigned directions, struct chi_string *archive);

/*
 * Reads what chi_archive_save() wrote into `object`, whose members of those directions are zero.
 * 0, -ENOMEM, CHI_EARCHIVE (truncated, damaged, of another version or trailing bytes), CHI_ESCHEMA
 * (another layout). On failure those members are zero again and hold nothing.
 */
CHI_API int chi_archive_load(const struct chi_schema *schema, void *object, unsigned directions,
                             const void *data, size_t size);

CHI_END_DECLS

#endif
