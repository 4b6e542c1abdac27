/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vectors of plain values as members of tasks: `CHI_VECTOR(uint64_t) offsets;`. Storage and codes
 * are those of strings (chimaera/string.h): functions that change a vector return 0 or a negative
 * code, and leave the vector unchanged on failure. `v` is a pointer to a vector and is evaluated
 * more than once. Nothing here parks.
 */
#ifndef CHIMAERA_VECTOR_H
#define CHIMAERA_VECTOR_H

#include "chimaera/string.h"

#include <errno.h>

/* `type_` only carries the element type; it is never accessed. */
#define CHI_VECTOR(T)                                                                              \
    union {                                                                                        \
        struct chi_bytes bytes;                                                                    \
        T *type_;                                                                                  \
    }

#define CHI_VECTOR_ELEMENT_SIZE(v) sizeof(*(v)->type_)

/* Returns the number of elements. */
#define chi_vector_count(v) (chi_bytes_view(&(v)->bytes).size / CHI_VECTOR_ELEMENT_SIZE(v))

#define chi_vector_is_empty(v) (chi_vector_count(v) == 0)

/* Returns the chi_vector_count() elements for reading: `const T *`, never NULL. */
#define chi_vector_items(v)                                                                        \
    ((const __typeof__(*(v)->type_) *)(const void *)chi_bytes_view(&(v)->bytes).data)

/*
 * Returns the elements for reading, and their number in `*count`. Both come from one read, so they
 * match even if another process changes the vector.
 */
#define chi_vector_span(v, count)                                                                  \
    ((const __typeof__(*(v)->type_) *)chi_vector_span_(&(v)->bytes, CHI_VECTOR_ELEMENT_SIZE(v),    \
                                                       (count)))

/* Returns the elements for writing in place: `T *`, or NULL if the vector is a lent output. */
#define chi_vector_data(v) ((__typeof__((v)->type_))chi_bytes_data(&(v)->bytes))

/* Returns the element at `index` for reading: `const T *`, or NULL if it does not exist. */
#define chi_vector_at(v, index)                                                                    \
    ((const __typeof__(*(v)->type_) *)chi_bytes_at(                                                \
        &(v)->bytes, chi_bytes_scale((index), CHI_VECTOR_ELEMENT_SIZE(v)),                         \
        CHI_VECTOR_ELEMENT_SIZE(v)))

/* Copies the element at `index` to `*item`. Returns 0, or -ERANGE if it does not exist. */
#define chi_vector_get(v, index, item)                                                             \
    chi_vector_get_(&(v)->bytes, (index), CHI_VECTOR_ITEM_(v, item), CHI_VECTOR_ELEMENT_SIZE(v))

/* Overwrites the element at `index` with `*item`. Returns 0, or -ERANGE if it does not exist. */
#define chi_vector_set(v, index, item)                                                             \
    chi_bytes_write(&(v)->bytes, chi_bytes_scale((index), CHI_VECTOR_ELEMENT_SIZE(v)),             \
                    CHI_VECTOR_CONST_(v, item), CHI_VECTOR_ELEMENT_SIZE(v))

/* Appends `*item`. */
#define chi_vector_push(v, item)                                                                   \
    chi_bytes_append(&(v)->bytes, CHI_VECTOR_CONST_(v, item), CHI_VECTOR_ELEMENT_SIZE(v))

/*
 * Removes the last element and copies it to `*item`. Returns 0, or -ENODATA if the vector is empty.
 */
#define chi_vector_pop(v, item)                                                                    \
    chi_vector_pop_(&(v)->bytes, CHI_VECTOR_ITEM_(v, item), CHI_VECTOR_ELEMENT_SIZE(v))

/* Appends `count` elements of `items`. NULL: zeroed elements. */
#define chi_vector_append(v, items, count)                                                         \
    chi_bytes_append(&(v)->bytes, CHI_VECTOR_CONST_(v, items),                                     \
                     chi_bytes_scale((count), CHI_VECTOR_ELEMENT_SIZE(v)))

/* Replaces the content by `count` elements of `items`. NULL: zeroed elements. */
#define chi_vector_assign(v, items, count)                                                         \
    chi_bytes_assign(&(v)->bytes, CHI_VECTOR_CONST_(v, items),                                     \
                     chi_bytes_scale((count), CHI_VECTOR_ELEMENT_SIZE(v)))

/*
 * Inserts `count` elements before the element at `index`, or at the end. Returns 0, or -ERANGE if
 * `index` is beyond the end.
 */
#define chi_vector_insert(v, index, items, count)                                                  \
    chi_bytes_splice(&(v)->bytes, chi_bytes_scale((index), CHI_VECTOR_ELEMENT_SIZE(v)), 0,         \
                     CHI_VECTOR_CONST_(v, items),                                                  \
                     chi_bytes_scale((count), CHI_VECTOR_ELEMENT_SIZE(v)))

/* Removes `count` elements at `index`. Returns 0, or -ERANGE if they do not all exist. */
#define chi_vector_erase(v, index, count)                                                          \
    chi_bytes_splice(&(v)->bytes, chi_bytes_scale((index), CHI_VECTOR_ELEMENT_SIZE(v)),            \
                     chi_bytes_scale((count), CHI_VECTOR_ELEMENT_SIZE(v)), NULL, 0)

/* Copies at most `count` elements into the array `items`. Returns the number of copied elements. */
#define chi_vector_copy_to(v, items, count)                                                        \
    chi_vector_copy_to_(&(v)->bytes, CHI_VECTOR_ITEM_(v, items), (count),                          \
                        CHI_VECTOR_ELEMENT_SIZE(v))

/* Returns whether both hold the same bytes, including padding within elements. */
#define chi_vector_equal(a, b)                                                                     \
    chi_view_equal(chi_bytes_view(&(a)->bytes), chi_bytes_view(&(b)->bytes))

/* Changes the number of elements; new elements are zero. */
#define chi_vector_resize(v, count)                                                                \
    chi_bytes_resize(&(v)->bytes, chi_bytes_scale((count), CHI_VECTOR_ELEMENT_SIZE(v)))

/* Allocates memory, so that the vector can grow to `count` elements without failure. */
#define chi_vector_reserve(v, count)                                                               \
    chi_bytes_reserve(&(v)->bytes, chi_bytes_scale((count), CHI_VECTOR_ELEMENT_SIZE(v)))

/* Empties the vector and keeps its memory for reuse. Cannot fail. */
#define chi_vector_clear(v) ((void)chi_bytes_resize(&(v)->bytes, 0))

/* Exchanges the contents of two vectors of one type. */
#define chi_vector_swap(a, b) (CHI_VECTOR_SAME_(a, b), chi_bytes_swap(&(a)->bytes, &(b)->bytes))

/* Frees the content of `to`, moves the content of `from` there, and leaves `from` empty. */
#define chi_vector_move(to, from)                                                                  \
    (CHI_VECTOR_SAME_(to, from), chi_bytes_move(&(to)->bytes, &(from)->bytes))

/* Frees the memory and leaves the vector empty. */
#define chi_vector_fini(v) chi_bytes_fini(&(v)->bytes)

/* Type checks: the compiler rejects a pointer that is not of the vector's type. */
#define CHI_VECTOR_ITEM_(v, item)  (1 ? (item) : (v)->type_)
#define CHI_VECTOR_CONST_(v, item) (1 ? (item) : (const __typeof__(*(v)->type_) *)NULL)
#define CHI_VECTOR_SAME_(a, b)     ((void)sizeof((a)->type_ == (b)->type_))

CHI_BEGIN_DECLS

static inline const void *chi_vector_span_(const struct chi_bytes *bytes, size_t element_size,
                                           size_t *count)
{
    struct chi_view view = chi_bytes_view(bytes);
    *count = view.size / element_size;
    return view.data;
}

static inline int chi_vector_get_(const struct chi_bytes *bytes, size_t index, void *item,
                                  size_t size)
{
    const void *found = chi_bytes_at(bytes, chi_bytes_scale(index, size), size);
    if (found == NULL)
        return -ERANGE;
    memcpy(item, found, size);
    return 0;
}

static inline int chi_vector_pop_(struct chi_bytes *bytes, void *item, size_t size)
{
    size_t count = chi_bytes_view(bytes).size / size;
    if (count == 0)
        return -ENODATA;
    int rc = chi_vector_get_(bytes, count - 1, item, size);
    return rc ? rc : chi_bytes_resize(bytes, (count - 1) * size);
}

static inline size_t chi_vector_copy_to_(const struct chi_bytes *bytes, void *items, size_t count,
                                         size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    size_t there = view.size / size;
    size_t copied = there < count ? there : count;
    if (copied)
        memcpy(items, view.data, copied * size);
    return copied;
}

CHI_END_DECLS

#endif
