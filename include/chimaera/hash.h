/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash of keys. Callers and modules that use it agree on the container or lane of a key. */
#ifndef CHIMAERA_HASH_H
#define CHIMAERA_HASH_H

#include "chimaera/types.h"

CHI_BEGIN_DECLS

/*
 * Returns the 32-bit MurmurHash3 with seed 0 of `size` bytes: the same on every machine and in
 * every version. For chi_pool_query_direct_hash(), chi_container_lane_by_hash() and similar. Not
 * resistant to keys that are chosen to collide. `data` may be NULL if `size` is 0. Any thread;
 * never parks.
 */
CHI_API uint32_t chi_hash_bytes(const void *data, size_t size);

CHI_END_DECLS

#endif
