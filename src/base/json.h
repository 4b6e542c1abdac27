/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes one JSON text, value by value, without spaces or line breaks. The writer sets commas and
 * colons, escapes strings and asserts that values nest as JSON allows. It gives its sink some
 * hundred bytes at a time. An error of the sink is kept and ends all output; chi_json_end() returns
 * it, so calls in between need no checks. One thread at a time.
 *
 *     struct chi_json json;
 *     chi_json_init(&json, chi_json_to_file, stdout);
 *     chi_json_object_begin(&json);
 *     chi_json_member_string(&json, "name", pool->name);
 *     chi_json_member_u64(&json, "tasks", pool->tasks);
 *     chi_json_object_end(&json);
 *     rc = chi_json_end(&json);
 */
#ifndef CHI_BASE_JSON_H
#define CHI_BASE_JSON_H

#include "chimaera/types.h"

#define CHI_JSON_DEPTH_MAX 64u /* objects and arrays that may be open at a time */

/* Takes the next part of the text. 0, or a negative code that chi_json_end() returns. */
typedef int chi_json_write_fn(void *context, const char *data, size_t size);

struct chi_json {
    chi_json_write_fn *write;
    void *context;
    int error;
    unsigned depth;
    uint64_t objects;  /* bit i: the open value at depth i is an object, else an array */
    bool has_sibling;  /* a comma goes before the next value or key */
    bool has_key;      /* a key is written, and its value is to follow */
    bool has_document; /* the outermost value is begun */
    size_t used;       /* of the part that the sink has not been given yet */
    char part[512];
};

CHI_API void chi_json_init(struct chi_json *json, chi_json_write_fn *write, void *context);

/* Asserts that one complete value is written, and passes what is left to the sink. Returns 0, or
 * the first error of the sink. */
CHI_API int chi_json_end(struct chi_json *json);

CHI_API void chi_json_object_begin(struct chi_json *json);
CHI_API void chi_json_object_end(struct chi_json *json);
CHI_API void chi_json_array_begin(struct chi_json *json);
CHI_API void chi_json_array_end(struct chi_json *json);

/* In an object, before each value. */
CHI_API void chi_json_key(struct chi_json *json, const char *key);

/*
 * UTF-8. Quotes, backslashes and control characters are escaped; each byte that belongs to no valid
 * character is written as U+FFFD.
 */
CHI_API void chi_json_string(struct chi_json *json, const char *text);
CHI_API void chi_json_string_n(struct chi_json *json, const char *text, size_t size);

CHI_API void chi_json_u64(struct chi_json *json, uint64_t value);
CHI_API void chi_json_i64(struct chi_json *json, int64_t value);
CHI_API void chi_json_bool(struct chi_json *json, bool value);
CHI_API void chi_json_null(struct chi_json *json);

/* With up to `digits` significant digits, 1 to 17; null where the value is infinite or no number.
 * A point whatever the locale. */
CHI_API void chi_json_double(struct chi_json *json, double value, int digits);

/* A key and its value. */
CHI_API void chi_json_member_string(struct chi_json *json, const char *key, const char *text);
CHI_API void chi_json_member_u64(struct chi_json *json, const char *key, uint64_t value);
CHI_API void chi_json_member_i64(struct chi_json *json, const char *key, int64_t value);
CHI_API void chi_json_member_double(struct chi_json *json, const char *key, double value,
                                    int digits);

/* Sinks. `context` is a FILE *, as open_memstream() and fopen() return it. 0 or -errno. */
CHI_API int chi_json_to_file(void *file, const char *data, size_t size);

/* `context` is this, zeroed before. The text ends in a \0 that `size` does not count; the caller
 * frees `data`, after an error too. 0 or -ENOMEM. */
struct chi_json_buffer {
    char *data;
    size_t size;
    size_t capacity;
};

CHI_API int chi_json_to_buffer(void *buffer, const char *data, size_t size);

#endif
