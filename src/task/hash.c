/* SPDX-License-Identifier: BSD-3-Clause */
/* MurmurHash3_x86_32 with seed 0. Words are read in little-endian order on every machine. */
#include "chimaera/hash.h"

static uint32_t rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static uint32_t mix(uint32_t word)
{
    return rotate(word * 0xcc9e2d51u, 15) * 0x1b873593u;
}

uint32_t chi_hash_bytes(const void *data, size_t size)
{
    const unsigned char *at = data;
    uint32_t hash = 0;

    for (size_t left = size; left >= 4; left -= 4, at += 4) {
        uint32_t word =
            at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        hash = rotate(hash ^ mix(word), 13) * 5 + 0xe6546b64u;
    }
    uint32_t tail = 0;
    for (size_t i = size % 4; i-- > 0;)
        tail = tail << 8 | at[i];
    hash ^= mix(tail); /* of 0 is 0 */
    hash ^= (uint32_t)size;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
}
