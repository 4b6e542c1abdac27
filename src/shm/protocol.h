/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control protocol: one request, one reply, over a SEQPACKET socket, so a message arrives as a
 * whole. A closed connection means that the client has detached or died; the daemon then reclaims
 * everything it held. The daemon never waits for a client here.
 */
#ifndef CHI_SHM_PROTOCOL_H
#define CHI_SHM_PROTOCOL_H

#include <sys/types.h>

#include "chimaera/schema.h"
#include "chimaera/types.h"
#include "shm/layout.h"

#define CHI_CONTROL_MAGIC   0x4c544343u
#define CHI_CONTROL_TEXT    60000u /* bytes of text in one message; longer texts use several */
#define CHI_CONTROL_SCHEMAS 32u
#define CHI_CONTROL_NAME    256u /* bytes of a pool's name, with the final \0 */
#define CHI_CONTROL_TOLD    256u
#define CHI_CONTROL_FDS     (CHI_SEGMENT_COUNT + 1 + CHI_MAX_WORKERS)

enum chi_control_type {
    CHI_CONTROL_ATTACH = 1,  /* -> chi_control_attached */
    CHI_CONTROL_GRANT = 2,   /* segment, units -> first */
    CHI_CONTROL_RELEASE = 3, /* segment, first, units -> */
    CHI_CONTROL_STATUS = 4, /* segment is the form -> text, in messages until a chi_control_reply */
    CHI_CONTROL_CANCEL = 5, /* some tasks of the client have CHI_TASK_CANCEL set -> */
    CHI_CONTROL_STOP = 6,   /* chi_control_order: grace period -> chi_control_told */
    CHI_CONTROL_DESTROY = 7, /* chi_control_order: pool, cancel -> chi_control_told, when done */
};

struct chi_control_request {
    uint32_t magic;
    uint32_t type;
    uint32_t abi;
    uint32_t segment;
    uint32_t first;
    uint32_t units;
};

/*
 * CHI_CONTROL_ATTACH with the schemas of the tasks of pool CHI_ADMIN_POOL_ID, by which pools are
 * requested. The daemon compares the schemas that both sides have; a reply with CHI_ESCHEMA has the
 * first different method in `first`. A request without schemas skips the comparison.
 */
struct chi_control_attach {
    struct chi_control_request request;
    uint32_t count;
    uint32_t reserved;
    struct chi_task_hash schemas[CHI_CONTROL_SCHEMAS];
};

/* To the runtime as a whole, without being attached. Who may: chi_rights_of(). */
struct chi_control_order {
    struct chi_control_request request;
    uint64_t grace_period_ns; /* UINT64_MAX: as configured */
    chi_pool_id_t pool_id;    /* {0, 0}: by name */
    uint32_t cancel;          /* tasks that are parked or unstarted */
    uint32_t reserved;
    char name[CHI_CONTROL_NAME];
};

struct chi_control_reply {
    uint32_t magic;
    int32_t status; /* 0 or a negative code */
    uint32_t abi;
    uint32_t first;
};

struct chi_control_told {
    struct chi_control_reply reply;
    char text[CHI_CONTROL_TOLD]; /* why not */
};

/*
 * The reply to CHI_CONTROL_ATTACH. It carries the descriptors of the segments, the event descriptor
 * for chi_task_notify(), and one eventfd per worker.
 */
struct chi_control_attached {
    struct chi_control_reply reply;
    uint64_t segment_size[CHI_SEGMENT_COUNT];
    uint64_t slot_offset;  /* struct chi_shm_slot, in main */
    uint64_t bells_offset; /* struct chi_shm_bell[worker_count], in main */
    uint32_t slot;
    uint32_t worker_count;
    uint32_t lane_count;
    uint32_t depth_log2;
    uint64_t lane_offset[CHI_MAX_WORKERS]; /* struct chi_shm_lane, in main */
    uint32_t lane_worker[CHI_MAX_WORKERS];
    uint32_t lane_number[CHI_MAX_WORKERS];
};

/*
 * Sends one message with `fd_count` descriptors. Does not wait if `flags` has MSG_DONTWAIT. Returns
 * 0 or -errno.
 */
int chi_control_send(int fd, const void *message, size_t size, const int *fds, size_t fd_count,
                     int flags);

/*
 * Receives one message of at most `size` bytes and at most `*fd_count` descriptors (close-on-exec);
 * closes surplus descriptors. Retries after EINTR.
 * Returns the size of the message, 0 at end of file, or
 *   -EPROTO        the message was longer
 *   other -errno   of recvmsg()
 */
ssize_t chi_control_receive(int fd, void *message, size_t size, int *fds, size_t *fd_count,
                            int flags);

#endif
