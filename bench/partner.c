/* SPDX-License-Identifier: BSD-3-Clause */
#include "partner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu.h"
#include "process.h"

#define MEMORY_BYTES ((size_t)64 << 20)
#define ALIGNMENT    ((size_t)128) /* processors fetch lines by two */
#define LOOK_EVERY   4096u         /* polls, whether it has died */

/* At the beginning of the memory. `started` is written before the eventfd, `ended` by the partner.
 */
struct desk {
    void (*job)(void *context);
    void *context;
    int core;
    uint64_t started;
    _Alignas(128) _Atomic(uint64_t) ended;
};

static struct desk *desk;
static size_t used;
static int wake;
static pid_t pid;

static void work(void *context)
{
    (void)context;
    uint64_t jobs;
    while (read(wake, &jobs, sizeof(jobs)) == sizeof(jobs)) {
        bench_pin(0, desk->core);
        desk->job(desk->context);
        /* Release: what the job has written, for bench_partner_join(). */
        atomic_store_explicit(&desk->ended, desk->started, memory_order_release);
    }
    bench_die("cannot read an eventfd: %s", strerror(errno));
}

void bench_partner_init(void)
{
    desk = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    wake = eventfd(0, EFD_CLOEXEC);
    if (desk == MAP_FAILED || wake < 0)
        bench_die("cannot start a second process: %s", strerror(errno));
    used = (sizeof(*desk) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    pid = bench_fork(work, NULL);
}

void *bench_partner_memory(size_t size)
{
    void *memory = (char *)desk + used;
    used += (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (used > MEMORY_BYTES)
        bench_die("limits use too much memory");
    memset(memory, 0, size);
    return memory;
}

void bench_partner_start(void (*job)(void *context), void *context)
{
    uint64_t one = 1;
    desk->job = job;
    desk->context = context;
    desk->core = bench_worker_core;
    desk->started++;
    if (write(wake, &one, sizeof(one)) != sizeof(one))
        bench_die("cannot write an eventfd: %s", strerror(errno));
}

void bench_partner_join(void)
{
    for (uint32_t polls = 1;; polls++) {
        /* Acquire: pairs with the store in work(). */
        if (atomic_load_explicit(&desk->ended, memory_order_acquire) == desk->started)
            return;
        chi_cpu_pause();
        if (polls % LOOK_EVERY == 0 && waitpid(pid, NULL, WNOHANG) == pid)
            bench_die("the process that measures limits has ended");
    }
}

pid_t bench_partner_pid(void)
{
    return pid;
}
