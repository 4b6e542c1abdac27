/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strings and byte sequences as members of tasks. Short ones are stored inside the task, longer
 * ones in memory of the calling process's arena; in a handler, in private memory of the runtime.
 * All reads go through a view, which is bounded. `\0` bytes are allowed; an uncounted `\0` follows
 * the last byte. A zeroed string is empty and needs no initialisation.
 *
 * Functions that change a string return 0 or a negative code, and leave it unchanged on failure.
 * Each may return -ENOMEM, -EMSGSIZE (over 4 GiB) and CHI_EBADSTRING (another process damaged the
 * string); further codes are listed with the function. The added bytes may lie in the string
 * itself. One thread at a time per string. Nothing here parks.
 */
#ifndef CHIMAERA_STRING_H
#define CHIMAERA_STRING_H

#include "chimaera/types.h"

#include <stdarg.h>
#include <string.h>

/* Bytes that are stored inside the task, including the final \0. */
#define CHI_BYTES_INLINE 24u

/* Result of a search without a match. */
#define CHI_NOT_FOUND SIZE_MAX

/* Common part of strings and vectors. Zeroed: empty. */
struct chi_bytes {
    uint32_t size;      /* bytes in use */
    uint32_t capacity;  /* of `own`, in bytes; 0: `own` is unused */
    chi_shm_ptr_t own;  /* memory of the creator; freed with the task */
    chi_shm_ptr_t lent; /* memory lent by the runtime for an output; returned with the task */
    char small[CHI_BYTES_INLINE];
};
CHI_STATIC_ASSERT(sizeof(struct chi_bytes) == 48, "shared layout");

struct chi_string {
    struct chi_bytes bytes;
};

/*
 * A bounded view of bytes. Valid until the string changes or its task is freed. `size` is read once
 * and checked, so the view stays in bounds even if another process writes to the string.
 */
struct chi_view {
    const char *data; /* never NULL; data[size] is '\0' unless another process overwrote it */
    size_t size;
};

CHI_BEGIN_DECLS

/* ---- bytes: the common part of strings and vectors */

/* Returns a view of the content. */
CHI_API struct chi_view chi_bytes_view(const struct chi_bytes *bytes);

/* Replaces the content. `data` NULL: `size` zero bytes. */
CHI_API int chi_bytes_assign(struct chi_bytes *bytes, const void *data, size_t size);

/* Appends `size` bytes. `data` NULL: zero bytes. */
CHI_API int chi_bytes_append(struct chi_bytes *bytes, const void *data, size_t size);

/*
 * Replaces `removed` bytes at `at` by `size` bytes of `data` (NULL: zero bytes).
 * Returns 0, or
 *   -ERANGE   the removed bytes are not all within the content
 */
CHI_API int chi_bytes_splice(struct chi_bytes *bytes, size_t at, size_t removed, const void *data,
                             size_t size);

/*
 * Overwrites `size` bytes at `at`.
 * Returns 0, or
 *   -ERANGE   the bytes are not all within the content
 */
CHI_API int chi_bytes_write(struct chi_bytes *bytes, size_t at, const void *data, size_t size);

/* Changes the size to `size` bytes; new bytes are zero. */
CHI_API int chi_bytes_resize(struct chi_bytes *bytes, size_t size);

/* Allocates memory, so that the content can grow to `size` bytes without failure. */
CHI_API int chi_bytes_reserve(struct chi_bytes *bytes, size_t size);

/*
 * Returns the content for writing in place, or NULL if it is a lent output. The size does not
 * change.
 */
CHI_API void *chi_bytes_data(struct chi_bytes *bytes);

/* Frees the memory and leaves it empty. */
CHI_API void chi_bytes_fini(struct chi_bytes *bytes);

/* Exchanges the contents. */
static inline void chi_bytes_swap(struct chi_bytes *a, struct chi_bytes *b)
{
    struct chi_bytes kept = *a;
    *a = *b;
    *b = kept;
}

/* Frees the content of `to`, moves the content of `from` there, and leaves `from` empty. */
static inline void chi_bytes_move(struct chi_bytes *to, struct chi_bytes *from)
{
    if (to == from)
        return;
    chi_bytes_fini(to);
    *to = *from;
    memset(from, 0, sizeof(*from));
}

/* Returns `size` bytes at `at` for reading, or NULL if they are not all within the content. */
static inline const void *chi_bytes_at(const struct chi_bytes *bytes, size_t at, size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    return at <= view.size && size <= view.size - at ? view.data + at : NULL;
}

/*
 * Returns the size in bytes of `count` elements of `size` bytes, or SIZE_MAX, which is refused, on
 * overflow.
 */
static inline size_t chi_bytes_scale(size_t count, size_t size)
{
    return count > SIZE_MAX / size ? SIZE_MAX : count * size;
}

/* ---- views */

/* Returns a view of a C string. NULL: empty. */
static inline struct chi_view chi_view_of(const char *text)
{
    struct chi_view view = {text != NULL ? text : "", text != NULL ? strlen(text) : 0};
    return view;
}

/* Returns at most `size` bytes at `at`; bytes outside the view are omitted. */
CHI_API struct chi_view chi_view_slice(struct chi_view view, size_t at, size_t size);

/* Compares by bytes; a prefix is less. Returns a value below 0, 0, or above 0. */
CHI_API int chi_view_compare(struct chi_view a, struct chi_view b);

/*
 * Returns the first position of `wanted` at or after `from`, or CHI_NOT_FOUND. An empty `wanted` is
 * found at `from`.
 */
CHI_API size_t chi_view_find(struct chi_view view, struct chi_view wanted, size_t from);

static inline bool chi_view_equal(struct chi_view a, struct chi_view b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static inline bool chi_view_starts_with(struct chi_view view, struct chi_view prefix)
{
    return chi_view_equal(chi_view_slice(view, 0, prefix.size), prefix);
}

static inline bool chi_view_ends_with(struct chi_view view, struct chi_view suffix)
{
    return suffix.size <= view.size &&
           chi_view_equal(chi_view_slice(view, view.size - suffix.size, suffix.size), suffix);
}

/* Returns a copy with a final \0, to be freed with free(), or NULL if memory is exhausted. */
CHI_API char *chi_view_dup(struct chi_view view);

/*
 * Copies the bytes and a final \0 into `out`, which has `out_size` bytes.
 * Returns 0, or
 *   -ENOBUFS   they do not fit; `out` holds the part that fits
 */
CHI_API int chi_view_copy(struct chi_view view, char *out, size_t out_size);

/* ---- strings: reading */

static inline struct chi_view chi_string_view(const struct chi_string *string)
{
    return chi_bytes_view(&string->bytes);
}

static inline size_t chi_string_size(const struct chi_string *string)
{
    return chi_bytes_view(&string->bytes).size;
}

static inline bool chi_string_is_empty(const struct chi_string *string)
{
    return chi_string_size(string) == 0;
}

/*
 * Returns the byte at `at` as 0 to 255, or
 *   -ERANGE   `at` is not within the content
 */
CHI_API int chi_string_at(const struct chi_string *string, size_t at);

/* Returns whether the content equals the C string. */
CHI_API bool chi_string_equal(const struct chi_string *string, const char *text);

/* Compares by bytes; a prefix is less. Returns a value below 0, 0, or above 0. */
static inline int chi_string_compare(const struct chi_string *a, const struct chi_string *b)
{
    return chi_view_compare(chi_string_view(a), chi_string_view(b));
}

/* Returns the first position of the C string at or after `from`, or CHI_NOT_FOUND. */
static inline size_t chi_string_find(const struct chi_string *string, const char *text, size_t from)
{
    return chi_view_find(chi_string_view(string), chi_view_of(text), from);
}

/* Returns a copy with a final \0, to be freed with free(), or NULL if memory is exhausted. */
static inline char *chi_string_dup(const struct chi_string *string)
{
    return chi_view_dup(chi_string_view(string));
}

/*
 * Copies the content and a final \0 into `out`, which has `out_size` bytes.
 * Returns 0, or
 *   -ENOBUFS   it does not fit; `out` holds the part that fits
 */
static inline int chi_string_copy_to(const struct chi_string *string, char *out, size_t out_size)
{
    return chi_view_copy(chi_string_view(string), out, out_size);
}

/* ---- strings: changing */

/* Replaces the content by `size` bytes. */
static inline int chi_string_assign(struct chi_string *string, const void *data, size_t size)
{
    return chi_bytes_assign(&string->bytes, data, size);
}

/* Replaces the content by a C string. NULL: empty. */
static inline int chi_string_set(struct chi_string *string, const char *text)
{
    struct chi_view view = chi_view_of(text);
    return chi_bytes_assign(&string->bytes, view.data, view.size);
}

/* Replaces the content by that of `from`. */
static inline int chi_string_copy(struct chi_string *to, const struct chi_string *from)
{
    struct chi_view view = chi_string_view(from);
    return chi_bytes_assign(&to->bytes, view.data, view.size);
}

/*
 * Replaces the content by formatted text, as printf() prints it.
 * Returns 0, or
 *   -EINVAL   the format is not printable
 */
CHI_API int chi_string_format(struct chi_string *string, const char *format, ...) CHI_PRINTF(2, 3);

/* Appends `size` bytes. */
static inline int chi_string_append(struct chi_string *string, const void *data, size_t size)
{
    return chi_bytes_append(&string->bytes, data, size);
}

/* Appends a C string. */
static inline int chi_string_append_text(struct chi_string *string, const char *text)
{
    struct chi_view view = chi_view_of(text);
    return chi_bytes_append(&string->bytes, view.data, view.size);
}

/*
 * Appends formatted text, as printf() prints it.
 * Returns 0, or
 *   -EINVAL   the format is not printable
 */
CHI_API int chi_string_append_format(struct chi_string *string, const char *format, ...)
    CHI_PRINTF(2, 3);

/*
 * Overwrites the byte at `at`.
 * Returns 0, or
 *   -ERANGE   `at` is not within the content
 */
static inline int chi_string_set_at(struct chi_string *string, size_t at, char byte)
{
    return chi_bytes_write(&string->bytes, at, &byte, 1);
}

/* Appends one byte. */
static inline int chi_string_push(struct chi_string *string, char byte)
{
    return chi_bytes_append(&string->bytes, &byte, 1);
}

/*
 * Removes the last byte and returns it as 0 to 255, or
 *   -ENODATA   the string is empty
 */
CHI_API int chi_string_pop(struct chi_string *string);

/*
 * Inserts `size` bytes before the byte at `at`, or at the end.
 * Returns 0, or
 *   -ERANGE   `at` is beyond the end
 */
static inline int chi_string_insert(struct chi_string *string, size_t at, const void *data,
                                    size_t size)
{
    return chi_bytes_splice(&string->bytes, at, 0, data, size);
}

/*
 * Removes `size` bytes at `at`.
 * Returns 0, or
 *   -ERANGE   the bytes are not all within the content
 */
static inline int chi_string_erase(struct chi_string *string, size_t at, size_t size)
{
    return chi_bytes_splice(&string->bytes, at, size, NULL, 0);
}

/* Changes the size to `size` bytes; new bytes are zero. */
static inline int chi_string_resize(struct chi_string *string, size_t size)
{
    return chi_bytes_resize(&string->bytes, size);
}

/* Allocates memory, so that the content can grow to `size` bytes without failure. */
static inline int chi_string_reserve(struct chi_string *string, size_t size)
{
    return chi_bytes_reserve(&string->bytes, size);
}

/* Empties the string and keeps its memory for reuse. Cannot fail. */
static inline void chi_string_clear(struct chi_string *string)
{
    (void)chi_bytes_resize(&string->bytes, 0);
}

/* Exchanges the contents. */
static inline void chi_string_swap(struct chi_string *a, struct chi_string *b)
{
    chi_bytes_swap(&a->bytes, &b->bytes);
}

/* Frees the content of `to`, moves the content of `from` there, and leaves `from` empty. */
static inline void chi_string_move(struct chi_string *to, struct chi_string *from)
{
    chi_bytes_move(&to->bytes, &from->bytes);
}

/* Frees the memory and leaves the string empty. */
static inline void chi_string_fini(struct chi_string *string)
{
    chi_bytes_fini(&string->bytes);
}

CHI_END_DECLS

#endif
