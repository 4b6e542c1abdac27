/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Archives. Form, all numbers little-endian: u16 version, u16 kind (enum chi_archive_kind), u64
 * hash of the schema; of a task the words of its fixed part; then the members in order: values as
 * they are, strings as u32 bytes and the bytes, vectors as u32 elements and the elements, buffers
 * as u64 bytes and the bytes, structs as their members. No padding. What is loaded may come from
 * anybody: no length is believed beyond what is left to read. Any thread.
 */
#include "chimaera/archive.h"

#include "chimaera/ipc.h"
#include "chimaera/status.h"
#include "task/archive.h"
#include "task/schema.h"

#include <errno.h>
#include <string.h>

/* The same both ways: numbers of `width` bytes between this machine's order and little-endian. */
static void copy_little_endian(void *to, const void *from, size_t width, size_t count)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ || width == 1) {
        memcpy(to, from, width * count);
        return;
    }
    char *out = to;
    const char *in = from;
    for (size_t i = 0; i < count; i++, out += width, in += width) {
        for (size_t k = 0; k < width; k++)
            out[k] = in[width - 1 - k];
    }
}

/* Runs twice over the same members: counts with `out` NULL, then writes. */
struct writer {
    enum chi_archive_kind kind;
    char *out;
    size_t size;
    size_t capacity;
};

static int put(struct writer *writer, const void *data, size_t width, size_t count)
{
    size_t size;
    if (__builtin_mul_overflow(width, count, &size) || size > SIZE_MAX - writer->size)
        return chi_error(-EMSGSIZE, "an archive is over the limit of 4 GiB");
    if (writer->out) {
        if (size > writer->capacity - writer->size)
            return chi_error(CHI_EARCHIVE, "an object changed while it was archived");
        if (size)
            copy_little_endian(writer->out + writer->size, data, width, count);
    }
    writer->size += size;
    return 0;
}

static int save_members(struct writer *writer, const struct chi_schema *schema, const void *object,
                        unsigned directions);

static int save_vector(struct writer *writer, const struct chi_member *member,
                       const struct chi_bytes *bytes)
{
    struct chi_view view = chi_bytes_view(bytes);
    uint32_t count = (uint32_t)(view.size / member->element_size);
    int rc = put(writer, &count, sizeof count, 1);
    struct chi_scalar scalar = chi_member_scalar(member->element_kind);
    if (rc || scalar.width)
        return rc ? rc : put(writer, view.data, scalar.width, (size_t)count * scalar.count);
    if (!member->nested || chi_schema_plain_size(member->nested) == 0)
        return chi_error(CHI_ESCHEMA, "vector %s: its elements are not plain values", member->name);
    for (uint32_t i = 0; i < count && !rc; i++)
        rc = save_members(writer, member->nested, view.data + (size_t)i * member->element_size,
                          CHI_DIRECTION_ALL);
    return rc;
}

/* What a task needs where it runs is more than its IN members: buffers to write to. */
static bool is_room(const struct chi_member *member, enum chi_archive_kind kind)
{
    return kind == CHI_ARCHIVE_TASK_IN && member->kind == CHI_MEMBER_BUFFER &&
           !(member->direction & CHI_DIRECTION_IN);
}

static int save_buffer(struct writer *writer, const struct chi_member *member,
                       const struct chi_buffer *buffer)
{
    const char *data = NULL;
    if (is_room(member, writer->kind))
        return put(writer, &buffer->size, sizeof buffer->size, 1);
    if (buffer->size > 0) {
        uint64_t last = buffer->size - 1;
        data = chi_buffer_data(buffer);
        if (!data || last > CHI_SHM_OFFSET_MASK - chi_shm_offset(buffer->data) ||
            chi_shm_at(buffer->data + last) != data + last)
            return chi_error(CHI_EBADPTR, "buffer %s lies in no mapped memory", member->name);
    }
    int rc = put(writer, &buffer->size, sizeof buffer->size, 1);
    return rc ? rc : put(writer, data, 1, buffer->size);
}

static int save_one(struct writer *writer, const struct chi_member *member, const void *value)
{
    switch (member->kind) {
    case CHI_MEMBER_STRUCT:
        return save_members(writer, member->nested, value, CHI_DIRECTION_ALL);
    case CHI_MEMBER_STRING: {
        struct chi_view view = chi_bytes_view(value);
        uint32_t size = (uint32_t)view.size;
        int rc = put(writer, &size, sizeof size, 1);
        return rc ? rc : put(writer, view.data, 1, size);
    }
    case CHI_MEMBER_VECTOR:
        return save_vector(writer, member, value);
    case CHI_MEMBER_BUFFER:
        return save_buffer(writer, member, value);
    default:
        return chi_error(CHI_ESCHEMA, "member %s is of unknown kind %u", member->name,
                         member->kind);
    }
}

static int save_members(struct writer *writer, const struct chi_schema *schema, const void *object,
                        unsigned directions)
{
    int rc = 0;
    for (uint32_t i = 0; i < schema->member_count && !rc; i++) {
        const struct chi_member *member = &schema->members[i];
        if (!chi_member_selected(member, directions) && !is_room(member, writer->kind))
            continue;
        const char *value = (const char *)object + member->offset;
        struct chi_scalar scalar = chi_member_scalar(member->kind);
        if (scalar.width) {
            rc = put(writer, value, scalar.width, (size_t)scalar.count * member->count);
            continue;
        }
        for (size_t k = 0; k < member->count && !rc; k++)
            rc = save_one(writer, member, value + k * chi_member_stride(member));
    }
    return rc;
}

static int save_all(struct writer *writer, const struct chi_schema *schema, const void *object,
                    unsigned directions, const struct chi_archive_words *words)
{
    const uint16_t head[2] = {CHI_ARCHIVE_VERSION, (uint16_t)writer->kind};
    int rc = put(writer, head, sizeof head[0], 2);
    if (!rc)
        rc = put(writer, &schema->hash, sizeof schema->hash, 1);
    if (!rc)
        rc = put(writer, words->word, sizeof words->word[0], words->count);
    return rc ? rc : save_members(writer, schema, object, directions);
}

int chi_archive_save_kind(enum chi_archive_kind kind, const struct chi_schema *schema,
                          const void *object, unsigned directions,
                          const struct chi_archive_words *words, struct chi_string *archive)
{
    struct writer writer = {.kind = kind};
    int rc = save_all(&writer, schema, object, directions, words);
    if (rc)
        return rc;
    size_t before = chi_string_view(archive).size;
    if (writer.size > SIZE_MAX - before)
        return chi_error(-EMSGSIZE, "an archive is over the limit of 4 GiB");
    rc = chi_bytes_resize(&archive->bytes, before + writer.size);
    if (rc)
        return rc;
    writer.out = (char *)chi_bytes_data(&archive->bytes) + before;
    writer.capacity = writer.size;
    writer.size = 0;
    rc = save_all(&writer, schema, object, directions, words);
    if (!rc && writer.size != writer.capacity)
        rc = chi_error(CHI_EARCHIVE, "an object changed while it was archived");
    if (rc)
        chi_bytes_resize(&archive->bytes, before); /* smaller: cannot fail */
    return rc;
}

int chi_archive_save(const struct chi_schema *schema, const void *object, unsigned directions,
                     struct chi_string *archive)
{
    const struct chi_archive_words none = {.count = 0};
    return chi_archive_save_kind(CHI_ARCHIVE_OBJECT, schema, object, directions, &none, archive);
}

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
    copy_little_endian(to, from, width, count);
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
    if (is_room(member, reader->kind))
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
        if (!chi_member_selected(member, directions) && !is_room(member, reader->kind))
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
        if ((chi_member_selected(member, directions) || is_room(member, kind)) && !is_kept)
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
