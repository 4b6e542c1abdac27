/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The status of a runtime as numbers, requested over the control socket that CHI_SOCKET_DIR and
 * CHI_INSTANCE name: of a daemon or of this process. Tests detect leaks with it. Test thread only.
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
    int64_t in_flight; /* of clients and the runtime */
    uint64_t parked;   /* sum over all workers */
    uint64_t unstarted;
    uint64_t tasks; /* completed since the start */
    uint64_t clients;
    uint64_t client_lent; /* sums over the clients */
    uint64_t refused;
    uint64_t pools;
};

/* Returns the JSON text, to be freed with free(), or NULL if no runtime answers. */
CHI_API char *chi_test_status_text(void);

/* Reads the status. Returns 0, or -1 if no runtime answers. */
CHI_API int chi_test_status_get(struct chi_test_status *status);

/*
 * Compares the status with that of the idle runtime. Returns the number of quantities that are
 * still held, in flight or parked, with a text that names each, separated by commas.
 */
CHI_API int chi_test_status_leaks(const struct chi_test_status *now,
                                  const struct chi_test_status *idle, char *text, size_t size);

#endif
