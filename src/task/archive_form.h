/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The form of archives of objects and of tasks. All numbers are little-endian: u16 version, u16
 * kind (enum chi_archive_kind), u64 hash of the schema; of a task the words of its fixed part; then
 * the members in order: values as they are, strings as u32 bytes and the bytes, vectors as u32
 * elements and the elements, buffers as u64 bytes and the bytes, structs as their members. No
 * padding.
 */
#ifndef CHI_TASK_ARCHIVE_FORM_H
#define CHI_TASK_ARCHIVE_FORM_H

#include <string.h>

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

#endif
