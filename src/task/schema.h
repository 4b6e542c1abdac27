/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be asked of a schema, and freeing by it. Schemas are trusted: the generator wrote them.
 */
#ifndef CHI_TASK_SCHEMA_H
#define CHI_TASK_SCHEMA_H

#include "chimaera/schema.h"

/* Members of every direction, also of structs that have none. */
#define CHI_DIRECTION_ALL (~0u)

static inline bool chi_member_selected(const struct chi_member *member, unsigned directions)
{
    return directions == CHI_DIRECTION_ALL || (member->direction & directions) != 0;
}

/* Bytes of one element of the member. */
static inline size_t chi_member_stride(const struct chi_member *member)
{
    return member->size / (member->count ? member->count : 1u);
}

/* A value made of `count` numbers of `width` bytes: what is swapped on a big-endian machine. */
struct chi_scalar {
    uint8_t width; /* 0: not a value but a struct, string, vector or buffer */
    uint8_t count;
};

CHI_API struct chi_scalar chi_member_scalar(uint8_t kind);

/*
 * Bytes of the struct in an archive if it holds plain values only, no strings, vectors or buffers;
 * else 0.
 */
CHI_API size_t chi_schema_plain_size(const struct chi_schema *schema);

/*
 * Whether a peer that sends `hash` and `size` for the task means what `schema` says: 0, or
 * CHI_ESCHEMA with a message that names the task. `peer` and `place` name the two sides.
 */
CHI_API int chi_task_schema_check(const struct chi_task_schema *schema, uint64_t hash,
                                  uint32_t size, const char *peer, const char *place);

/* Frees the strings and vectors of a task. Its buffers are its maker's. */
CHI_API void chi_schema_fini_task(const struct chi_schema *schema, void *task);

/* Frees what the members of `directions` hold and zeroes them. */
CHI_API void chi_schema_fini(const struct chi_schema *schema, void *object, unsigned directions);

#endif
