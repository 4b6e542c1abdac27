/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A process's attachment to a runtime: the mapped segments, the arenas over them, the lanes to the
 * workers. Made by one thread, used by all; freed with its last reference.
 */
#ifndef CHI_CLIENT_ATTACH_H
#define CHI_CLIENT_ATTACH_H

#include "client/connection.h"
#include "client/orphans.h"
#include "shm/arena.h"
#include "shm/protocol.h"
#include "shm/segment.h"

/* The tag of all blocks of this process's arenas. */
#define CHI_CLIENT_TAG 1u

#define CHI_NO_LANE 0xFFFFu /* to a worker: none of this client */

struct chi_client_lane {
    struct chi_shm_lane *lane;
    struct chi_shm_bell *bell;
    uint32_t number; /* bit in the bell */
    int eventfd;
};

struct chi_client {
    atomic_int references; /* the process's, and one of each thread that uses it */
    struct chi_connection connection;
    struct chi_segment_map segments[CHI_SEGMENT_COUNT];
    struct chi_arena *arena[CHI_SEGMENT_COUNT]; /* main and client data */
    struct chi_extent_source source[CHI_SEGMENT_COUNT];
    struct chi_source_context {
        struct chi_client *client;
        uint32_t segment;
    } source_context[CHI_SEGMENT_COUNT];
    int event_fd;
    struct chi_shm_slot *slot;
    uint32_t lane_count;
    uint32_t depth_log2;
    struct chi_client_lane lanes[CHI_MAX_WORKERS];
    uint16_t lane_of_worker[CHI_MAX_WORKERS]; /* index in `lanes`, or CHI_NO_LANE */
    uint32_t worker_count;
    int eventfds[CHI_MAX_WORKERS];
    atomic_uint next_thread; /* spreads threads over lanes */
    pthread_mutex_t orphan_lock;
    struct chi_orphans orphans; /* of threads that ended; under the lock */
    atomic_bool has_orphans;
};

/* Connects and sets everything up. 0 or a code, with chi_last_error(). */
int chi_client_attach(struct chi_client **client);

/* Drops a reference; the last one unmaps and frees. */
void chi_client_release(struct chi_client *client);

/* Tells the runtime that some tasks of this client have CHI_TASK_CANCEL now. 0 or a code. */
int chi_client_ask_cancel(struct chi_client *client);

/* Leaves a thread's orphans to the attachment's other threads. */
void chi_client_leave_orphans(struct chi_client *client, struct chi_orphans *orphans);

/* Moves what other threads have left into a thread's own list. */
void chi_client_adopt_orphans(struct chi_client *client, struct chi_orphans *orphans);

#endif
