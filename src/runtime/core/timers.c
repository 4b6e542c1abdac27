/* SPDX-License-Identifier: BSD-3-Clause */
/* A binary heap of timers. See timers.h. */
#include "runtime/core/timers.h"

#include <errno.h>
#include <stdlib.h>

static void put(struct chi_timers *timers, uint32_t place, struct chi_timer *timer)
{
    timers->heap[place] = timer;
    timer->place = place;
}

static void sift_up(struct chi_timers *timers, uint32_t place, struct chi_timer *timer)
{
    while (place > 1 && timers->heap[place / 2]->deadline_ns > timer->deadline_ns) {
        put(timers, place, timers->heap[place / 2]);
        place /= 2;
    }
    put(timers, place, timer);
}

static void sift_down(struct chi_timers *timers, uint32_t place, struct chi_timer *timer)
{
    for (;;) {
        uint32_t child = place * 2;
        if (child > timers->count)
            break;
        if (child < timers->count &&
            timers->heap[child + 1]->deadline_ns < timers->heap[child]->deadline_ns)
            child++;
        if (timers->heap[child]->deadline_ns >= timer->deadline_ns)
            break;
        put(timers, place, timers->heap[child]);
        place = child;
    }
    put(timers, place, timer);
}

int chi_timers_add(struct chi_timers *timers, struct chi_timer *timer)
{
    if (timers->count + 1 >= timers->room) {
        uint32_t room = timers->room > 0 ? timers->room * 2 : 64;
        struct chi_timer **heap = realloc(timers->heap, room * sizeof(*heap));
        if (heap == NULL)
            return -ENOMEM;
        timers->heap = heap;
        timers->room = room;
    }
    timers->count++;
    sift_up(timers, timers->count, timer);
    return 0;
}

void chi_timers_remove(struct chi_timers *timers, struct chi_timer *timer)
{
    uint32_t place = timer->place;
    if (place == 0)
        return;
    timer->place = 0;
    struct chi_timer *last = timers->heap[timers->count--];
    if (last == timer)
        return;
    if (place > 1 && timers->heap[place / 2]->deadline_ns > last->deadline_ns)
        sift_up(timers, place, last);
    else
        sift_down(timers, place, last);
}

uint64_t chi_timers_next(const struct chi_timers *timers)
{
    return timers->count > 0 ? timers->heap[1]->deadline_ns : UINT64_MAX;
}

struct chi_timer *chi_timers_take_due(struct chi_timers *timers, uint64_t now_ns)
{
    if (timers->count == 0 || timers->heap[1]->deadline_ns > now_ns)
        return NULL;
    struct chi_timer *timer = timers->heap[1];
    chi_timers_remove(timers, timer);
    return timer;
}

void chi_timers_fini(struct chi_timers *timers)
{
    free(timers->heap);
    timers->heap = NULL;
    timers->count = timers->room = 0;
}
