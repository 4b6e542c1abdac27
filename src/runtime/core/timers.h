/* SPDX-License-Identifier: BSD-3-Clause */
/* Timers of one worker: a binary heap by deadline. That worker's thread only. */
#ifndef CHI_RUNTIME_TIMERS_H
#define CHI_RUNTIME_TIMERS_H

#include <stdint.h>

struct chi_worker;

struct chi_timer {
    uint64_t deadline_ns;
    void (*fire)(struct chi_worker *worker, struct chi_timer *timer); /* it is out of the heap */
    void *argument;
    uint32_t place; /* in the heap, from 1; 0: not in it */
};

struct chi_timers {
    struct chi_timer **heap; /* heap[1..count] */
    uint32_t count;
    uint32_t room;
};

/* Adds a timer, which stays the caller's. 0 or -ENOMEM. */
int chi_timers_add(struct chi_timers *timers, struct chi_timer *timer);
/* Takes it out; nothing where it is not in. */
void chi_timers_remove(struct chi_timers *timers, struct chi_timer *timer);
/* The earliest deadline; UINT64_MAX where there is none. */
uint64_t chi_timers_next(const struct chi_timers *timers);
/* Takes out the earliest timer if it is due; NULL else. */
struct chi_timer *chi_timers_take_due(struct chi_timers *timers, uint64_t now_ns);
void chi_timers_fini(struct chi_timers *timers);

#endif
