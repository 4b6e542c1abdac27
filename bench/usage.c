/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "process.h"

/* `thread` is a folder of /proc; `most_ns` is what the busiest one so far has used. A thread that
 * has just ended adds nothing. */
static void add_thread(const char *thread, struct bench_usage *usage, uint64_t *most_ns)
{
    char path[80];
    char line[128];
    uint64_t cpu_ns = 0;
    uint64_t waited_ns = 0;
    uint64_t number;

    snprintf(path, sizeof(path), "%s/schedstat", thread);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fscanf(file, "%" SCNu64 " %" SCNu64, &cpu_ns, &waited_ns) != 2)
        bench_die("cannot read %s", path);
    fclose(file);
    usage->cpu_ns += cpu_ns;
    if (cpu_ns > *most_ns) {
        *most_ns = cpu_ns;
        usage->waited_ns = waited_ns;
    }
    snprintf(path, sizeof(path), "%s/status", thread);
    file = fopen(path, "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &number) == 1)
            usage->wake_ups += number;
    fclose(file);
}

struct sum {
    struct bench_usage usage;
    uint64_t most_ns;
};

static void add_thread_of(pid_t pid, pid_t tid, void *context)
{
    struct sum *sum = context;
    char thread[64];
    snprintf(thread, sizeof(thread), "/proc/%d/task/%d", (int)pid, (int)tid);
    add_thread(thread, &sum->usage, &sum->most_ns);
}

void bench_each_thread(pid_t pid, void (*visit)(pid_t pid, pid_t tid, void *context), void *context)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        bench_die("cannot read %s", path);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            visit(pid, (pid_t)strtol(entry->d_name, NULL, 10), context);
    closedir(folder);
}

struct bench_usage bench_usage_of(pid_t pid)
{
    struct sum sum = {0};
    bench_each_thread(pid, add_thread_of, &sum);
    return sum.usage;
}

struct bench_usage bench_own_usage(void)
{
    struct sum sum = {0};
    add_thread("/proc/thread-self", &sum.usage, &sum.most_ns);
    return sum.usage;
}

uint64_t bench_stolen_ticks(void)
{
    char line[256];
    int core;
    uint64_t stolen, sum = 0;

    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "cpu%d %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &core, &stolen) == 2 &&
            (core == bench_worker_core || core == bench_client_core))
            sum += stolen;
    fclose(file);
    return sum;
}
