/* SPDX-License-Identifier: BSD-3-Clause */
/* What `chimaera status` and `chimaera pools` show. Control thread. */
#ifndef CHI_RUNTIME_REPORT_H
#define CHI_RUNTIME_REPORT_H

#include <stddef.h>
#include <stdint.h>

struct chi_runtime;

enum chi_status_form {
    CHI_STATUS_TEXT = 0,
    CHI_STATUS_JSON = 1,
    CHI_POOLS_TEXT = 2,
    CHI_POOLS_JSON = 3
};

/* The status as malloc'ed text; NULL where memory is out. Control thread. */
char *chi_status_render(struct chi_runtime *runtime, uint32_t form, size_t *size);

#endif
