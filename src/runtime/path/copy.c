/* SPDX-License-Identifier: BSD-3-Clause */
/* Copy-in and copy-out, by schema. Shared descriptors are read once; then only the copy is used. */
#include "runtime/path/copy.h"

#include <errno.h>
#include <string.h>

#include "base/cpu.h"
#include "chimaera/status.h"
#include "chimaera/string.h"
#include "runtime/core/counter.h"
#include "runtime/core/origin.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/worker.h"
#include "task/schema.h"

static bool is_bytes(const struct chi_member *member)
{
    return member->kind == CHI_MEMBER_STRING || member->kind == CHI_MEMBER_VECTOR;
}

/* Returns the address of a range in this process, or NULL if it does not belong to the client. */
static char *client_range(struct chi_runtime *runtime, const struct chi_origin *origin,
                          chi_shm_ptr_t ptr, uint64_t size)
{
    uint32_t segment = chi_shm_segment(ptr);
    uint64_t offset = chi_shm_offset(ptr);

    if (ptr == 0 || segment > CHI_SEGMENT_CLIENT_DATA ||
        !chi_extents_owns(runtime->extents[segment], origin->owner, offset, size))
        return NULL;
    return (char *)runtime->segments[segment].base + offset;
}

static int bytes_in(struct chi_runtime *runtime, struct chi_origin *origin,
                    const struct chi_member *member, struct chi_bytes *bytes, uint64_t *copied)
{
    const struct chi_bytes given = *bytes;

    memset(bytes, 0, sizeof(*bytes));
    if (!(member->direction & CHI_DIRECTION_IN))
        return 0;
    if (given.lent != 0)
        return CHI_EBADPTR;
    if (member->element_size > 1 && given.size % member->element_size != 0)
        return CHI_EBADSTRING;
    if (given.capacity == 0) {
        if (given.size >= CHI_BYTES_INLINE)
            return CHI_EBADSTRING;
        memcpy(bytes->small, given.small, given.size);
        bytes->size = given.size;
        return 0;
    }
    if (given.size >= given.capacity)
        return CHI_EBADSTRING;
    const char *from = client_range(runtime, origin, given.own, given.capacity);
    if (from == NULL)
        return CHI_EBADPTR;
    uint64_t before = atomic_fetch_add_explicit(&origin->copied, given.size, memory_order_relaxed);
    *copied += given.size;
    if (before + given.size > runtime->config.client_data_segment_size)
        return -ENOBUFS;
    return chi_bytes_assign(bytes, from, given.size);
}

static int buffer_in(struct chi_runtime *runtime, const struct chi_origin *origin,
                     const struct chi_buffer *buffer)
{
    if (buffer->size == 0 && buffer->data == 0)
        return 0;
    return client_range(runtime, origin, buffer->data, buffer->size) != NULL ? 0 : CHI_EBADPTR;
}

int chi_copy_in(struct chi_runtime *runtime, struct chi_origin *origin,
                const struct chi_schema *schema, void *task, uint64_t *copied)
{
    int rc = 0;
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        char *at = (char *)task + member->offset;
        if (is_bytes(member)) {
            if (rc == 0)
                rc = bytes_in(runtime, origin, member, (void *)at, copied);
            else
                memset(at, 0, member->size);
        } else if (member->kind == CHI_MEMBER_BUFFER) {
            if (rc == 0)
                rc = buffer_in(runtime, origin, (void *)at);
            if (rc < 0)
                memset(at, 0, member->size);
        } else if (!(member->direction & CHI_DIRECTION_IN)) {
            memset(at, 0, member->size);
        }
    }
    if (rc < 0)
        chi_schema_fini_task(schema, task);
    return rc;
}

/*
 * A client may be lent LENT_RATIO times what remains for others: most of the segment if it is
 * alone, and less the more others are lent. Checked once in LENT_STEP bytes per worker.
 */
#define LENT_RATIO 7u
#define LENT_STEP  65536u

static bool is_over_quota(struct chi_runtime *runtime, const struct chi_origin *origin,
                          uint64_t size)
{
    return chi_origin_lent(runtime, origin) + size >
           LENT_RATIO * chi_arena_free_bytes(runtime->outputs);
}

static int lend(struct chi_worker *worker, const struct chi_origin *origin, uint64_t size,
                uint64_t *offset)
{
    struct chi_runtime *runtime = worker->runtime;
    _Atomic(uint64_t) *lent = &origin->cells[worker->id].lent;
    uint64_t before = atomic_load_explicit(lent, memory_order_relaxed);

    int rc = chi_arena_alloc(worker->caches.outputs, size, origin->owner, offset);
    if (rc < 0)
        return rc;
    uint64_t block = chi_arena_block_size(runtime->outputs, *offset);
    if (CHI_UNLIKELY((before ^ (before + block)) >= LENT_STEP) &&
        is_over_quota(runtime, origin, block)) {
        chi_arena_reclaim(worker->caches.outputs, *offset, origin->owner);
        return CHI_EQUOTA;
    }
    /* Release: as in CHI_COUNTER_ADD(). */
    atomic_store_explicit(lent, before + block, memory_order_release);
    return 0;
}

static int bytes_out(struct chi_worker *worker, const struct chi_origin *origin,
                     const struct chi_bytes *bytes, struct chi_bytes *shared)
{
    struct chi_runtime *runtime = worker->runtime;
    const struct chi_bytes theirs = *shared;
    __asm__ volatile("" ::: "memory"); /* read once: the client may change it after a check */
    struct chi_view view = chi_bytes_view(bytes);

    shared->lent = 0;
    if (theirs.capacity > view.size) {
        char *to = client_range(runtime, origin, theirs.own, theirs.capacity);
        if (to != NULL) {
            memcpy(to, view.data, view.size);
            to[view.size] = '\0';
            shared->size = (uint32_t)view.size;
            return 0;
        }
    }
    if (theirs.capacity == 0 && view.size < CHI_BYTES_INLINE) {
        memcpy(shared->small, view.data, view.size);
        shared->small[view.size] = '\0';
        shared->size = (uint32_t)view.size;
        return 0;
    }
    uint64_t offset;
    int rc = lend(worker, origin, view.size + 1, &offset);
    if (rc < 0) {
        shared->size = 0;
        return rc;
    }
    char *to = (char *)runtime->segments[CHI_SEGMENT_RUNTIME_DATA].base + offset;
    memcpy(to, view.data, view.size);
    to[view.size] = '\0';
    shared->lent = chi_shm_ptr(CHI_SEGMENT_RUNTIME_DATA, offset);
    shared->size = (uint32_t)view.size;
    return 0;
}

int chi_copy_out(struct chi_worker *worker, const struct chi_origin *origin,
                 const struct chi_schema *schema, const void *task, void *shared)
{
    int rc = 0;
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        if (!(member->direction & CHI_DIRECTION_OUT) || member->kind == CHI_MEMBER_BUFFER)
            continue;
        const char *from = (const char *)task + member->offset;
        char *to = (char *)shared + member->offset;
        if (is_bytes(member)) {
            int one = bytes_out(worker, origin, (const void *)from, (void *)to);
            rc = rc == 0 ? one : rc;
        } else {
            memcpy(to, from, member->size);
        }
    }
    return rc;
}

int chi_copy_check(struct chi_runtime *runtime, const struct chi_origin *origin,
                   const struct chi_schema *schema, const void *task)
{
    for (uint32_t i = 0; i < schema->member_count; i++) {
        const struct chi_member *member = &schema->members[i];
        if (member->kind != CHI_MEMBER_BUFFER)
            continue;
        int rc = buffer_in(runtime, origin, (const void *)((const char *)task + member->offset));
        if (rc < 0)
            return rc;
    }
    return 0;
}
