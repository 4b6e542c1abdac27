/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash of keys: callers and modules that use it agree on which container or lane a key is in.
 */
#ifndef CHIMAERA_HASH_H
#define CHIMAERA_HASH_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * MurmurHash3, 32 bits, seed 0, of `size` bytes: the same on every machine and in every version.
 * For chi_pool_query_direct_hash(), chi_container_lane_by_hash() and their like. Keys that somebody
 * chooses on purpose can all be made to collide. `data` may be NULL where `size` is 0.
 */
CHI_API uint32_t chi_hash_bytes(const void *data, size_t size);

CHI_END_DECLS

#endif
