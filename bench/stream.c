/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of empty tasks, from this process or from several. */
#include "stream.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "chimaera/attach.h"
#include "chimaera/status.h"
#include "chimaera/task.h"
#include "daemon.h"
#include "process.h"

#define CLIENTS_MAX   16u
#define TASKS_A_CLOCK 1024u
#define WARM_UP_NS    (5 * CHI_NS_PER_MS)

struct ring {
    chi_pool_id_t pool;
    uint32_t outstanding;
    uint32_t batch;
    bool hashed;
    uint32_t hash;
    struct chi_task *tasks[BENCH_STREAM_MAX];
};

/* Where hashed, the containers in turn: hashes themselves are not what is measured. */
static chi_pool_query_t query_of(struct ring *ring)
{
    return ring->hashed ? chi_pool_query_direct_hash(ring->hash++) : chi_pool_query_local();
}

static void submit(struct ring *ring, uint32_t first)
{
    struct chi_task **tasks = &ring->tasks[first];
    for (uint32_t i = 0; i < ring->batch; i++) {
        tasks[i] = chi_task_new(&bench_empty_nop_schema, ring->pool, query_of(ring));
        if (tasks[i] == NULL)
            bench_check(chi_last_error_code(), "cannot make a task");
    }
    if (ring->batch == 1)
        bench_check(chi_task_enqueue(tasks[0]), "cannot submit a task");
    else if (chi_task_enqueue_many(tasks, ring->batch) != (int)ring->batch)
        bench_die("cannot submit %u tasks: %s", ring->batch, chi_last_error());
}

static void finish(struct ring *ring, uint32_t first)
{
    for (uint32_t i = first; i < first + ring->batch; i++) {
        bench_check(chi_task_wait(ring->tasks[i]), "an empty task");
        chi_task_del(ring->tasks[i]);
    }
}

/* Returns tasks done; sets `elapsed_ns`. */
static uint64_t run_ring(struct ring *ring, uint64_t duration_ns, uint64_t *elapsed_ns)
{
    uint64_t begin = chi_clock_now_ns();
    uint64_t done = 0;
    uint64_t next_look = TASKS_A_CLOCK;
    uint32_t oldest = 0;

    for (uint32_t i = 0; i < ring->outstanding; i += ring->batch)
        submit(ring, i);
    for (;;) {
        finish(ring, oldest);
        done += ring->batch;
        if (done >= next_look) {
            *elapsed_ns = chi_clock_now_ns() - begin;
            if (*elapsed_ns >= duration_ns)
                break;
            next_look = done + TASKS_A_CLOCK;
        }
        submit(ring, oldest);
        oldest = oldest + ring->batch == ring->outstanding ? 0 : oldest + ring->batch;
    }
    uint32_t last = oldest;
    while ((oldest = oldest + ring->batch == ring->outstanding ? 0 : oldest + ring->batch) != last)
        finish(ring, oldest);
    return done;
}

static double stream(struct ring *ring, uint64_t duration_ns)
{
    uint64_t elapsed_ns;
    run_ring(ring, WARM_UP_NS, &elapsed_ns);
    uint64_t done = run_ring(ring, duration_ns, &elapsed_ns);
    return (double)done * 1e9 / (double)elapsed_ns;
}

double bench_stream(chi_pool_id_t pool, uint32_t outstanding, uint32_t batch, uint64_t duration_ns)
{
    struct ring ring = {.pool = pool, .outstanding = outstanding, .batch = batch};
    return stream(&ring, duration_ns);
}

double bench_stream_hashed(chi_pool_id_t pool, uint32_t outstanding, uint64_t duration_ns)
{
    struct ring ring = {.pool = pool, .outstanding = outstanding, .batch = 1, .hashed = true};
    return stream(&ring, duration_ns);
}

/* ---- several processes */

struct crowd {
    uint32_t clients;
    int core;
    uint32_t outstanding;
    uint64_t duration_ns;
    _Atomic(uint32_t) next;  /* number of the next client to start */
    _Atomic(uint32_t) ready; /* clients that have warmed up */
    double rate[CLIENTS_MAX];
};

static void client_main(void *context)
{
    struct crowd *crowd = context;
    uint64_t elapsed_ns;

    if (crowd->core >= 0)
        bench_pin(0, crowd->core);
    else
        bench_unpin();
    bench_check(chi_client_init(), "a client");
    struct ring ring = {.pool = bench_empty_pool(), .outstanding = crowd->outstanding, .batch = 1};
    uint32_t number = atomic_fetch_add(&crowd->next, 1);
    run_ring(&ring, WARM_UP_NS, &elapsed_ns);
    atomic_fetch_add(&crowd->ready, 1);
    while (atomic_load(&crowd->ready) < crowd->clients)
        sched_yield();
    uint64_t done = run_ring(&ring, crowd->duration_ns, &elapsed_ns);
    crowd->rate[number] = (double)done * 1e9 / (double)elapsed_ns;
    chi_client_fini();
}

double bench_stream_from(uint32_t clients, int core, uint32_t outstanding, uint64_t duration_ns,
                         double *spread)
{
    pid_t pids[CLIENTS_MAX];
    struct crowd *crowd = bench_shared_memory(sizeof(*crowd));
    crowd->clients = clients;
    crowd->core = core;
    crowd->outstanding = outstanding;
    crowd->duration_ns = duration_ns;
    for (uint32_t i = 0; i < clients; i++)
        pids[i] = bench_fork(client_main, crowd);
    for (uint32_t i = 0; i < clients; i++)
        bench_join(pids[i]);
    double sum = 0;
    double least = crowd->rate[0];
    for (uint32_t i = 0; i < clients; i++) {
        sum += crowd->rate[i];
        if (crowd->rate[i] < least)
            least = crowd->rate[i];
    }
    if (spread != NULL)
        *spread = least * clients / sum;
    munmap(crowd, sizeof(*crowd));
    return sum;
}
