/* SPDX-License-Identifier: BSD-3-Clause */
/* The three segments, and the private memory that describes them. See memory.h. */
#include "runtime/host/memory.h"

#include <unistd.h>

#include "chimaera/status.h"
#include "lane/ingress_lane.h"
#include "runtime/control/client_memory.h"
#include "runtime/core/runtime.h"

static int take_units(void *context, uint32_t units, uint32_t *first)
{
    return chi_extents_grant(context, CHI_OWNER_RUNTIME, units, first);
}

static void give_units(void *context, uint32_t first, uint32_t units)
{
    chi_extents_free(context, first, units);
}

/* Kept for each client, besides its lanes: 512 KiB of main for its tasks, and of client data. */
#define HOME_UNITS 8u

/* So that a client that takes all that it gets keeps no other one from attaching and calling. */
static int keep_homes(struct chi_runtime *runtime)
{
    uint32_t depth_log2 = (uint32_t)__builtin_ctz(runtime->config.queue_depth);
    uint64_t lanes = (uint64_t)chi_lane_bytes(depth_log2) * runtime->lanes_per_client;
    uint32_t lane_units = (uint32_t)((lanes + CHI_EXTENT_UNIT - 1) / CHI_EXTENT_UNIT);

    int rc = chi_extents_keep(runtime->extents[CHI_SEGMENT_MAIN], runtime->max_clients,
                              lane_units + HOME_UNITS);
    if (rc == 0)
        rc = chi_extents_keep(runtime->extents[CHI_SEGMENT_CLIENT_DATA], runtime->max_clients,
                              HOME_UNITS);
    return rc;
}

#ifdef __SANITIZE_THREAD__
void AnnotateBenignRaceSized(const char *file, int line, const volatile void *data, size_t size,
                             const char *why);

/*
 * A client may pass shared memory from one worker to another. Its acquire and release order their
 * accesses, which ThreadSanitizer does not see. Private memory is still checked.
 */
static void announce_shared(const struct chi_segment_map *map)
{
    AnnotateBenignRaceSized(__FILE__, __LINE__, map->base, map->size, "shared with processes");
}
#else
static void announce_shared(const struct chi_segment_map *map)
{
    (void)map;
}
#endif

int chi_runtime_create_memory(struct chi_runtime *runtime)
{
    const uint64_t sizes[CHI_SEGMENT_COUNT] = {
        [CHI_SEGMENT_MAIN] = runtime->config.main_segment_size,
        [CHI_SEGMENT_CLIENT_DATA] = runtime->config.client_data_segment_size,
        [CHI_SEGMENT_RUNTIME_DATA] = runtime->config.runtime_data_segment_size,
    };
    uint32_t head = (uint32_t)((chi_runtime_lay_out_header(runtime, NULL) + CHI_EXTENT_UNIT - 1) /
                               CHI_EXTENT_UNIT);

    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        const char *name = runtime->paths.segment[s];
        int rc = chi_segment_create(name, sizes[s], &runtime->segments[s]);
        if (rc == 0)
            /* Position 0 of main means none, so its first unit is never granted. */
            rc = chi_extents_create(&runtime->segments[s], s == CHI_SEGMENT_MAIN ? head : 0,
                                    &runtime->extents[s]);
        if (rc < 0)
            return chi_error(rc, "cannot create shared memory /dev/shm%s of %llu bytes: %s", name,
                             (unsigned long long)sizes[s], chi_strerror(rc));
        announce_shared(&runtime->segments[s]);
    }
    runtime->read_only_fd =
        chi_segment_open_read_only(runtime->paths.segment[CHI_SEGMENT_RUNTIME_DATA],
                                   &runtime->segments[CHI_SEGMENT_RUNTIME_DATA]);
    if (runtime->read_only_fd < 0)
        return chi_error(runtime->read_only_fd, "cannot open /dev/shm%s: %s",
                         runtime->paths.segment[CHI_SEGMENT_RUNTIME_DATA],
                         chi_strerror(runtime->read_only_fd));
    int rc = keep_homes(runtime);
    if (rc < 0)
        return rc;
    runtime->extents[CHI_SEGMENT_CLIENT_DATA]->leave = chi_client_memory_leave;
    runtime->extents[CHI_SEGMENT_CLIENT_DATA]->leave_context = runtime;
    chi_runtime_lay_out_header(runtime, runtime->segments[CHI_SEGMENT_MAIN].base);
    struct chi_extent_source source = {.grant = take_units,
                                       .release = give_units,
                                       .ctx = runtime->extents[CHI_SEGMENT_RUNTIME_DATA]};
    return chi_arena_create(&source, runtime->segments[CHI_SEGMENT_RUNTIME_DATA].base,
                            sizes[CHI_SEGMENT_RUNTIME_DATA], &runtime->outputs);
}

void chi_runtime_destroy_memory(struct chi_runtime *runtime)
{
    if (runtime->outputs != NULL)
        chi_arena_destroy(runtime->outputs);
    if (runtime->segments[CHI_SEGMENT_RUNTIME_DATA].base != NULL && runtime->read_only_fd >= 0)
        close(runtime->read_only_fd);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        if (runtime->segments[s].base != NULL)
            chi_segment_unlink_own(runtime->paths.segment[s], &runtime->segments[s]);
        if (runtime->extents[s] != NULL)
            chi_extents_destroy(runtime->extents[s]);
        chi_segment_close(&runtime->segments[s]);
    }
}
