/* SPDX-License-Identifier: BSD-3-Clause */
/* One thread per process. */
#include "process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "chimaera/status.h"

int bench_worker_core;
int bench_client_core;

static cpu_set_t allowed;

_Noreturn void bench_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("chi_bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void bench_check(int rc, const char *what)
{
    if (rc < 0)
        bench_die("%s: %s", what, *chi_last_error() ? chi_last_error() : chi_strerror(rc));
}

void *bench_alloc(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        bench_die("out of memory");
    return memory;
}

void bench_sleep_ms(unsigned ms)
{
    struct timespec duration = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&duration, &duration) < 0 && errno == EINTR)
        ;
}

void bench_poll_for(uint64_t duration_ns)
{
    uint64_t end = chi_clock_now_ns() + duration_ns;
    while (chi_clock_now_ns() < end)
        chi_cpu_pause();
}

/* ---- cores and processes */

void bench_cores_init(void)
{
    int cores[2];
    int found = 0;

    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
        bench_die("cannot ask which cores this process may use: %s", strerror(errno));
    for (int core = 0; core < CPU_SETSIZE && found < 2; core++)
        if (CPU_ISSET(core, &allowed))
            cores[found++] = core;
    if (found < 2)
        bench_die("this takes two cores, and this process may use one only");
    bench_worker_core = cores[0];
    bench_client_core = cores[1];
}

void bench_swap_cores(void)
{
    int core = bench_worker_core;
    bench_worker_core = bench_client_core;
    bench_client_core = core;
}

void bench_pin(pid_t tid, int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(tid, sizeof(set), &set) < 0)
        bench_die("cannot pin thread %d to core %d: %s", (int)tid, core, strerror(errno));
}

void bench_unpin(void)
{
    if (sched_setaffinity(0, sizeof(allowed), &allowed) < 0)
        bench_die("cannot set the cores: %s", strerror(errno));
}

pid_t bench_fork(void (*body)(void *context), void *context)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        bench_die("cannot fork: %s", strerror(errno));
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent)
        body(context);
    fflush(NULL);
    _exit(EXIT_SUCCESS);
}

void bench_join(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            bench_die("cannot wait for process %d: %s", (int)child, strerror(errno));
    if (WIFSIGNALED(status))
        bench_die("process %d was killed by signal %d", (int)child, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        exit(EXIT_FAILURE); /* it said why */
}

void *bench_shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        bench_die("cannot map %zu bytes: %s", size, strerror(errno));
    memset(memory, 0, size);
    return memory;
}
