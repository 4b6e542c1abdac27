/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one MOD_NAME container. Private to the module's runtime library. */
#ifndef CHIMAERA_MOD_NAME_RUNTIME_H
#define CHIMAERA_MOD_NAME_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/comutex.h>
#include <chimaera/container.h>
#include <chimaera/MOD_NAME/MOD_NAME_tasks.h>

enum chimaera_MOD_NAME_queue {
    CHIMAERA_MOD_NAME_METADATA_QUEUE = 0,   /* one lane: work on the container as a whole */
    CHIMAERA_MOD_NAME_PROCESSING_QUEUE = 1, /* worker_count lanes: work on single items */
    CHIMAERA_MOD_NAME_BULK_QUEUE = 2,       /* one lane: what would hold up the small ones */
};

#define CHIMAERA_MOD_NAME_BULK_SIZE 4096u /* bytes of data from which on work is bulk */

/* The runtime zeroes it; Create fills it in, Destroy empties it. */
struct chimaera_MOD_NAME {
    struct chi_container base;
    char *suffix;             /* written by Create alone, so every lane may read it */
    struct chi_comutex mutex; /* zeroed is unlocked */
    uint64_t forgotten;       /* of the metadata lane's tasks alone, so it needs no lock */
};

#endif
