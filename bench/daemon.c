/* SPDX-License-Identifier: BSD-3-Clause */
/* A daemon of our own: configured, started, pinned, stopped. */
#include "daemon.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/admin/admin_client.h"
#include "chimaera/attach.h"
#include "chimaera/status.h"
#include "process.h"
#include "usage.h"

#define READY_NS (20 * CHI_NS_PER_S)
#define STOP_NS  (20 * CHI_NS_PER_S)

char bench_instance[32];
char bench_folder[64];

/* The path of `name` beside this program. */
static void path_beside(const char *name, char path[PATH_MAX])
{
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (size < 0)
        bench_die("cannot read /proc/self/exe: %s", strerror(errno));
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    size_t room = (size_t)(path + PATH_MAX - slash) - 1;
    if ((size_t)snprintf(slash + 1, room, "%s", name) >= room)
        bench_die("the path of this program is too long");
}

void bench_daemon_prepare(struct bench_daemon *daemon, unsigned workers)
{
    static unsigned number;
    char modules[PATH_MAX];

    *daemon = (struct bench_daemon){0};
    snprintf(daemon->instance, sizeof(daemon->instance), "%s-%u", bench_instance, ++number);
    snprintf(daemon->config, sizeof(daemon->config), "%s/%s.yaml", bench_folder, daemon->instance);
    path_beside("../lib", modules);
    FILE *file = fopen(daemon->config, "we");
    if (file == NULL)
        bench_die("cannot write %s: %s", daemon->config, strerror(errno));
    fprintf(file,
            "runtime:\n"
            "  sched_threads: %u\n"
            "  slow_threads: 0\n"
            "logging:\n"
            "  level: warn\n"
            "modules:\n"
            "  path: \"%s\"\n",
            workers, modules);
    if (fclose(file) != 0)
        bench_die("cannot write %s: %s", daemon->config, strerror(errno));
    bench_daemon_use(daemon);
}

void bench_daemon_use(const struct bench_daemon *daemon)
{
    setenv("CHI_INSTANCE", daemon->instance, 1);
    setenv("CHI_SOCKET_DIR", bench_folder, 1);
}

void bench_daemon_spawn(struct bench_daemon *daemon)
{
    char program[PATH_MAX];
    path_beside("chimaera_runtime", program);
    if (access(program, X_OK) < 0)
        bench_die("%s: %s; build it first", program, strerror(errno));
    pid_t parent = getpid();
    fflush(NULL);
    daemon->pid = fork();
    if (daemon->pid < 0)
        bench_die("cannot fork: %s", strerror(errno));
    if (daemon->pid > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* holds across exec: it stops cleanly when we die */
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    bench_unpin();
    execl(program, program, "-c", daemon->config, "--foreground", (char *)NULL);
    bench_die("cannot start %s: %s", program, strerror(errno));
}

void bench_daemon_attach(const struct bench_daemon *daemon)
{
    uint64_t end = chi_clock_now_ns() + READY_NS;
    int rc;
    while ((rc = chi_client_init()) < 0) {
        int status;
        if (waitpid(daemon->pid, &status, WNOHANG) == daemon->pid)
            bench_die("the daemon ended (status %d) before it was ready",
                      WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
        if (chi_clock_now_ns() > end)
            bench_check(rc, "the daemon is not ready");
    }
}

static void pin_thread(pid_t pid, pid_t tid, void *context)
{
    (void)pid, (void)context;
    bench_pin(tid, bench_worker_core);
}

/* Its other threads sleep while tasks run, and must not disturb the client when they do not. */
void bench_daemon_pin(const struct bench_daemon *daemon)
{
    bench_each_thread(daemon->pid, pin_thread, NULL);
    bench_pin(0, bench_client_core);
}

void bench_daemon_start(struct bench_daemon *daemon)
{
    bench_daemon_prepare(daemon, 1);
    bench_daemon_spawn(daemon);
    bench_daemon_attach(daemon);
    bench_daemon_pin(daemon);
}

void bench_daemon_stop(struct bench_daemon *daemon)
{
    uint64_t end = chi_clock_now_ns() + STOP_NS;
    int status;

    chi_client_fini();
    kill(daemon->pid, SIGTERM);
    while (waitpid(daemon->pid, &status, WNOHANG) == 0) {
        if (chi_clock_now_ns() > end)
            bench_die("the daemon does not stop");
        bench_sleep_ms(1);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_die("the daemon stopped with status %d",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

chi_pool_id_t bench_empty_pool(void)
{
    struct bench_empty_client client;
    bench_check(bench_empty_create(&client, chi_pool_query_local(), "empty"),
                "cannot make a pool of empty tasks");
    return client.base.pool_id;
}

chi_pool_id_t bench_empty_pool_of(uint32_t containers)
{
    char name[32];
    chi_pool_id_t id;
    snprintf(name, sizeof(name), "empty_%u", containers);
    const struct chimaera_admin_pool_spec spec = {
        .mod_name = BENCH_EMPTY_LIBRARY, .pool_name = name, .containers = containers};
    bench_check(chimaera_admin_get_or_create_pool(chi_pool_query_local(), &spec, &id),
                "cannot make a pool of empty tasks");
    return id;
}
