/* SPDX-License-Identifier: BSD-3-Clause */
/* Names and numbers as yaml files spell them, and what becomes of them in C. */
#ifndef GEN_NAMES_H
#define GEN_NAMES_H

#include "chimaera/types.h"

/* [A-Za-z_][A-Za-z0-9_]* */
bool gen_name_is_identifier(const char *name);

/* Whether names that begin so are libchimaera's: chi, in any case. */
bool gen_name_is_core(const char *name);

/* Whether a member of that name would not compile in C and C++. */
bool gen_name_is_taken(const char *name);

/* k and PascalCase: kPutValue. */
bool gen_name_is_method(const char *name);

/* kPutValue -> put_value, kHTTPGet -> http_get. */
char *gen_name_snake(const char *method);

char *gen_name_upper(const char *name);
char *gen_name_lower(const char *name);

/* 1.0.0, perhaps with -suffix or +suffix. */
bool gen_name_is_version(const char *text);

/* A decimal integer with an optional minus, within 32 bits. */
bool gen_number_parse(const char *text, int32_t *number);

/* An integer literal of C: decimal, hexadecimal, octal or binary, with suffixes. */
bool gen_literal_parse(const char *text, uint64_t *number);

#endif
