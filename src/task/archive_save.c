/* SPDX-License-Identifier: BSD-3-Clause */
#include "task/archive_save.h"

#include <errno.h>

#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "task/schema.h"

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
            chi_archive_copy_numbers(writer->out + writer->size, data, width, count);
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

static int save_buffer(struct writer *writer, const struct chi_member *member,
                       const struct chi_buffer *buffer)
{
    const char *data = NULL;
    if (chi_archive_is_room(member, writer->kind))
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
        if (!chi_member_selected(member, directions) && !chi_archive_is_room(member, writer->kind))
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
