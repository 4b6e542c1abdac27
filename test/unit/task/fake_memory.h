/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The allocator of unit tests of src/task: each block is a malloc of its own, so
 * that ASan sees a step outside; allocation fails on demand; what was not freed is counted. Include
 * it in one source file of a test.
 */
#ifndef CHI_TEST_FAKE_MEMORY_H
#define CHI_TEST_FAKE_MEMORY_H

#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "task/private_allocator.h"
#include "task/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_BLOCKS    4096u
#define FAKE_SLOT_BITS 32

static struct fake_block {
    char *memory;
    size_t size;
    enum chi_segment segment;
} fake_blocks[FAKE_BLOCKS];
static struct chi_task_schema *fake_schema; /* of the task made last: tests have one at a time */
static size_t fake_live;                    /* blocks and buffers not freed yet */
static size_t fake_returned;                /* outputs given back */
static size_t fake_allocated;               /* bytes allocated since the last reset */
static long fake_fail_after = -1;           /* that many allocations succeed; -1: all */
static int fake_fail_code = -ENOMEM;
static size_t fake_limit = SIZE_MAX; /* larger blocks fail */

static int fake_alloc(enum chi_segment segment, size_t size, chi_shm_ptr_t *ptr)
{
    *ptr = 0;
    if (fake_fail_after == 0 || size > fake_limit)
        return chi_error(fake_fail_code, "no memory, as the test wished");
    if (fake_fail_after > 0)
        fake_fail_after--;
    for (uint64_t i = 1; i < FAKE_BLOCKS; i++) {
        if (fake_blocks[i].memory)
            continue;
        fake_blocks[i] = (struct fake_block){malloc(size), size, segment};
        memset(fake_blocks[i].memory, 0xA5, size);
        fake_live++;
        fake_allocated += size;
        *ptr = chi_shm_ptr(segment, i << FAKE_SLOT_BITS);
        return 0;
    }
    return -ENOMEM;
}

static void fake_free(chi_shm_ptr_t ptr)
{
    struct fake_block *block = &fake_blocks[chi_shm_offset(ptr) >> FAKE_SLOT_BITS];
    if (!block->memory || (uint32_t)ptr != 0)
        abort(); /* what was freed was no block */
    free(block->memory);
    *block = (struct fake_block){0};
    fake_live--;
}

static void *fake_at(const struct chi_allocator *self, chi_shm_ptr_t ptr, uint64_t size)
{
    (void)self;
    uint64_t index = chi_shm_offset(ptr) >> FAKE_SLOT_BITS;
    if (index == 0 || index >= FAKE_BLOCKS)
        return NULL;
    const struct fake_block *block = &fake_blocks[index];
    uint32_t offset = (uint32_t)ptr;
    bool inside = block->memory && block->segment == chi_shm_segment(ptr) && offset < block->size &&
                  size <= block->size - offset;
    return inside ? block->memory + offset : NULL;
}

static void *fake_allocator_alloc(const struct chi_allocator *self, enum chi_segment segment,
                                  size_t size, chi_shm_ptr_t *ptr)
{
    return fake_alloc(segment, size, ptr) == 0 ? fake_at(self, *ptr, size) : NULL;
}

static void fake_allocator_free(const struct chi_allocator *self, chi_shm_ptr_t ptr, size_t size)
{
    (void)self, (void)size;
    fake_free(ptr);
}

static void fake_give_back(const struct chi_allocator *self, chi_shm_ptr_t ptr)
{
    (void)self;
    fake_returned++;
    fake_free(ptr);
}

static const struct chi_allocator fake_allocator = {.alloc = fake_allocator_alloc,
                                                    .free = fake_allocator_free,
                                                    .give_back = fake_give_back,
                                                    .at = fake_at};

/* Tasks are private memory, as in a handler. */
struct chi_task *chi_task_new(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                              chi_pool_query_t query)
{
    if (fake_fail_after == 0)
        return NULL;
    struct chi_task *task = calloc(1, schema->type.size);
    task->magic = CHI_TASK_MAGIC;
    task->size = (uint16_t)schema->type.size;
    task->method = schema->method;
    task->pool_id = pool_id;
    task->pool_query = query;
    fake_schema = schema;
    fake_live++;
    return task;
}

void chi_task_del(struct chi_task *task)
{
    if (!task)
        return;
    chi_schema_fini_task(&fake_schema->type, task);
    free((void *)task);
    fake_live--;
}

/* Content as the runtime lends it: in its segment, with a \0 behind. */
static inline chi_shm_ptr_t fake_lend(const char *text)
{
    chi_shm_ptr_t ptr;
    fake_alloc(CHI_SEGMENT_RUNTIME_DATA, strlen(text) + 1, &ptr);
    strcpy(chi_shm_at(ptr), text);
    return ptr;
}

static inline int fake_set_up(void **state)
{
    (void)state;
    chi_allocator = &fake_allocator;
    fake_fail_after = -1;
    fake_fail_code = -ENOMEM;
    fake_limit = SIZE_MAX;
    fake_returned = fake_allocated = 0;
    return 0;
}

static inline int fake_tear_down(void **state)
{
    (void)state;
    return fake_live != 0;
}

#endif
