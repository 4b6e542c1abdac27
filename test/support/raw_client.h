/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client without the client library: it speaks the control protocol and writes into the segments
 * whatever a test wants, as a broken or hostile client would. Test thread only.
 */
#ifndef CHI_TEST_SUPPORT_RAW_CLIENT_H
#define CHI_TEST_SUPPORT_RAW_CLIENT_H

#include "chimaera/task.h"
#include "shm/protocol.h"

struct chi_test_raw {
    int control;
    int event_fd;
    struct chi_control_attached attached;
    int segment_fd[CHI_SEGMENT_COUNT];
    char *base[CHI_SEGMENT_COUNT];
    int worker_fd[CHI_MAX_WORKERS];
    struct chi_shm_bell *bells;
    struct chi_shm_lane *lane; /* the first */
};

/* A connection to the control socket that says nothing yet; -1 where nothing answers. */
int chi_test_raw_connect(void);

/* One request without descriptors: the reply's status, or CHI_ERUNTIME_DOWN at a closed socket. */
int chi_test_raw_request(int control, const struct chi_control_request *request, uint32_t *first);

void chi_test_raw_attach(struct chi_test_raw *raw);
void chi_test_raw_detach(struct chi_test_raw *raw);

/* Asks for units of a segment: the status; `offset` is that of the first byte. */
int chi_test_raw_grant(struct chi_test_raw *raw, uint32_t segment, uint32_t units,
                       uint64_t *offset);

/* Pushes an item on the first lane and rings. */
void chi_test_raw_push(struct chi_test_raw *raw, uint64_t item);

/* A task at `offset` in main, zeroed but for its base. */
void *chi_test_raw_task(struct chi_test_raw *raw, uint64_t offset, uint32_t size, uint32_t method,
                        chi_pool_id_t pool);

/* Waits until that task is done and returns its code. */
int chi_test_raw_wait(const struct chi_task *task);

#endif
