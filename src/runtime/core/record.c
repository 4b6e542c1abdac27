/* SPDX-License-Identifier: BSD-3-Clause */
/* Records come from a free list for each worker and size. A worker calls with its own cache. */
#include "runtime/core/record.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "runtime/core/message.h"

#define KEEP_MAX 512u /* free records of a size that a cache keeps */

static uint8_t class_of(uint32_t size)
{
    /* up to 64: 0; up to 128: 1; ... up to 4096: 6 */
    return (uint8_t)(size <= CHI_CACHE_LINE ? 0 : 26 - __builtin_clz(size - 1));
}

typedef uint64_t block_t __attribute__((vector_size(16), may_alias));

/* memset() of a known size becomes a string instruction, which takes longer to begin than these. */
static void clear_head(struct chi_record *record)
{
    block_t *blocks = (block_t *)record;
    const block_t zero = {0, 0};
#pragma GCC unroll 16
    for (size_t i = 0; i < offsetof(struct chi_record, task) / sizeof(block_t); i++)
        blocks[i] = zero;
}

struct chi_record *chi_record_new(struct chi_record_cache *cache, uint32_t size)
{
    uint8_t class_index = class_of(size);
    struct chi_record *record = (void *)cache->free[class_index];

    if (record != NULL) {
        cache->free[class_index] = STAILQ_NEXT(&record->message, link);
        cache->count[class_index]--;
    } else {
        record = aligned_alloc(CHI_CACHE_LINE, offsetof(struct chi_record, task) +
                                                   ((size_t)CHI_CACHE_LINE << class_index));
        if (record == NULL)
            return NULL;
    }
    clear_head(record);
    record->class_index = class_index;
    return record;
}

void chi_record_free(struct chi_record_cache *cache, struct chi_record *record)
{
    uint8_t class_index = record->class_index;

    if (cache->count[class_index] >= KEEP_MAX) {
        free(record);
        return;
    }
    STAILQ_NEXT(&record->message, link) = cache->free[class_index];
    cache->free[class_index] = &record->message;
    cache->count[class_index]++;
}

void chi_record_cache_fini(struct chi_record_cache *cache)
{
    for (uint32_t i = 0; i < CHI_RECORD_CLASSES; i++) {
        chi_message_list_free(cache->free[i]);
        cache->free[i] = NULL;
        cache->count[i] = 0;
    }
}
