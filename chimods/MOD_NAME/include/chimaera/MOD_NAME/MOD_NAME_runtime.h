/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one MOD_NAME container. Private to the module's runtime library. */
#ifndef CHIMAERA_MOD_NAME_RUNTIME_H
#define CHIMAERA_MOD_NAME_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/comutex.h>
#include <chimaera/container.h>
#include <chimaera/MOD_NAME/MOD_NAME_tasks.h>

enum chimaera_MOD_NAME_queue {
    CHIMAERA_MOD_NAME_METADATA_QUEUE = 0,   /* one lane: tasks on the whole container */
    CHIMAERA_MOD_NAME_PROCESSING_QUEUE = 1, /* worker_count lanes: tasks on single items */
    CHIMAERA_MOD_NAME_BULK_QUEUE = 2,       /* one lane: tasks that would delay the small ones */
};

#define CHIMAERA_MOD_NAME_BULK_SIZE 4096u /* bytes; tasks with more data use the bulk queue */

/* The runtime zeroes it; Create fills it in, Destroy empties it. */
struct chimaera_MOD_NAME {
    struct chi_container base;
    char *suffix;             /* written by Create only, so every lane may read it */
    struct chi_comutex mutex; /* zeroed: unlocked */
    uint64_t forgotten;       /* used by the metadata lane only, so it needs no lock */
};

#endif
