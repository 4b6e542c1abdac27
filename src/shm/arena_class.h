/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes of an arena's blocks: the classes, and the units that blocks are carved from. */
#ifndef CHI_SHM_ARENA_CLASS_H
#define CHI_SHM_ARENA_CLASS_H

#include <stddef.h>
#include <stdint.h>

#define CHI_ARENA_ALIGN       64u    /* bytes; also the granule of tags */
#define CHI_ARENA_UNIT        65536u /* bytes; what the source deals in */
#define CHI_ARENA_CLASS_MAX   32768u
#define CHI_ARENA_CLASS_COUNT 32u

/* The class of a size from 1 to CHI_ARENA_CLASS_MAX: up to 512 by 64, then four to a doubling. */
static inline unsigned chi_arena_class_of(size_t size)
{
    size_t last = size - 1;
    unsigned bit;

    if (last < 512)
        return (unsigned)(last / 64);
    bit = 63u - (unsigned)__builtin_clzll(last);
    return 8 + (bit - 9) * 4 + (unsigned)(last >> (bit - 2) & 3);
}

static inline uint32_t chi_arena_class_size(unsigned class_index)
{
    uint32_t base;

    if (class_index < 8)
        return (class_index + 1) * 64;
    base = 512u << (class_index - 8) / 4;
    return base + ((class_index & 3) + 1) * (base / 4);
}

#endif
