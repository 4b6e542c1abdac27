/* SPDX-License-Identifier: BSD-3-Clause */
/* What archives of objects and of tasks have in common. */
#ifndef CHI_TASK_ARCHIVE_H
#define CHI_TASK_ARCHIVE_H

#include "chimaera/archive.h"

enum chi_archive_kind {
    CHI_ARCHIVE_OBJECT = 0,
    CHI_ARCHIVE_TASK_IN = 1,  /* what a task needs to run */
    CHI_ARCHIVE_TASK_OUT = 2, /* what it gave */
};

/* All buffers together that an archive may ask for without having their bytes in it. */
#define CHI_ARCHIVE_ROOM_MAX ((size_t)1 << 30)

/* Numbers between head and members. */
struct chi_archive_words {
    uint32_t count;
    uint32_t word[11];
};

/* Appends to `archive`. 0, -ENOMEM, -EMSGSIZE, CHI_EBADPTR; unchanged on failure. */
int chi_archive_save_kind(enum chi_archive_kind kind, const struct chi_schema *schema,
                          const void *object, unsigned directions,
                          const struct chi_archive_words *words, struct chi_string *archive);

/* Reads `words->count` words and the members. As chi_archive_load(). */
int chi_archive_load_kind(enum chi_archive_kind kind, const struct chi_schema *schema, void *object,
                          unsigned directions, const void *data, size_t size,
                          struct chi_archive_words *words);

/* Whether the archive's head is that of an object of this schema. 0, CHI_EARCHIVE, CHI_ESCHEMA. */
CHI_API int chi_archive_check(const struct chi_schema *schema, const void *data, size_t size);

#endif
