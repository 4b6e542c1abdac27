/* SPDX-License-Identifier: BSD-3-Clause */
/* Generated files on disk: written only when they change, or compared. */
#ifndef GEN_OUTPUT_H
#define GEN_OUTPUT_H

#include "arena.h"

enum gen_output_result { GEN_SAME, GEN_CHANGED, GEN_FAILED };

/*
 * Writes the file, its folders too where they are missing. A reader sees the old or the new
 * content, never a part. Prints why where that fails.
 */
enum gen_output_result gen_output_write(const char *path, const struct gen_text *text);

/* Compares only; prints the first line that differs. */
enum gen_output_result gen_output_check(const char *path, const struct gen_text *text);

#endif
