/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strings and byte sequences as members of tasks. Short ones lie inside the task; longer ones in
 * memory of the calling process's arena (in a handler: private memory of the runtime). Every read
 * goes through a view, which is bounded. `\0` bytes are allowed; a `\0` that is not counted follows
 * the last byte. A zeroed string is empty and needs no other beginning.
 *
 * Functions that change a string return 0 or a code and leave it unchanged on failure: -ENOMEM,
 * -EMSGSIZE (over 4 GiB), -ERANGE (a place outside of the content). What is added may lie in the
 * string itself. One thread at a time per string.
 */
#ifndef CHIMAERA_STRING_H
#define CHIMAERA_STRING_H

#include "chimaera/types.h"

#include <stdarg.h>
#include <string.h>

/* Bytes that need no memory outside the task, the final \0 included. */
#define CHI_BYTES_INLINE 24u

/* No place: what a search returns that found nothing. */
#define CHI_NOT_FOUND SIZE_MAX

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

/*
 * A bounded look at bytes. Valid until the string changes or its task is freed. `size` is read once
 * and checked, so the view stays in bounds whatever another process writes meanwhile.
 */
struct chi_view {
    const char *data; /* never NULL; data[size] is '\0' unless another process overwrote it */
    size_t size;
};

CHI_BEGIN_DECLS

/* ---- bytes: what strings and vectors are made of */

CHI_API struct chi_view chi_bytes_view(const struct chi_bytes *bytes);

/* Replaces the content. `data` may be NULL: zeros then. */
CHI_API int chi_bytes_assign(struct chi_bytes *bytes, const void *data, size_t size);

/* Adds at the end. `data` may be NULL: zeros then. */
CHI_API int chi_bytes_append(struct chi_bytes *bytes, const void *data, size_t size);

/* Replaces `removed` bytes from `at` on by `size` bytes of `data` (NULL: zeros). -ERANGE. */
CHI_API int chi_bytes_splice(struct chi_bytes *bytes, size_t at, size_t removed, const void *data,
                             size_t size);

/* Overwrites `size` bytes from `at` on, all of them within the content. -ERANGE. */
CHI_API int chi_bytes_write(struct chi_bytes *bytes, size_t at, const void *data, size_t size);

/* Changes the size; new bytes are zero. */
CHI_API int chi_bytes_resize(struct chi_bytes *bytes, size_t size);

/* Makes room for `size` bytes, so that adding up to there cannot fail. */
CHI_API int chi_bytes_reserve(struct chi_bytes *bytes, size_t size);

/* Where the content can be written in place, `size` bytes of it. NULL where it is a lent output. */
CHI_API void *chi_bytes_data(struct chi_bytes *bytes);

/* Frees what it holds and leaves it empty. */
CHI_API void chi_bytes_fini(struct chi_bytes *bytes);

/* Exchanges the contents. */
static inline void chi_bytes_swap(struct chi_bytes *a, struct chi_bytes *b)
{
    struct chi_bytes kept = *a;
    *a = *b;
    *b = kept;
}

/* Frees what `to` holds, gives it what `from` has, and leaves `from` empty. */
static inline void chi_bytes_move(struct chi_bytes *to, struct chi_bytes *from)
{
    if (to == from)
        return;
    chi_bytes_fini(to);
    *to = *from;
    memset(from, 0, sizeof(*from));
}

/* `size` bytes from `at` on, to read; NULL where they are not all within the content. */
static inline const void *chi_bytes_at(const struct chi_bytes *bytes, size_t at, size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    return at <= view.size && size <= view.size - at ? view.data + at : NULL;
}

/* `count` elements of `size` bytes in bytes; SIZE_MAX, which is refused, where that is too much. */
static inline size_t chi_bytes_scale(size_t count, size_t size)
{
    return count > SIZE_MAX / size ? SIZE_MAX : count * size;
}

/* ---- views */

/* A view of a C string; NULL is empty. */
static inline struct chi_view chi_view_of(const char *text)
{
    struct chi_view view = {text ? text : "", text ? strlen(text) : 0};
    return view;
}

/* At most `size` bytes from `at` on; what lies outside is left out. */
CHI_API struct chi_view chi_view_slice(struct chi_view view, size_t at, size_t size);

/* Below 0, 0 or above 0, by bytes, the shorter first. */
CHI_API int chi_view_compare(struct chi_view a, struct chi_view b);

/* Where `wanted` first begins at or after `from`; CHI_NOT_FOUND. An empty one is at `from`. */
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

/* A copy for free(), ended by \0; NULL where memory ran out. */
CHI_API char *chi_view_dup(struct chi_view view);

/*
 * Copies the bytes and a \0 into `out` of `out_size` bytes. 0; -ENOBUFS where they do not fit, with
 * as many as do.
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

/* The byte at `at` as 0 to 255; -ERANGE. */
CHI_API int chi_string_at(const struct chi_string *string, size_t at);

/* Whether the content is that C string. */
CHI_API bool chi_string_equal(const struct chi_string *string, const char *text);

/* Below 0, 0 or above 0, by bytes, the shorter first. */
static inline int chi_string_compare(const struct chi_string *a, const struct chi_string *b)
{
    return chi_view_compare(chi_string_view(a), chi_string_view(b));
}

/* Where the C string first begins at or after `from`; CHI_NOT_FOUND. */
static inline size_t chi_string_find(const struct chi_string *string, const char *text, size_t from)
{
    return chi_view_find(chi_string_view(string), chi_view_of(text), from);
}

/* A copy for free(), ended by \0; NULL where memory ran out. */
static inline char *chi_string_dup(const struct chi_string *string)
{
    return chi_view_dup(chi_string_view(string));
}

/* Copies the content and a \0 into `out` of `out_size` bytes. 0; -ENOBUFS with as many as fit. */
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

/* Replaces the content by a C string; NULL makes it empty. */
static inline int chi_string_set(struct chi_string *string, const char *text)
{
    struct chi_view view = chi_view_of(text);
    return chi_bytes_assign(&string->bytes, view.data, view.size);
}

/* Replaces the content by that of another. */
static inline int chi_string_copy(struct chi_string *to, const struct chi_string *from)
{
    struct chi_view view = chi_string_view(from);
    return chi_bytes_assign(&to->bytes, view.data, view.size);
}

/* Replaces the content by what printf() would print. Also -EINVAL: the format cannot be printed. */
CHI_API int chi_string_format(struct chi_string *string, const char *format, ...) CHI_PRINTF(2, 3);

static inline int chi_string_append(struct chi_string *string, const void *data, size_t size)
{
    return chi_bytes_append(&string->bytes, data, size);
}

/* Adds a C string at the end. */
static inline int chi_string_append_text(struct chi_string *string, const char *text)
{
    struct chi_view view = chi_view_of(text);
    return chi_bytes_append(&string->bytes, view.data, view.size);
}

/* Adds what printf() would print. */
CHI_API int chi_string_append_format(struct chi_string *string, const char *format, ...)
    CHI_PRINTF(2, 3);

/* Overwrites the byte at `at`. */
static inline int chi_string_set_at(struct chi_string *string, size_t at, char byte)
{
    return chi_bytes_write(&string->bytes, at, &byte, 1);
}

/* Adds a byte at the end. */
static inline int chi_string_push(struct chi_string *string, char byte)
{
    return chi_bytes_append(&string->bytes, &byte, 1);
}

/* Takes the last byte away and returns it as 0 to 255; -ENODATA where there is none. */
CHI_API int chi_string_pop(struct chi_string *string);

/* Puts `size` bytes before the byte at `at`, or at the end. */
static inline int chi_string_insert(struct chi_string *string, size_t at, const void *data,
                                    size_t size)
{
    return chi_bytes_splice(&string->bytes, at, 0, data, size);
}

/* Takes `size` bytes from `at` on away. */
static inline int chi_string_erase(struct chi_string *string, size_t at, size_t size)
{
    return chi_bytes_splice(&string->bytes, at, size, NULL, 0);
}

/* Changes the size; new bytes are zero. */
static inline int chi_string_resize(struct chi_string *string, size_t size)
{
    return chi_bytes_resize(&string->bytes, size);
}

/* Makes room, so that adding up to `size` bytes cannot fail. */
static inline int chi_string_reserve(struct chi_string *string, size_t size)
{
    return chi_bytes_reserve(&string->bytes, size);
}

/* Makes it empty and keeps its memory for what comes next. Cannot fail. */
static inline void chi_string_clear(struct chi_string *string)
{
    (void)chi_bytes_resize(&string->bytes, 0);
}

/* Exchanges the contents. */
static inline void chi_string_swap(struct chi_string *a, struct chi_string *b)
{
    chi_bytes_swap(&a->bytes, &b->bytes);
}

/* Gives `to` what `from` has, and leaves `from` empty. */
static inline void chi_string_move(struct chi_string *to, struct chi_string *from)
{
    chi_bytes_move(&to->bytes, &from->bytes);
}

/* Frees what it holds and leaves it empty. */
static inline void chi_string_fini(struct chi_string *string)
{
    chi_bytes_fini(&string->bytes);
}

CHI_END_DECLS

#endif
