/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The supervisor: this process measures nothing itself. A figure's processes are one process group;
 * those whose parent died become our children (subreaper), so all of them can be waited for.
 */
#include "supervise.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon.h"
#include "limits.h"
#include "partner.h"
#include "process.h"

#define TERM_NS  (15 * CHI_NS_PER_S)   /* how long a daemon may take to stop */
#define WATCH_NS (3600 * CHI_NS_PER_S) /* no figure takes that long */

static sigset_t signals;

void bench_supervise_init(void)
{
    snprintf(bench_instance, sizeof(bench_instance), "bench-%d", (int)getpid());
    snprintf(bench_folder, sizeof(bench_folder), "/tmp/chi-%s.XXXXXX", bench_instance);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* Where we may: other work on this machine disturbs figure and limit less. Alone it changes
     * nothing. */
    (void)setpriority(PRIO_PROCESS, 0, -20);
    if (mkdtemp(bench_folder) == NULL)
        bench_die("cannot make a folder %s: %s", bench_folder, strerror(errno));
}

/* Removes what in `folder` begins with `prefix`. */
static void remove_files(const char *folder, const char *prefix)
{
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
}

/* Signals the group until all of it is gone. */
static void end_group(pid_t group)
{
    uint64_t begin = chi_clock_now_ns();
    kill(-group, SIGTERM);
    for (;;) {
        pid_t gone = waitpid(-1, NULL, WNOHANG);
        if (gone < 0 && errno == ECHILD)
            return;
        if (gone > 0)
            continue;
        if (chi_clock_now_ns() - begin > TERM_NS)
            kill(-group, SIGKILL);
        bench_sleep_ms(2);
    }
}

static void clear_up(pid_t group)
{
    char segments[64];
    end_group(group);
    snprintf(segments, sizeof(segments), "chimaera.%s-", bench_instance);
    remove_files("/dev/shm", segments);
    remove_files(bench_folder, "");
}

void bench_supervise_fini(void)
{
    remove_files(bench_folder, "");
    rmdir(bench_folder);
}

static _Noreturn void measure(const struct bench_figure *figure,
                              const struct bench_options *options, struct bench_result *result)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
    bench_limits_init();
    bench_partner_init();
    figure->measure(options, result);
    exit(EXIT_SUCCESS);
}

/* Waits for the figure's first process. Its status; on a signal to this program there is no return.
 */
static int watch(const struct bench_figure *figure, pid_t child)
{
    struct timespec limit = {.tv_sec = (time_t)(WATCH_NS / CHI_NS_PER_S)};
    for (;;) {
        int status;
        if (waitpid(child, &status, WNOHANG) == child)
            return status;
        int signal_number = sigtimedwait(&signals, NULL, &limit);
        if (signal_number == SIGCHLD || (signal_number < 0 && errno == EINTR))
            continue;
        if (signal_number < 0) {
            fprintf(stderr, "chi_bench: %s does not end\n", figure->name);
            return -1;
        }
        clear_up(child);
        bench_supervise_fini();
        signal(signal_number, SIG_DFL);
        sigprocmask(SIG_UNBLOCK, &signals, NULL);
        raise(signal_number);
    }
}

static int supervise_part(const struct bench_figure *figure, const struct bench_options *options,
                          struct bench_result *result)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        bench_die("cannot fork: %s", strerror(errno));
    if (child == 0)
        measure(figure, options, result);
    setpgid(child, child);
    int status = watch(figure, child);
    clear_up(child);
    return status == 0 ? 0 : -1;
}

int bench_supervise(const struct bench_figure *figure, const struct bench_options *options,
                    struct bench_result *result)
{
    static struct bench_result *shared; /* with the processes that measure */
    static struct bench_slice *kept;
    struct bench_options part = *options;
    int rc = 0;

    if (shared == NULL) {
        shared = bench_shared_memory(sizeof(*shared));
        kept = bench_shared_memory(BENCH_KEPT_MAX * sizeof(*kept));
    }
    part.parts = figure->once || options->slices < BENCH_PARTS ? 1 : BENCH_PARTS;
    part.slices = (options->slices + part.parts - 1) / part.parts;
    *shared = (struct bench_result){.kept = kept};
    for (unsigned i = 0; i < part.parts && rc == 0; i++)
        rc = supervise_part(figure, &part, shared);
    if (rc == 0)
        bench_sum_up(shared);
    *result = *shared;
    result->kept = NULL;
    return rc;
}
