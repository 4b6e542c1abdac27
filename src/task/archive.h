/* SPDX-License-Identifier: BSD-3-Clause */
/* What archives of objects and of tasks have in common. */
#ifndef CHI_TASK_ARCHIVE_H
#define CHI_TASK_ARCHIVE_H

#include "chimaera/archive.h"

#include <string.h>

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

/* The same both ways: numbers of `width` bytes between this machine's order and little-endian. */
static inline void chi_archive_copy_numbers(void *to, const void *from, size_t width, size_t count)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ || width == 1) {
        memcpy(to, from, width * count);
        return;
    }
    char *out = to;
    const char *in = from;
    for (size_t i = 0; i < count; i++, out += width, in += width) {
        for (size_t k = 0; k < width; k++)
            out[k] = in[width - 1 - k];
    }
}

/* What a task needs where it runs is more than its IN members: buffers to write to. */
static inline bool chi_archive_is_room(const struct chi_member *member, enum chi_archive_kind kind)
{
    return kind == CHI_ARCHIVE_TASK_IN && member->kind == CHI_MEMBER_BUFFER &&
           !(member->direction & CHI_DIRECTION_IN);
}

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
