/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client thread of the stress test: it makes tasks of every kind at random, keeps some in
 * flight, ends them in every way and checks each result. It exits the process with 1 where
 * something is not as it must be, and says what.
 */
#ifndef CHI_TEST_STRESS_ACTOR_H
#define CHI_TEST_STRESS_ACTOR_H

#include <chimaera/chimaera.h>

#include "stress/books.h"

#define STRESS_JOBS 24u /* in flight */

struct stress_job {
    struct chi_task *task; /* NULL: none */
    enum stress_kind kind;
    uint32_t id;
    uint32_t ids;
    uint32_t containers; /* of its pool */
    bool passing;        /* its pool may go away */
    bool cut;            /* it has a timeout, or was cancelled */
    struct chi_buffer buffer;
};

struct stress_actor {
    uint64_t seed;
    bool stays; /* it waits for what it sent, or flushes: what it submits will run */
    bool alone; /* the only thread of its process */
    struct stress_job jobs[STRESS_JOBS];
};

uint64_t stress_pick(struct stress_actor *actor, uint64_t below);

/* Ends the process, and the test, where `good` is false. `job` may be NULL. */
void stress_need(bool good, const struct stress_job *job, const char *what);

/* Makes a task, not submitted yet. False where there is no room. */
bool stress_job_make(struct stress_actor *actor, struct stress_job *job);
void stress_job_unmake(struct stress_job *job);
/* Checks what a done job gave, keeps books, and deletes it. */
void stress_job_check(struct stress_job *job);
/* What was made and could not be submitted, or was refused. */
void stress_job_never(struct stress_job *job);
/* What is submitted, and about to be given up by somebody who stays. */
void stress_job_owed(struct stress_job *job);

/* One thing, chosen at random. */
void stress_act(struct stress_actor *actor);
/* Waits for all that is in flight, and checks it. */
void stress_finish(struct stress_actor *actor);

#endif
