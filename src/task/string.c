/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strings and vectors as members of tasks. Content lies in one of three places: `lent` (an output
 * in the runtime's segment, read-only here) before `own` (memory of the thread's allocator, where
 * capacity is not 0) before `small`. Called by clients and by handlers; one thread at a time per
 * string.
 */
#include <errno.h>
#include <string.h>

#include "chimaera/status.h"
#include "chimaera/string.h"
#include "task/allocator.h"

#define SIZE_LIMIT     ((size_t)UINT32_MAX - 1) /* capacity counts the final \0 in 32 bits */
#define MAIN_BLOCK_MAX ((size_t)4096)           /* larger blocks are bulk: client data */
#define BLOCK_UNIT     ((size_t)64)

/* The address of `size` bytes and the \0 behind them; NULL where that leaves what is mapped. */
static char *mapped(chi_shm_ptr_t ptr, uint32_t size)
{
    return ptr ? chi_allocator_at(ptr, (uint64_t)size + 1) : NULL;
}

/* Each word once: what is checked is what is used, also where others write meanwhile. */
struct chi_view chi_bytes_view(const struct chi_bytes *bytes)
{
    uint32_t size = __atomic_load_n(&bytes->size, __ATOMIC_RELAXED);
    uint32_t capacity = __atomic_load_n(&bytes->capacity, __ATOMIC_RELAXED);
    chi_shm_ptr_t own = __atomic_load_n(&bytes->own, __ATOMIC_RELAXED);
    chi_shm_ptr_t lent = __atomic_load_n(&bytes->lent, __ATOMIC_RELAXED);
    const char *data = NULL;
    if (lent)
        data = mapped(lent, size);
    else if (capacity > 0)
        data = size < capacity ? mapped(own, size) : NULL;
    else if (size < CHI_BYTES_INLINE)
        data = bytes->small;
    return data ? (struct chi_view){data, size} : (struct chi_view){"", 0};
}

static void free_own(const struct chi_bytes *bytes)
{
    if (!bytes->own)
        return;
    const struct chi_allocator *allocator = chi_allocator_current();
    allocator->free(allocator, bytes->own, bytes->capacity);
}

static void give_back(chi_shm_ptr_t lent)
{
    const struct chi_allocator *allocator = chi_allocator_current();
    allocator->give_back(allocator, lent);
}

/* NULL with chi_last_error_code(). */
static char *allocate(size_t capacity, chi_shm_ptr_t *own)
{
    const struct chi_allocator *allocator = chi_allocator_current();
    enum chi_segment segment =
        capacity <= MAIN_BLOCK_MAX ? CHI_SEGMENT_MAIN : CHI_SEGMENT_CLIENT_DATA;
    return allocator->alloc(allocator, segment, capacity, own);
}

/* `kept` bytes of `source`, then `size` of `data` (zeros for NULL), then \0. */
static void fill(char *place, const char *source, size_t kept, const void *data, size_t size)
{
    if (place != source)
        memmove(place, source, kept);
    if (data)
        memmove(place + kept, data, size);
    else
        memset(place + kept, 0, size);
    place[kept + size] = '\0';
}

static size_t round_capacity(size_t capacity)
{
    capacity = (capacity + BLOCK_UNIT - 1) & ~(BLOCK_UNIT - 1);
    return capacity < UINT32_MAX ? capacity : UINT32_MAX;
}

/*
 * Makes the content the first `kept` bytes of `view` with `size` bytes of `data` behind. `data` may
 * lie in the content. New memory gets room for `room` bytes where there is as much. Unchanged on
 * failure.
 */
static int replace(struct chi_bytes *bytes, struct chi_view view, size_t kept, const void *data,
                   size_t size, size_t room)
{
    if (size > SIZE_LIMIT || kept > SIZE_LIMIT - size)
        return chi_error(-EMSGSIZE, "a string or vector of %zu bytes is over the limit of 4 GiB",
                         kept + size);
    size_t total = kept + size;
    struct chi_bytes old = *bytes;
    __asm__ volatile("" ::: "memory"); /* read once */

    char *place = bytes->small;
    size_t capacity = CHI_BYTES_INLINE;
    if (old.capacity > 0) {
        place = mapped(old.own, old.capacity - 1);
        capacity = old.capacity;
    }
    if (place && total < capacity) {
        fill(place, view.data, kept, data, size);
    } else {
        chi_shm_ptr_t own = 0;
        capacity = round_capacity(room > total ? room : total + 1);
        place = allocate(capacity, &own);
        if (!place && room > total + 1 && chi_last_error_code() == -ENOMEM) {
            capacity = round_capacity(total + 1);
            place = allocate(capacity, &own);
        }
        if (!place)
            return chi_last_error_code();
        fill(place, view.data, kept, data, size);
        free_own(&old);
        bytes->own = own;
        bytes->capacity = (uint32_t)capacity;
    }
    bytes->size = (uint32_t)total;
    bytes->lent = 0;
    if (old.lent)
        give_back(old.lent);
    return 0;
}

int chi_bytes_assign(struct chi_bytes *bytes, const void *data, size_t size)
{
    return replace(bytes, chi_bytes_view(bytes), 0, data, size, 0);
}

int chi_bytes_append(struct chi_bytes *bytes, const void *data, size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    /* Doubling: adding piece by piece costs a constant per byte. */
    return replace(bytes, view, view.size, data, size, 2 * (size_t)bytes->capacity);
}

int chi_bytes_resize(struct chi_bytes *bytes, size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    size_t kept = size < view.size ? size : view.size;
    return replace(bytes, view, kept, NULL, size - kept, 0);
}

int chi_bytes_reserve(struct chi_bytes *bytes, size_t size)
{
    size_t before = chi_bytes_view(bytes).size;
    if (size <= before)
        return 0;
    int rc = chi_bytes_resize(bytes, size);
    return rc ? rc : chi_bytes_resize(bytes, before); /* smaller: keeps the memory */
}

static int outside(size_t at, size_t size, size_t there)
{
    return chi_error(-ERANGE, "%zu bytes at %zu lie outside of the content of %zu bytes", size, at,
                     there);
}

/* The content where it can be written; a lent output is copied first. NULL where that fails. */
static char *own_content(struct chi_bytes *bytes, size_t size, int *rc)
{
    *rc = bytes->lent ? chi_bytes_resize(bytes, size) : 0;
    char *content = *rc ? NULL : chi_bytes_data(bytes);
    if (!*rc && !content)
        *rc = chi_error(CHI_EBADSTRING, "%s", chi_strerror(CHI_EBADSTRING));
    return content;
}

int chi_bytes_write(struct chi_bytes *bytes, size_t at, const void *data, size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    int rc;
    if (at > view.size || size > view.size - at)
        return outside(at, size, view.size);
    if (bytes->lent && size) /* `data` may lie in what is given back */
        return chi_bytes_splice(bytes, at, size, data, size);
    char *content = own_content(bytes, view.size, &rc);
    if (content && size)
        memmove(content + at, data, size);
    return rc;
}

int chi_bytes_splice(struct chi_bytes *bytes, size_t at, size_t removed, const void *data,
                     size_t size)
{
    struct chi_view view = chi_bytes_view(bytes);
    if (at > view.size || removed > view.size - at)
        return outside(at, removed, view.size);
    if (data && (uintptr_t)data - (uintptr_t)view.data < view.size) {
        struct chi_bytes copy = {0}; /* the content moves; what is added lies in it */
        int rc = chi_bytes_assign(&copy, data, size);
        if (!rc)
            rc = chi_bytes_splice(bytes, at, removed, chi_bytes_view(&copy).data, size);
        chi_bytes_fini(&copy);
        return rc;
    }
    size_t tail = view.size - at - removed;
    int rc = size > removed ? chi_bytes_append(bytes, NULL, size - removed) : 0;
    if (rc)
        return rc;
    char *content = own_content(bytes, view.size, &rc);
    if (!content)
        return rc;
    memmove(content + at + size, content + at + removed, tail);
    if (data && size)
        memcpy(content + at, data, size);
    else
        memset(content + at, 0, size);
    return chi_bytes_resize(bytes, at + size + tail); /* not larger: cannot fail */
}

void *chi_bytes_data(struct chi_bytes *bytes)
{
    if (bytes->lent)
        return NULL;
    struct chi_view view = chi_bytes_view(bytes);
    if (view.size != bytes->size)
        return NULL; /* impossible content */
    return bytes->capacity > 0 ? chi_allocator_at(bytes->own, 1) : bytes->small;
}

void chi_bytes_fini(struct chi_bytes *bytes)
{
    free_own(bytes);
    if (bytes->lent)
        give_back(bytes->lent);
    memset(bytes, 0, sizeof *bytes);
}
