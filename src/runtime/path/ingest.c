/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ingest: an item of an ingress lane becomes a record, with a copy of the task that the client
 * cannot change. The thread that serves the lane.
 */
#include "runtime/path/ingest.h"

#include <errno.h>
#include <string.h>

#include "base/cpu.h"
#include "runtime/core/counter.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/path/complete.h"
#include "runtime/path/periodic.h"
#include "runtime/path/route.h"
#include "runtime/worker/timing.h"
#include "runtime/worker/worker.h"

static void take_back(struct chi_worker *worker, struct chi_origin *origin, uint64_t item)
{
    uint64_t offset = (item & ~CHI_LANE_RETURN_BIT) * CHI_CACHE_LINE;
    uint64_t size = chi_arena_block_size(worker->runtime->outputs, offset);
    if (chi_arena_reclaim(worker->caches.outputs, offset, origin->owner) < 0)
        CHI_COUNTER_ADD(origin->cells[worker->id].refused, 1);
    else
        CHI_COUNTER_ADD(origin->cells[worker->id].lent, -size);
}

void chi_worker_ingest(struct chi_worker *worker, struct chi_ingress *ingress, uint64_t item,
                       bool run_now)
{
    struct chi_origin *origin = ingress->origin;
    struct chi_runtime *runtime = worker->runtime;

    if (item & CHI_LANE_RETURN_BIT) {
        take_back(worker, origin, item);
        return;
    }
    uint64_t offset = item * CHI_CACHE_LINE;
    const struct chi_extents *extents = runtime->extents[CHI_SEGMENT_MAIN];
    if (!chi_extents_owns(extents, origin->owner, offset, sizeof(struct chi_task))) {
        CHI_COUNTER_ADD(origin->cells[worker->id].refused, 1);
        return;
    }
    struct chi_task *shared = chi_worker_shared_task(worker, offset);
    /* The client may change it at any time: the size is read once, and compared with the copy's. */
    uint32_t size = __atomic_load_n(&shared->size, __ATOMIC_RELAXED);
    if (size < sizeof(struct chi_task) || size > CHI_TASK_MAX_SIZE ||
        !chi_extents_owns(extents, origin->owner, offset, size)) {
        chi_worker_complete_shared(origin, shared, CHI_EBADTASK, 0);
        return;
    }
    struct chi_record *record = chi_record_new(&worker->caches.records, size);
    if (record == NULL) {
        chi_worker_complete_shared(origin, shared, -ENOMEM, 0);
        return;
    }
    memcpy((void *)&record->task, (const void *)shared, sizeof(struct chi_task));
    if (size > sizeof(struct chi_task))
        memcpy((void *)(&record->task + 1), (const void *)(shared + 1),
               size - sizeof(struct chi_task));
    int rc;
    record->origin = origin;
    record->clients = true;
    record->shm_offset = offset;
    chi_worker_count(worker, ingress->worker, record);
    if (record->task.magic != CHI_TASK_MAGIC || record->task.size != size)
        chi_worker_complete(worker, record, CHI_EBADTASK);
    else if (chi_runtime_stopping(runtime))
        chi_worker_complete(worker, record, CHI_ESTOPPING);
    else if (CHI_UNLIKELY(chi_timing_concerns(&record->task)) &&
             (rc = chi_timing_begin(worker, record)) < 0)
        chi_worker_complete(worker, record, rc);
    else
        chi_worker_route(worker, record, run_now);
}

void chi_worker_drain(struct chi_worker *worker, struct chi_ingress *ingress)
{
    uint64_t items[CHI_BATCH_MAX];
    uint32_t count = 1;

    for (uint32_t n = 0; count > 0 && n < worker->runtime->config.queue_depth; n += count) {
        count = chi_lane_take(&ingress->reader, items, CHI_BATCH_MAX);
        chi_worker_take_deliveries(ingress->worker);
        for (uint32_t i = 0; i < count; i++)
            chi_worker_ingest(worker, ingress, items[i], false);
    }
}
