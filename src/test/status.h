/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A runtime's status as numbers, asked over the control socket that CHI_SOCKET_DIR and CHI_INSTANCE
 * name: a daemon's or this process's. How tests learn that nothing is left. Test thread only.
 */
#ifndef CHI_TEST_STATUS_H
#define CHI_TEST_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "chimaera/types.h"

struct chi_test_status {
    uint64_t granted[3]; /* bytes, by segment */
    uint64_t retired[3];
    uint64_t lent;     /* bytes of runtime data */
    int64_t in_flight; /* of clients and the runtime itself */
    uint64_t parked;   /* over all workers */
    uint64_t unstarted;
    uint64_t tasks; /* ever completed */
    uint64_t clients;
    uint64_t client_lent; /* sums over the clients */
    uint64_t refused;
    uint64_t pools;
};

/* The JSON text, malloc'ed; NULL where nothing answers. */
CHI_API char *chi_test_status_text(void);

/* 0, or -1 where nothing answers. */
CHI_API int chi_test_status_get(struct chi_test_status *status);

/*
 * What of it is still held, in flight or waiting beyond what was so in `idle`: how many such things
 * there are, with a text that names each, joined by commas.
 */
CHI_API int chi_test_status_leaks(const struct chi_test_status *now,
                                  const struct chi_test_status *idle, char *text, size_t size);

#endif
