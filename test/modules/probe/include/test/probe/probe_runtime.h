/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one probe container. */
#ifndef TEST_PROBE_RUNTIME_H
#define TEST_PROBE_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/comutex.h>
#include <chimaera/container.h>
#include <test/probe/probe_tasks.h>

#define TEST_PROBE_QUEUE 0

/* What probe_several.c counts. */
extern _Atomic(uint64_t) test_probe_global, test_probe_gathers;

struct test_probe {
    struct chi_container base;
    uint32_t lanes;
    uint64_t *places;            /* [lanes]; each its lane's tasks only */
    int gates[TEST_PROBE_GATES]; /* eventfds, readable while open */
    struct chi_comutex mutex;

    /* Set by tests in the runtime's process: what a subtask for that pool returned in Destroy. */
    chi_pool_id_t farewell_to;
    int *farewell_code;
};

#endif
