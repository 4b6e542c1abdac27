/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static void flush(struct chi_json *json)
{
    if (json->error == 0 && json->used > 0)
        json->error = json->write(json->context, json->part, json->used);
    json->used = 0;
}

static void put(struct chi_json *json, const char *data, size_t size)
{
    while (size > 0) {
        size_t room = sizeof(json->part) - json->used;
        size_t now = size < room ? size : room;
        memcpy(json->part + json->used, data, now);
        json->used += now;
        data += now;
        size -= now;
        if (size > 0)
            flush(json);
    }
}

static void put_char(struct chi_json *json, char c)
{
    put(json, &c, 1);
}

static bool in_object(const struct chi_json *json)
{
    return json->depth > 0 && (json->objects >> (json->depth - 1) & 1) != 0;
}

/* What goes before a value: a comma, unless a key was written for it. */
static void begin_value(struct chi_json *json)
{
    CHI_ASSERT(json->has_key == in_object(json), "a value in an object follows a key");
    CHI_ASSERT(json->depth > 0 || !json->has_document, "a JSON text is one value");
    if (json->has_sibling && !json->has_key)
        put_char(json, ',');
    json->has_key = false;
    json->has_sibling = true;
    json->has_document = true;
}

static void open_value(struct chi_json *json, bool object)
{
    begin_value(json);
    CHI_ASSERT(json->depth < CHI_JSON_DEPTH_MAX, "JSON nested deeper than %u", CHI_JSON_DEPTH_MAX);
    uint64_t bit = UINT64_C(1) << json->depth;
    json->objects = object ? json->objects | bit : json->objects & ~bit;
    json->depth++;
    json->has_sibling = false;
    put_char(json, object ? '{' : '[');
}

static void close_value(struct chi_json *json, bool object)
{
    CHI_ASSERT(json->depth > 0 && in_object(json) == object, "no such JSON value is open");
    CHI_ASSERT(!json->has_key, "a key has no value");
    json->depth--;
    json->has_sibling = true;
    put_char(json, object ? '}' : ']');
}

void chi_json_init(struct chi_json *json, chi_json_write_fn *write, void *context)
{
    memset(json, 0, offsetof(struct chi_json, part));
    json->write = write;
    json->context = context;
}

int chi_json_end(struct chi_json *json)
{
    CHI_ASSERT(json->depth == 0 && json->has_document, "%u JSON values are still open",
               json->depth);
    flush(json);
    return json->error;
}

void chi_json_object_begin(struct chi_json *json)
{
    open_value(json, true);
}

void chi_json_object_end(struct chi_json *json)
{
    close_value(json, true);
}

void chi_json_array_begin(struct chi_json *json)
{
    open_value(json, false);
}

void chi_json_array_end(struct chi_json *json)
{
    close_value(json, false);
}

/* The size of the valid UTF-8 character at `text`; 0 where there is none. */
static size_t character_size(const unsigned char *text, size_t size)
{
    /* By the first byte: size, and the range of the second byte. The others are 0x80 to 0xbf. */
    static const struct {
        unsigned char first, last, size, low, high;
    } rows[] = {
        {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
        {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
        {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
    };
    size_t row = 0;
    while (row < sizeof(rows) / sizeof(*rows) &&
           (text[0] < rows[row].first || text[0] > rows[row].last))
        row++;
    if (row == sizeof(rows) / sizeof(*rows) || rows[row].size > size)
        return 0;
    if (rows[row].size > 1 && (text[1] < rows[row].low || text[1] > rows[row].high))
        return 0;
    for (size_t i = 2; i < rows[row].size; i++)
        if (text[i] < 0x80 || text[i] > 0xbf)
            return 0;
    return rows[row].size;
}

static void put_escaped(struct chi_json *json, unsigned char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
        if ((unsigned char)shorts[i] == c) {
            put(json, (const char[]){'\\', shorts[i + 1]}, 2);
            return;
        }
    }
    char text[8];
    snprintf(text, sizeof(text), "\\u%04x", c);
    put(json, text, 6);
}

static void put_string(struct chi_json *json, const char *text, size_t size)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    const unsigned char *bytes = (const unsigned char *)text;
    size_t plain = 0; /* from here to `at` all is written as it is */
    size_t at = 0;

    put_char(json, '"');
    while (at < size) {
        size_t width = character_size(bytes + at, size - at);
        if (width > 1 || (width == 1 && bytes[at] >= 0x20 && bytes[at] != '"' &&
                          bytes[at] != '\\' && bytes[at] != 0x7f)) {
            at += width;
            continue;
        }
        put(json, text + plain, at - plain);
        if (width == 0)
            put(json, replacement, sizeof(replacement) - 1);
        else
            put_escaped(json, bytes[at]);
        plain = ++at;
    }
    put(json, text + plain, at - plain);
    put_char(json, '"');
}

void chi_json_key(struct chi_json *json, const char *key)
{
    CHI_ASSERT(in_object(json) && !json->has_key, "the key %s is not in an object", key);
    if (json->has_sibling)
        put_char(json, ',');
    put_string(json, key, strlen(key));
    put_char(json, ':');
    json->has_key = true;
}

void chi_json_string_n(struct chi_json *json, const char *text, size_t size)
{
    begin_value(json);
    put_string(json, text, size);
}

void chi_json_string(struct chi_json *json, const char *text)
{
    chi_json_string_n(json, text, strlen(text));
}

static void put_value(struct chi_json *json, const char *text)
{
    begin_value(json);
    put(json, text, strlen(text));
}

static void put_number(struct chi_json *json, uint64_t value, bool negative)
{
    char text[24];
    size_t at = sizeof(text);
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    if (negative)
        text[--at] = '-';
    begin_value(json);
    put(json, text + at, sizeof(text) - at);
}

void chi_json_u64(struct chi_json *json, uint64_t value)
{
    put_number(json, value, false);
}

void chi_json_i64(struct chi_json *json, int64_t value)
{
    put_number(json, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

void chi_json_bool(struct chi_json *json, bool value)
{
    put_value(json, value ? "true" : "false");
}

void chi_json_null(struct chi_json *json)
{
    put_value(json, "null");
}

void chi_json_double(struct chi_json *json, double value, int digits)
{
    char text[32];

    CHI_ASSERT(digits >= 1 && digits <= 17, "a double has 1 to 17 digits, not %d", digits);
    if (!isfinite(value)) {
        chi_json_null(json);
        return;
    }
    snprintf(text, sizeof(text), "%.*g", digits, value);
    /* The one character that is none of these is the locale's point. It may have several bytes. */
    size_t before = strspn(text, "-0123456789e");
    size_t point = strcspn(text + before, "-+0123456789e");
    if (point > 0 && text[before] != '+') {
        text[before] = '.';
        memmove(text + before + 1, text + before + point, strlen(text + before + point) + 1);
    }
    put_value(json, text);
}

void chi_json_member_string(struct chi_json *json, const char *key, const char *text)
{
    chi_json_key(json, key);
    chi_json_string(json, text);
}

void chi_json_member_u64(struct chi_json *json, const char *key, uint64_t value)
{
    chi_json_key(json, key);
    chi_json_u64(json, value);
}

void chi_json_member_i64(struct chi_json *json, const char *key, int64_t value)
{
    chi_json_key(json, key);
    chi_json_i64(json, value);
}

void chi_json_member_double(struct chi_json *json, const char *key, double value, int digits)
{
    chi_json_key(json, key);
    chi_json_double(json, value, digits);
}

int chi_json_to_file(void *file, const char *data, size_t size)
{
    errno = 0;
    if (fwrite(data, 1, size, file) == size)
        return 0;
    return errno > 0 ? -errno : -EIO;
}

int chi_json_to_buffer(void *argument, const char *data, size_t size)
{
    struct chi_json_buffer *buffer = argument;
    size_t needed;

    if (__builtin_add_overflow(buffer->size, size + 1, &needed))
        return -ENOMEM;
    if (needed > buffer->capacity) {
        size_t capacity = needed < 512 ? 1024 : needed * 2;
        char *more = capacity > needed ? realloc(buffer->data, capacity) : NULL;
        if (more == NULL)
            return -ENOMEM;
        buffer->data = more;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
    return 0;
}
