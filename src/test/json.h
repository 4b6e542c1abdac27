/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers out of JSON texts such as a runtime's status. A path names members, separated by points;
 * a member that is a list may be followed by [key=value], for the elements whose string `key` has
 * that value, or by [n], for its nth element: "memory.main.granted",
 * "pools[name=p].queues[0].waiting". Test thread only.
 */
#ifndef CHI_TEST_JSON_H
#define CHI_TEST_JSON_H

#include "chimaera/types.h"

struct json_t; /* of jansson */

/* A text to ask several times; NULL where it is no JSON. Freed by json_decref(). */
struct json_t *chi_test_json_read(const char *json);

/* As below; `root` may be NULL. */
double chi_test_json_number_in(const struct json_t *root, const char *path);
double chi_test_json_sum_in(const struct json_t *root, const char *path, const char *key,
                            uint64_t *count);

/* The number at `path`, by the first element that each [key=value] selects. -1 where the text is no
 * JSON or has no such number. */
CHI_API double chi_test_json_number(const char *json, const char *path);

/* The sum of the numbers `key` of the objects that `path` selects from a list, and in `*count` how
 * many objects these are. 0 and 0 where there is no such list. */
CHI_API double chi_test_json_sum(const char *json, const char *path, const char *key,
                                 uint64_t *count);

/* How many elements of a list `path` selects. */
CHI_API uint64_t chi_test_json_count(const char *json, const char *path);

#endif
