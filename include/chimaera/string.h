/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strings and byte sequences as members of tasks. Short ones lie inside the task; longer ones in
 * memory of the calling process's arena (in a handler: private memory of the runtime). Every read
 * goes through a view, which is bounded. `\0` bytes are allowed; a `\0` that is not counted follows
 * the last byte.
 */
#ifndef CHIMAERA_STRING_H
#define CHIMAERA_STRING_H

#include "chimaera/types.h"

#define CHI_BYTES_INLINE                                                                           \
    24u /* bytes that need no memory outside the task, the final \0 included                       \
         */

/* What strings and vectors have in common. Zeroed is empty. */
struct chi_bytes {
    uint32_t size;      /* bytes in use */
    uint32_t capacity;  /* of `own`, in bytes; 0 where there is none */
    chi_shm_ptr_t own;  /* memory of the creator, freed with the task */
    chi_shm_ptr_t lent; /* memory lent by the runtime for an output, given back with the task */
    char small[CHI_BYTES_INLINE];
};
CHI_STATIC_ASSERT(sizeof(struct chi_bytes) == 48, "shared layout");

struct chi_string {
    struct chi_bytes bytes;
};

/* A bounded look at bytes. Valid until the string changes or its task is freed. */
struct chi_view {
    const char *data; /* never NULL; data[size] is '\0' */
    size_t size;
};

CHI_BEGIN_DECLS

CHI_API struct chi_view chi_bytes_view(const struct chi_bytes *bytes);

/* Replaces the content. `data` may be NULL: zeros then. 0, -ENOMEM, -EMSGSIZE (over 4 GiB). */
CHI_API int chi_bytes_assign(struct chi_bytes *bytes, const void *data, size_t size);

/* Adds at the end. `data` may be NULL: zeros then. 0, -ENOMEM, -EMSGSIZE; unchanged on failure. */
CHI_API int chi_bytes_append(struct chi_bytes *bytes, const void *data, size_t size);

/* Changes the size; new bytes are zero. 0, -ENOMEM, -EMSGSIZE; unchanged on failure. */
CHI_API int chi_bytes_resize(struct chi_bytes *bytes, size_t size);

/* Where the content can be written in place, `size` bytes of it. NULL where it is a lent output. */
CHI_API void *chi_bytes_data(struct chi_bytes *bytes);

/* Frees what it holds and leaves it empty. */
CHI_API void chi_bytes_fini(struct chi_bytes *bytes);

static inline struct chi_view chi_string_view(const struct chi_string *string)
{
    return chi_bytes_view(&string->bytes);
}

static inline size_t chi_string_size(const struct chi_string *string)
{
    return string->bytes.size;
}

/* Replaces the content by `size` bytes. 0, -ENOMEM, -EMSGSIZE. */
static inline int chi_string_assign(struct chi_string *string, const void *data, size_t size)
{
    return chi_bytes_assign(&string->bytes, data, size);
}

static inline int chi_string_append(struct chi_string *string, const void *data, size_t size)
{
    return chi_bytes_append(&string->bytes, data, size);
}

static inline void chi_string_fini(struct chi_string *string)
{
    chi_bytes_fini(&string->bytes);
}

/* Replaces the content by a C string; NULL makes it empty. 0, -ENOMEM, -EMSGSIZE. */
CHI_API int chi_string_set(struct chi_string *string, const char *text);

/* Whether the content is that C string. */
CHI_API bool chi_string_equal(const struct chi_string *string, const char *text);

/* A copy for free(), ended by \0; NULL where memory ran out. */
CHI_API char *chi_string_dup(const struct chi_string *string);

CHI_END_DECLS

#endif
