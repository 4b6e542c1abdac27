/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Vectors of plain values as members of tasks: `CHI_VECTOR(uint64_t) offsets;`. The storage rules
 * are those of strings (chimaera/string.h).
 */
#ifndef CHIMAERA_VECTOR_H
#define CHIMAERA_VECTOR_H

#include "chimaera/string.h"

/* `type_` only carries the element type; it is never read. */
#define CHI_VECTOR(T)                                                                              \
    union {                                                                                        \
        struct chi_bytes bytes;                                                                    \
        T *type_;                                                                                  \
    }

#define CHI_VECTOR_ELEMENT_SIZE(v) sizeof(*(v)->type_)

/* Number of elements. */
#define chi_vector_count(v) ((size_t)(v)->bytes.size / CHI_VECTOR_ELEMENT_SIZE(v))

/* The elements, to read: `const T *`. chi_vector_count() of them; never NULL. */
#define chi_vector_items(v)                                                                        \
    ((const __typeof__(*(v)->type_) *)(const void *)chi_bytes_view(&(v)->bytes).data)

/* The elements, to write in place: `T *`; NULL where the vector is a lent output. */
#define chi_vector_data(v) ((__typeof__((v)->type_))chi_bytes_data(&(v)->bytes))

/* Adds `count` elements from `items`. 0, -ENOMEM, -EMSGSIZE; unchanged on failure. */
#define chi_vector_append(v, items, count)                                                         \
    chi_bytes_append(&(v)->bytes, (items), (size_t)(count)*CHI_VECTOR_ELEMENT_SIZE(v))

/* Replaces the content by `count` elements. 0, -ENOMEM, -EMSGSIZE. */
#define chi_vector_assign(v, items, count)                                                         \
    chi_bytes_assign(&(v)->bytes, (items), (size_t)(count)*CHI_VECTOR_ELEMENT_SIZE(v))

/* Changes the number of elements; new ones are zero. 0, -ENOMEM, -EMSGSIZE. */
#define chi_vector_resize(v, count)                                                                \
    chi_bytes_resize(&(v)->bytes, (size_t)(count)*CHI_VECTOR_ELEMENT_SIZE(v))

#define chi_vector_fini(v) chi_bytes_fini(&(v)->bytes)

#endif
