/* SPDX-License-Identifier: BSD-3-Clause */
/* Detects leaks of a test; each is a line on standard error. Test thread only. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/memory.h"
#include "runtime/host/stepper.h"
#include "test/allocations.h"
#include "test/test.h"

#define SETTLE_NS (5 * CHI_NS_PER_S)

static int leak(const char *format, ...) CHI_PRINTF(1, 2);

static int leak(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("left behind: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return 1;
}

int chi_test_count_client_leaks(void)
{
    int leaks = 0;

    if (chi_test.mode == CHI_TEST_DIRECT) {
        uint64_t tasks = chi_direct_tasks(chi_test.runtime);
        return tasks > 0 ? leak("%llu tasks without chi_task_del()", (unsigned long long)tasks) : 0;
    }
    if (!chi_client_alive())
        return leak("no attachment: chi_client_fini() was called too often");
    uint64_t blocks = chi_client_blocks(CHI_SEGMENT_MAIN);
    if (blocks > 0)
        leaks += leak("%llu tasks or strings of the client, not freed", (unsigned long long)blocks);
    blocks = chi_client_blocks(CHI_SEGMENT_CLIENT_DATA);
    if (blocks > 0)
        leaks += leak("%llu buffers or long strings of the client, not freed",
                      (unsigned long long)blocks);
    return leaks;
}

/* Workers with threads need some time to become idle; a stepped runtime is idle already. */
int chi_test_count_runtime_leaks(void)
{
    const struct timespec pause = {.tv_nsec = CHI_NS_PER_MS};
    struct chi_test_status now;
    char text[512];
    int leaks = 0;

    if (chi_test.mode != CHI_TEST_THREADS)
        chi_stepper_run(chi_test.runtime);
    uint64_t deadline = chi_clock_now_ns() + SETTLE_NS;
    for (;;) {
        if (chi_test_status_get(&now) < 0)
            return leak("a runtime that does not report its status");
        leaks = chi_test_status_leaks(&now, &chi_test.idle, text, sizeof(text));
        if (leaks == 0 || chi_test.mode != CHI_TEST_THREADS || chi_clock_now_ns() >= deadline)
            break;
        nanosleep(&pause, NULL);
    }
    if (leaks > 0)
        leak("%s", text);
    return leaks;
}

static int count_shared_memory(void)
{
    char prefix[64];
    struct dirent *entry;
    int leaks = 0;

    snprintf(prefix, sizeof(prefix), "chimaera.%s.", chi_test.instance);
    DIR *dir = opendir("/dev/shm");
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            leaks += leak("/dev/shm/%s", entry->d_name);
    if (dir != NULL)
        closedir(dir);
    return leaks;
}

static int count_descriptors(void)
{
    struct chi_test_descriptors now;
    int leaks = 0;

    chi_test_descriptors_get(&now);
    for (int fd = 0; fd < CHI_TEST_DESCRIPTORS_MAX; fd++) {
        char path[32], target[128];
        if (!now.open[fd] || chi_test.descriptors.open[fd])
            continue;
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        ssize_t n = readlink(path, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        leaks += leak("descriptor %d, %s", fd, target);
    }
    int more = now.count - chi_test.descriptors.count - leaks;
    return more > 0 ? leaks + leak("%d descriptors", more) : leaks;
}

int chi_test_count_process_leaks(void)
{
    int leaks = 0;
    int64_t blocks = chi_test_blocks_left();
    int64_t subtasks = chi_test_subtasks_left();

    if (blocks != 0)
        leaks += leak("%lld strings, vectors or buffers of handlers, not freed", (long long)blocks);
    if (subtasks != 0)
        leaks += leak("%lld subtasks of handlers without chi_task_del()", (long long)subtasks);
    leaks += count_shared_memory();
    return leaks + count_descriptors();
}
