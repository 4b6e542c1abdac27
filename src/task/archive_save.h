/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes archives. Any thread. */
#ifndef CHI_TASK_ARCHIVE_SAVE_H
#define CHI_TASK_ARCHIVE_SAVE_H

#include "task/archive_form.h"

/* Appends to `archive`. 0, -ENOMEM, -EMSGSIZE, CHI_EBADPTR; unchanged on failure. */
int chi_archive_save_kind(enum chi_archive_kind kind, const struct chi_schema *schema,
                          const void *object, unsigned directions,
                          const struct chi_archive_words *words, struct chi_string *archive);

#endif
