/* SPDX-License-Identifier: BSD-3-Clause */
#include "hash.h"

#define FNV_OFFSET 0xcbf29ce484222325u
#define FNV_PRIME  0x100000001b3u

static void add_byte(uint64_t *hash, unsigned byte)
{
    *hash = (*hash ^ (byte & 0xff)) * FNV_PRIME;
}

uint64_t gen_struct_hash(const struct gen_struct *type)
{
    uint64_t hash = FNV_OFFSET;
    for (size_t i = 0; i < type->member_count; i++) {
        const struct gen_member *member = &type->members[i];
        for (const char *c = member->name; *c; c++)
            add_byte(&hash, (unsigned char)*c);
        add_byte(&hash, 0);
        add_byte(&hash, member->kind);
        add_byte(&hash, member->element_kind);
        add_byte(&hash, member->count);
        add_byte(&hash, member->count >> 8);
        add_byte(&hash, member->direction);
        for (unsigned bit = 0; member->nested && bit < 64; bit += 8)
            add_byte(&hash, (unsigned)(member->nested->hash >> bit));
    }
    return hash;
}
