/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runtime's parking places on plain threads: a handler is a thread, which polls its pollers as
 * a worker would while it waits. Include in one file of a test.
 */
#ifndef CHI_TEST_BDEV_FAKE_PARK_H
#define CHI_TEST_BDEV_FAKE_PARK_H

#include <chimaera/client_memory.h>
#include <chimaera/park.h>
#include <pthread.h>
#include <sched.h>

#include "support/cmocka_all.h"

static pthread_mutex_t park_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local struct chi_poller *park_pollers;
static _Thread_local uint32_t park_client;

void chi_parking_init(struct chi_parking *parking)
{
    *parking = (struct chi_parking){0};
}

int chi_task_park(struct chi_parking *parking)
{
    for (;;) {
        pthread_mutex_lock(&park_lock);
        bool woken = parking->woken;
        int result = parking->result;
        pthread_mutex_unlock(&park_lock);
        if (woken)
            return result;
        for (struct chi_poller *p = park_pollers; p != NULL; p = p->next)
            p->poll(p);
        sched_yield();
    }
}

void chi_task_unpark(struct chi_parking *parking, int result)
{
    pthread_mutex_lock(&park_lock);
    parking->result = result;
    parking->woken = 1;
    pthread_mutex_unlock(&park_lock);
}

int chi_poller_add(struct chi_poller *poller)
{
    poller->next = park_pollers;
    park_pollers = poller;
    return 0;
}

void chi_poller_remove(struct chi_poller *poller)
{
    (void)poller; /* its thread has ended, or ends with the test */
}

uint32_t chi_current_client(void)
{
    return park_client;
}

/* Clients' memory: none, unless a test gives some; what lies around any buffer in it; who watches.
 */
static uint8_t *park_memory;
static uint32_t park_units;
static struct chi_client_memory_run park_run;
static struct chi_client_memory_watch *park_watch;

uint8_t *chi_client_memory_base(uint32_t *units)
{
    *units = park_units;
    return park_memory;
}

struct chi_client_memory_run chi_client_memory_around(const void *address, uint64_t size,
                                                      uint32_t window)
{
    (void)address, (void)size, (void)window;
    return park_run;
}

void chi_client_memory_watch_add(struct chi_client_memory_watch *watch)
{
    park_watch = watch;
}

void chi_client_memory_watch_remove(struct chi_client_memory_watch *watch)
{
    assert_ptr_equal(park_watch, watch);
    park_watch = NULL;
}

#endif
