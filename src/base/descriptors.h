/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors that a process inherits. Called first in main(), before anything is opened. */
#ifndef CHI_BASE_DESCRIPTORS_H
#define CHI_BASE_DESCRIPTORS_H

#include "chimaera/types.h"

/*
 * Opens /dev/null as each standard descriptor that is closed, for the wrong direction, so that
 * using it fails as before. Otherwise the next file that is opened becomes standard error, and
 * messages go into it. Exits with status 1 if that is impossible.
 */
CHI_API void chi_descriptors_open_standard(void);

/* Closes all descriptors above the standard ones. */
CHI_API void chi_descriptors_close_others(void);

/*
 * Raises this process's soft limits of descriptors, to at most 65536, and of locked memory, as far
 * as the hard limits allow. Returns the number of descriptors that may be open now.
 */
CHI_API uint64_t chi_descriptors_raise_limits(void);

#endif
