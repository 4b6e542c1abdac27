/* SPDX-License-Identifier: BSD-3-Clause */
/* State of one kinds container. */
#ifndef TEST_KINDS_RUNTIME_H
#define TEST_KINDS_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>
#include <pthread.h>
#include <test/kinds/kinds_tasks.h>

#define TEST_KINDS_LANES 4u
#define TEST_KINDS_NOTES 65536u

struct test_kinds {
    struct chi_container base;
    pthread_mutex_t lock; /* never held while parked */
    uint32_t *notes;
    uint32_t note_count;
    uint32_t waiting;
    uint64_t ended;
    uint64_t ticks;
    int gate; /* eventfd, readable while open */
};

void test_kinds_note(struct test_kinds *self, uint32_t tag);

#endif
