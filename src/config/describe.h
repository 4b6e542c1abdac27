/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of keys as text: for messages and the reference. Any thread. */
#ifndef CHI_CONFIG_DESCRIBE_H
#define CHI_CONFIG_DESCRIBE_H

#include "config/key.h"

/* Describes the values of the key in words. Static storage. */
const char *chi_key_type_text(const struct chi_key *key);

#define CHI_KEY_BOUNDS_SIZE 64

/* Writes the bounds of the key, such as "16MB to 1TB", or "" if it has none. Returns `bounds`. */
char *chi_key_bounds(const struct chi_key *key, char bounds[CHI_KEY_BOUNDS_SIZE]);

#endif
