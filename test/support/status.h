/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's status as numbers, asked over its control socket. Test thread only. */
#ifndef CHI_TEST_SUPPORT_STATUS_H
#define CHI_TEST_SUPPORT_STATUS_H

#include <stdint.h>

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
char *chi_test_status_text(void);

/* 0, or -1 where nothing answers. */
int chi_test_status_get(struct chi_test_status *status);

/* A number of the JSON text by its path, such as "memory.main.granted"; -1 where it is not there.
 */
double chi_test_json_number(const char *json, const char *path);

/* The sum of a number over the objects of a list, and how many objects there are. */
double chi_test_json_sum(const char *json, const char *list, const char *key, uint64_t *count);

#endif
