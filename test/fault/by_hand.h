/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An attachment made without the client library: nothing that it would check or refuse stands in
 * the way of a test that means harm.
 */
#ifndef CHI_TEST_FAULT_BY_HAND_H
#define CHI_TEST_FAULT_BY_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shm/protocol.h"

#define BY_HAND_UNIT  65536u
#define BY_HAND_UNITS 8u /* granted in main and in client data */

struct by_hand {
    int socket;
    int notify;
    int fds[CHI_CONTROL_FDS];
    size_t fd_count;
    struct chi_control_attached reply;
    unsigned char *segment[CHI_SEGMENT_COUNT];
    uint64_t granted[CHI_SEGMENT_COUNT]; /* offset of BY_HAND_UNITS units */
};

/* False where the runtime refused, or a reply was not what it should be. */
bool by_hand_attach(struct by_hand *self);
void by_hand_detach(struct by_hand *self);

/* Sends a request, with a descriptor or -1; does not wait for what comes back. */
bool by_hand_ask(struct by_hand *self, const struct chi_control_request *request, int fd);

#endif
