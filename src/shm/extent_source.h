/* SPDX-License-Identifier: BSD-3-Clause */
/* The source that an arena gets its units from. */
#ifndef CHI_SHM_EXTENT_SOURCE_H
#define CHI_SHM_EXTENT_SOURCE_H

#include <stdint.h>

/*
 * Where units come from: the control socket in a client, the table of extents in the daemon. Called
 * with the arena's mutex held; must not call the arena.
 */
struct chi_extent_source {
    /* 0, -ENOMEM, or another negative code, which is passed on. */
    int (*grant)(void *ctx, uint32_t units, uint32_t *first_unit);
    /* Any run of granted units, not just a whole grant. */
    void (*release)(void *ctx, uint32_t first_unit, uint32_t units);
    void *ctx;
};

#endif
