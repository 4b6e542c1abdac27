/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads archives. Any thread. */
#ifndef CHI_TASK_ARCHIVE_LOAD_H
#define CHI_TASK_ARCHIVE_LOAD_H

#include "task/archive_form.h"

/* Reads `words->count` words and the members. The codes are those of chi_archive_load(). */
int chi_archive_load_kind(enum chi_archive_kind kind, const struct chi_schema *schema, void *object,
                          unsigned directions, const void *data, size_t size,
                          struct chi_archive_words *words);

/* Whether the archive's head is that of an object of this schema. 0, CHI_EARCHIVE, CHI_ESCHEMA. */
CHI_API int chi_archive_check(const struct chi_schema *schema, const void *data, size_t size);

#endif
