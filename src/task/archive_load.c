/* SPDX-License-Identifier: BSD-3-Clause */
/* Archives are not trusted: each length is checked against what is left to read. */
#include "task/archive_load.h"

#include <string.h>

#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "task/schema.h"

struct reader {
    enum chi_archive_kind kind;
    size_t room;      /* bytes of empty buffers that may still be made */
    const char *name; /* of the schema */
    const char *at;
    size_t left;
    size_t size;
};

static int truncated(const struct reader *reader, const char *member)
{
    return chi_error(CHI_EARCHIVE, "archive of %s: %s is cut off at byte %zu of %zu", reader->name,
                     member, reader->size - reader->left, reader->size);
}

/* Whether `count` elements of `width` bytes are left; `at` moves over them and `from` gets them. */
static bool take(struct reader *reader, size_t width, size_t count, const char **from)
{
    if (count > reader->left / width)
        return false;
    *from = reader->at;
    reader->at += width * count;
    reader->left -= width * count;
    return true;
}

static bool get(struct reader *reader, void *to, size_t width, size_t count)
{
    const char *from;
    if (!take(reader, width, count, &from))
        return false;
    chi_archive_copy_numbers(to, from, width, count);
    return true;
}

static int load_members(struct reader *reader, const struct chi_schema *schema, void *object,
                        unsigned directions);

static int load_string(struct reader *reader, const struct chi_member *member,
                       struct chi_bytes *bytes)
{
    uint32_t size;
    const char *from;
    if (!get(reader, &size, sizeof size, 1) || !take(reader, 1, size, &from))
        return truncated(reader, member->name);
    return chi_bytes_assign(bytes, from, size);
}

static int load_vector(struct reader *reader, const struct chi_member *member,
                       struct chi_bytes *bytes)
{
    struct chi_scalar scalar = chi_member_scalar(member->element_kind);
    size_t encoded = (size_t)scalar.width * scalar.count;
    if (!scalar.width)
        encoded = member->nested ? chi_schema_plain_size(member->nested) : 0;
    if (encoded == 0)
        return chi_error(CHI_ESCHEMA, "vector %s: its elements are not plain values", member->name);

    uint32_t count;
    if (!get(reader, &count, sizeof count, 1) || count > reader->left / encoded)
        return truncated(reader, member->name);
    int rc = chi_bytes_resize(bytes, (size_t)count * member->element_size);
    if (rc)
        return rc;
    char *items = chi_bytes_data(bytes);
    if (scalar.width) {
        get(reader, items, scalar.width, (size_t)count * scalar.count);
        return 0;
    }
    for (uint32_t i = 0; i < count && !rc; i++)
        rc = load_members(reader, member->nested, items + (size_t)i * member->element_size,
                          CHI_DIRECTION_ALL);
    return rc;
}

/* A buffer to write to: its size is a number that nothing in the archive backs. */
static int load_room(struct reader *reader, const struct chi_member *member,
                     struct chi_buffer *buffer)
{
    uint64_t size;
    if (!get(reader, &size, sizeof size, 1))
        return truncated(reader, member->name);
    if (size > reader->room)
        return chi_error(CHI_EARCHIVE, "archive of %s: its buffers to write to are over %zu bytes",
                         reader->name, CHI_ARCHIVE_ROOM_MAX);
    reader->room -= size;
    if (size == 0)
        return 0;
    int rc = chi_buffer_alloc(size, buffer);
    if (!rc)
        memset(chi_buffer_data(buffer), 0, size);
    return rc;
}

/* What a handler wrote goes where the caller has its buffer. */
static int load_into_buffer(struct reader *reader, const struct chi_member *member,
                            const struct chi_buffer *buffer)
{
    uint64_t size;
    const char *from;
    if (!get(reader, &size, sizeof size, 1) || !take(reader, 1, size, &from))
        return truncated(reader, member->name);
    if (size != buffer->size)
        return chi_error(CHI_EARCHIVE, "archive of %s: buffer %s has %llu bytes, expected %llu",
                         reader->name, member->name, (unsigned long long)size,
                         (unsigned long long)buffer->size);
    if (size == 0)
        return 0;
    char *to = chi_buffer_data(buffer);
    if (!to)
        return chi_error(CHI_EBADPTR, "buffer %s lies in no mapped memory", member->name);
    memcpy(to, from, size);
    return 0;
}

static int load_buffer(struct reader *reader, const struct chi_member *member,
                       struct chi_buffer *buffer)
{
    uint64_t size;
    const char *from;
    if (chi_archive_is_room(member, reader->kind))
        return load_room(reader, member, buffer);
    if (reader->kind == CHI_ARCHIVE_TASK_OUT)
        return load_into_buffer(reader, member, buffer);
    if (!get(reader, &size, sizeof size, 1) || !take(reader, 1, size, &from))
        return truncated(reader, member->name);
    if (size == 0)
        return 0;
    int rc = chi_buffer_alloc(size, buffer);
    if (!rc)
        memcpy(chi_buffer_data(buffer), from, size);
    return rc;
}

static int load_one(struct reader *reader, const struct chi_member *member, void *value)
{
    switch (member->kind) {
    case CHI_MEMBER_STRUCT:
        return load_members(reader, member->nested, value, CHI_DIRECTION_ALL);
    case CHI_MEMBER_STRING:
        return load_string(reader, member, value);
    case CHI_MEMBER_VECTOR:
        return load_vector(reader, member, value);
    case CHI_MEMBER_BUFFER:
        return load_buffer(reader, member, value);
    default:
        return chi_error(CHI_ESCHEMA, "member %s is of unknown kind %u", member->name,
                         member->kind);
    }
}

static int load_members(struct reader *reader, const struct chi_schema *schema, void *object,
                        unsigned directions)
{
    int rc = 0;
    for (uint32_t i = 0; i < schema->member_count && !rc; i++) {
        const struct chi_member *member = &schema->members[i];
        if (!chi_member_selected(member, directions) && !chi_archive_is_room(member, reader->kind))
            continue;
        char *value = (char *)object + member->offset;
        struct chi_scalar scalar = chi_member_scalar(member->kind);
        if (scalar.width) {
            if (!get(reader, value, scalar.width, (size_t)scalar.count * member->count))
                return truncated(reader, member->name);
            continue;
        }
        for (size_t k = 0; k < member->count && !rc; k++)
            rc = load_one(reader, member, value + k * chi_member_stride(member));
    }
    return rc;
}

static int load_head(struct reader *reader, const struct chi_schema *schema)
{
    uint16_t head[2];
    uint64_t hash;
    if (!get(reader, head, sizeof head[0], 2) || !get(reader, &hash, sizeof hash, 1))
        return truncated(reader, "its head");
    if (head[0] != CHI_ARCHIVE_VERSION || head[1] != reader->kind)
        return chi_error(CHI_EARCHIVE,
                         "archive of %s: version %u kind %u, expected version %u kind %d",
                         schema->name, head[0], head[1], CHI_ARCHIVE_VERSION, reader->kind);
    if (hash != schema->hash)
        return chi_error(CHI_ESCHEMA, "archive of %s: it was written for another layout of it",
                         schema->name);
    return 0;
}

/* Leaves nothing of a load that failed; the caller's buffers are the caller's. */
static void drop_loaded(enum chi_archive_kind kind, const struct chi_schema *schema, void *object,
                        unsigned directions)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        const struct chi_schema alone = {.member_count = 1, .members = member};
        bool is_kept = kind == CHI_ARCHIVE_TASK_OUT && member->kind == CHI_MEMBER_BUFFER;
        if ((chi_member_selected(member, directions) || chi_archive_is_room(member, kind)) &&
            !is_kept)
            chi_schema_fini(&alone, object, CHI_DIRECTION_ALL);
    }
}

int chi_archive_load_kind(enum chi_archive_kind kind, const struct chi_schema *schema, void *object,
                          unsigned directions, const void *data, size_t size,
                          struct chi_archive_words *words)
{
    struct reader reader = {.kind = kind,
                            .room = CHI_ARCHIVE_ROOM_MAX,
                            .name = schema->name,
                            .at = data,
                            .left = size,
                            .size = size};
    int rc = load_head(&reader, schema);
    if (!rc && !get(&reader, words->word, sizeof words->word[0], words->count))
        rc = truncated(&reader, "its fixed part");
    if (rc)
        return rc;
    rc = load_members(&reader, schema, object, directions);
    if (!rc && reader.left)
        rc = chi_error(CHI_EARCHIVE, "archive of %s: %zu bytes are left behind its end",
                       schema->name, reader.left);
    if (rc)
        drop_loaded(kind, schema, object, directions);
    return rc;
}

int chi_archive_load(const struct chi_schema *schema, void *object, unsigned directions,
                     const void *data, size_t size)
{
    struct chi_archive_words none = {.count = 0};
    return chi_archive_load_kind(CHI_ARCHIVE_OBJECT, schema, object, directions, data, size, &none);
}

int chi_archive_check(const struct chi_schema *schema, const void *data, size_t size)
{
    struct reader reader = {.name = schema->name, .at = data, .left = size, .size = size};
    return load_head(&reader, schema);
}
