/* SPDX-License-Identifier: BSD-3-Clause */
/* Timers of one worker: a binary heap, ordered by deadline. That worker's thread only. */
#ifndef CHI_RUNTIME_CORE_TIMERS_H
#define CHI_RUNTIME_CORE_TIMERS_H

#include <stdint.h>

struct chi_worker;

struct chi_timer {
    uint64_t deadline_ns;
    void (*fire)(struct chi_worker *worker, struct chi_timer *timer); /* called after its removal */
    void *argument;
    uint32_t place; /* index in the heap, from 1; 0: not in the heap */
};

struct chi_timers {
    struct chi_timer **heap; /* heap[1..count] */
    uint32_t count;
    uint32_t room;
};

/* Adds a timer, which the caller owns until it is removed or taken. Returns 0 or -ENOMEM. */
int chi_timers_add(struct chi_timers *timers, struct chi_timer *timer);

/* Removes a timer. Does nothing if it is not in the heap. */
void chi_timers_remove(struct chi_timers *timers, struct chi_timer *timer);

/* Returns the earliest deadline; UINT64_MAX if there is no timer. */
uint64_t chi_timers_next(const struct chi_timers *timers);

/* Removes and returns the earliest timer if its deadline is not after `now_ns`; else NULL. */
struct chi_timer *chi_timers_take_due(struct chi_timers *timers, uint64_t now_ns);

/* Frees the heap. */
void chi_timers_fini(struct chi_timers *timers);

#endif
