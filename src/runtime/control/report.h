/* SPDX-License-Identifier: BSD-3-Clause */
/* The output of `chimaera status` and `chimaera pools`. Called by control.c on the control thread.
 */
#ifndef CHI_RUNTIME_CONTROL_REPORT_H
#define CHI_RUNTIME_CONTROL_REPORT_H

#include <stddef.h>
#include <stdint.h>

struct chi_runtime;

enum chi_status_form {
    CHI_STATUS_TEXT = 0,
    CHI_STATUS_JSON = 1,
    CHI_POOLS_TEXT = 2,
    CHI_POOLS_JSON = 3,
    CHI_STATUS_LANES = 8 /* with one of the JSON forms: queues and lanes, too */
};

/*
 * Returns the status, or the list of pools, from malloc(). NULL: out of memory.
 *   form   enum chi_status_form; other values: CHI_STATUS_TEXT
 *   size   set to its length in bytes
 */
char *chi_status_render(struct chi_runtime *runtime, uint32_t form, size_t *size);

#endif
