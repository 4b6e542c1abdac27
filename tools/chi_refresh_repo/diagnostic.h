/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors with their place. All that can be found in one run are reported, then the run fails. */
#ifndef GEN_DIAGNOSTIC_H
#define GEN_DIAGNOSTIC_H

#include "chimaera/types.h"

struct gen_place {
    const char *file;
    int line;   /* from 1 */
    int column; /* from 1 */
};

/* Prints "file:line:column: error: <what is wrong>; <what would be right>" and counts it. */
void gen_error(struct gen_place place, const char *format, ...) CHI_PRINTF(2, 3);

unsigned gen_error_count(void);

#endif
