/* SPDX-License-Identifier: BSD-3-Clause */
/* See harness.h. */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chimaera/chimaera.h"
#include "chimaera/MOD_NAME/MOD_NAME_client.h"
#include "shm/protocol.h"
#include "test/json.h"
#include "test_paths.h"

#define NS_PER_MS 1000000u

static struct {
    char dir[64];
    char config[96];
    char socket[sizeof(((struct sockaddr_un *)0)->sun_path)];
    char lock[160];
    char segment[CHI_SEGMENT_COUNT][128];
    pid_t owner; /* children of the test must not clean up after it */
    pid_t daemon;
    pid_t survivor;
    int survivor_socket;
} g = {.survivor_socket = -1};

static const int endings[] = {SIGALRM, SIGABRT, SIGTERM, SIGINT, SIGHUP};

uint64_t fault_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool fault_full(void)
{
    const char *value = getenv("CHI_TEST_FULL");
    return value != NULL && strcmp(value, "1") == 0;
}

uint64_t fault_seed(void)
{
    const char *value = getenv("CHI_TEST_SEED");
    uint64_t seed = value != NULL ? strtoull(value, NULL, 0) : fault_now_ns();
    printf("CHI_TEST_SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    return seed != 0 ? seed : 1;
}

uint64_t fault_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void pause_ms(unsigned ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * NS_PER_MS};
    nanosleep(&pause, NULL);
}

/* ---- the test's own place */

/* Async-signal-safe but for remove(), which only unlinks here. */
static void remove_all(void)
{
    if (g.survivor > 0)
        kill(g.survivor, SIGKILL);
    if (g.daemon > 0)
        kill(g.daemon, SIGKILL);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        unlink(g.segment[s]);
    unlink(g.config);
    unlink(g.socket);
    unlink(g.lock);
    rmdir(g.dir);
}

/* The watchdog, and what ends this program from outside or in an assertion. */
static void on_signal(int signal_number)
{
    static const char text[] = "The watchdog ended this test: something hangs.\n";
    if (signal_number == SIGALRM)
        (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    remove_all();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void at_exit(void)
{
    if (getpid() == g.owner && g.dir[0] != '\0')
        remove_all();
}

static void write_config(const char *instance, unsigned main_mb)
{
    FILE *file = fopen(g.config, "w");
    assert_non_null(file);
    fprintf(file,
            "memory:\n"
            "  main_segment_size: %uMB\n"
            "  client_data_segment_size: 64MB\n"
            "  runtime_data_segment_size: 64MB\n"
            "runtime:\n"
            "  instance: %s\n"
            "  socket_dir: %s\n"
            "  grace_period: 60s\n"
            "logging:\n"
            "  level: warn\n"
            "compose:\n"
            "  - mod_name: chimaera_MOD_NAME\n"
            "    pool_name: " FAULT_POOL "\n"
            "    pool_id: 7000.0\n"
            "  - mod_name: chimaera_bdev\n"
            "    pool_name: " FAULT_DISK "\n"
            "    pool_id: 7001.0\n"
            "    type: ram\n"
            "    total_size: 64MB\n"
            "  - mod_name: test_stress\n"
            "    pool_name: mix\n"
            "    pool_id: 7100.0\n"
            "    containers_per_node: 5\n"
            "  - mod_name: test_stress\n"
            "    pool_name: one\n"
            "    pool_id: 7101.0\n",
            main_mb, instance, g.dir);
    assert_int_equal(fclose(file), 0);
}

void fault_begin(const char *test, unsigned main_mb, unsigned seconds)
{
    static const char *const names[CHI_SEGMENT_COUNT] = {"main", "client_data", "runtime_data"};
    const char *temp = getenv("TMPDIR");
    const char *tag = getenv("CHI_TEST_TAG");
    char instance[28];

    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(instance, sizeof(instance), "fault-%.10s%d", tag != NULL ? tag : "", (int)getpid());
    int size = snprintf(g.dir, sizeof(g.dir), "%s/chimaera-%s.XXXXXX",
                        temp != NULL && strlen(temp) < 32 ? temp : "/tmp", test);
    assert_true(size > 0 && (size_t)size < sizeof(g.dir));
    assert_non_null(mkdtemp(g.dir));
    g.owner = getpid();
    snprintf(g.config, sizeof(g.config), "%s/conf.yaml", g.dir);
    snprintf(g.socket, sizeof(g.socket), "%s/chimaera.%s.sock", g.dir, instance);
    snprintf(g.lock, sizeof(g.lock), "%s/chimaera.%s.lock", g.dir, instance);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        snprintf(g.segment[s], sizeof(g.segment[s]), "/dev/shm/chimaera.%s.%s", instance, names[s]);
    setenv("CHI_INSTANCE", instance, 1);
    setenv("CHI_SOCKET_DIR", g.dir, 1);
    setenv("CHI_REPO_PATH", CHI_TEST_LIB_DIR ":" CHI_TEST_MODULE_DIR, 1);
    write_config(instance, main_mb);
    atexit(at_exit);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        signal(endings[i], on_signal);
    alarm(seconds);
}

void fault_end(void)
{
    alarm(0);
    assert_int_equal(unlink(g.config), 0);
    assert_int_equal(rmdir(g.dir), 0); /* nothing else was left there */
    g.dir[0] = '\0';
}

/* ---- the daemon */

static void await_answer(void)
{
    struct fault_status status;
    for (int i = 0; i < 6000; i++) {
        if (access(g.socket, F_OK) == 0 && fault_status(&status) && status.pid == g.daemon)
            return;
        if (waitpid(g.daemon, NULL, WNOHANG) == g.daemon) {
            g.daemon = 0;
            fail_msg("the daemon ended while it started");
        }
        pause_ms(10);
    }
    fail_msg("the daemon did not answer within a minute");
}

void fault_daemon_start(void)
{
    if (g.daemon > 0) /* a test failed before it stopped its own */
        fault_daemon_kill();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fault_child();
        execl(CHI_TEST_BIN_DIR "/chimaera_runtime", "chimaera_runtime", "-c", g.config, NULL);
        perror(CHI_TEST_BIN_DIR "/chimaera_runtime");
        _exit(127);
    }
    g.daemon = child;
    await_answer();
}

void fault_daemon_stop(void)
{
    int state = 0;

    assert_int_equal(kill(g.daemon, SIGTERM), 0);
    for (int i = 0; i < 6000 && waitpid(g.daemon, &state, WNOHANG) == 0; i++)
        pause_ms(10);
    g.daemon = 0;
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
        fail_msg("the daemon did not stop cleanly: wait status 0x%x", state);
    assert_int_not_equal(access(g.socket, F_OK), 0);
    assert_int_not_equal(access(g.lock, F_OK), 0);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        assert_int_not_equal(access(g.segment[s], F_OK), 0);
}

void fault_daemon_kill(void)
{
    assert_int_equal(kill(g.daemon, SIGKILL), 0);
    assert_int_equal(waitpid(g.daemon, NULL, 0), g.daemon);
    g.daemon = 0;
}

void fault_daemon_freeze(void)
{
    int state;
    assert_int_equal(kill(g.daemon, SIGSTOP), 0);
    assert_int_equal(waitpid(g.daemon, &state, WUNTRACED), g.daemon);
    assert_true(WIFSTOPPED(state));
}

pid_t fault_daemon_pid(void)
{
    return g.daemon;
}

const char *fault_socket(void)
{
    return g.socket;
}

/* ---- its status */

static char *ask(void)
{
    static char text[1 << 18];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = FAULT_WATCHDOG_NS / 1000000000u};
    struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                          .type = CHI_CONTROL_STATUS,
                                          .abi = CHI_LAYOUT_ABI,
                                          .segment = 1 /* CHI_STATUS_JSON */};
    size_t size = 0;
    bool whole = false;

    memcpy(address.sun_path, g.socket, sizeof(address.sun_path));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        send(fd, &request, sizeof(request), MSG_NOSIGNAL) == (ssize_t)sizeof(request)) {
        while (!whole && size < sizeof(text) - CHI_CONTROL_TEXT) {
            struct chi_control_reply reply;
            ssize_t got = recv(fd, text + size, CHI_CONTROL_TEXT, 0);
            if (got <= 0)
                break;
            memcpy(&reply, text + size, sizeof(reply));
            whole = got == (ssize_t)sizeof(reply) && reply.magic == CHI_CONTROL_MAGIC;
            size += whole ? 0 : (size_t)got;
        }
    }
    close(fd);
    text[size] = '\0';
    return whole ? text : NULL;
}

static unsigned long long number_at(const char *text, const char *path)
{
    double number = chi_test_json_number(text, path);
    if (number < 0)
        fail_msg("the status has no %s:\n%s", path, text);
    return (unsigned long long)number;
}

static unsigned count_descriptors(pid_t pid)
{
    char path[64];
    unsigned count = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

bool fault_status(struct fault_status *status)
{
    const char *text = ask();
    if (text == NULL)
        return false;
    memset(status, 0, sizeof(*status));
    status->pid = (pid_t)number_at(text, "pid");
    status->main_granted = number_at(text, "memory.main.granted");
    status->data_granted = number_at(text, "memory.client_data.granted");
    status->data_retired = number_at(text, "memory.client_data.retired");
    status->lent = number_at(text, "memory.runtime_data.lent");
    status->tasks = number_at(text, "workers[0].tasks");
    uint64_t clients;
    status->in_flight = (long long)chi_test_json_sum(text, "clients", "in_flight", &clients);
    status->clients = (unsigned)clients;
    status->descriptors = count_descriptors(status->pid);
    return true;
}

static bool same(const struct fault_status *a, const struct fault_status *b)
{
    return a->pid == b->pid && a->clients == b->clients && a->in_flight == b->in_flight &&
           a->main_granted == b->main_granted && a->data_granted == b->data_granted &&
           a->data_retired == b->data_retired && a->lent == b->lent;
}

uint64_t fault_await(const struct fault_status *baseline, const char *after)
{
    uint64_t begin = fault_now_ns();
    struct fault_status now = {0};

    for (;;) {
        bool answered = fault_status(&now);
        uint64_t ms = (fault_now_ns() - begin) / NS_PER_MS;
        if (answered && same(&now, baseline))
            return ms;
        if (!answered)
            fail_msg("after %s: the daemon does not answer", after);
        if (ms > FAULT_WATCHDOG_NS / NS_PER_MS)
            fail_msg(
                "after %s, %llu ms later (before -> now): daemon %d -> %d, clients %u -> %u, in "
                "flight %lld -> %lld, main %llu -> %llu, client data %llu -> %llu, retired "
                "%llu -> %llu, lent %llu -> %llu",
                after, (unsigned long long)ms, (int)baseline->pid, (int)now.pid, baseline->clients,
                now.clients, baseline->in_flight, now.in_flight, baseline->main_granted,
                now.main_granted, baseline->data_granted, now.data_granted, baseline->data_retired,
                now.data_retired, baseline->lent, now.lent);
        pause_ms(1);
    }
}

void fault_await_descriptors(const struct fault_status *baseline)
{
    struct fault_status now;
    uint64_t begin = fault_now_ns();

    for (;;) {
        assert_true(fault_status(&now));
        assert_int_equal(now.pid, baseline->pid);
        if (now.descriptors <= baseline->descriptors)
            return;
        if (fault_now_ns() - begin > FAULT_WATCHDOG_NS)
            fail_msg("the daemon has %u descriptors open, before it were %u", now.descriptors,
                     baseline->descriptors);
        pause_ms(10);
    }
}

void fault_child(void)
{
    static const int cmockas[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(0);
    for (size_t i = 0; i < sizeof(cmockas) / sizeof(cmockas[0]); i++)
        signal(cmockas[i], SIG_DFL);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        signal(endings[i], SIG_DFL);
}

/* ---- the survivor */

/* One letter: 'k', or what failed. */
static char do_work(const struct chimaera_MOD_NAME_client *client)
{
    struct chi_buffer buffer;
    char verdict = 'k';
    struct chimaera_MOD_NAME_custom_task *task =
        chimaera_MOD_NAME_custom_async(client, chi_pool_query_local(), "still there?", 1);
    if (task == NULL)
        return 's';
    int rc = chi_task_wait_for(&task->base, FAULT_WATCHDOG_NS);
    if (rc < 0) {
        fprintf(stderr, "survivor: wait: %s\n", chi_status_name(rc));
        return 'w';
    }
    if (!chi_string_equal(&task->data, "still there?_processed"))
        verdict = 't';
    chi_task_del(&task->base);
    if (chi_buffer_alloc(4096, &buffer) < 0)
        return 'b';
    memset(chi_buffer_data(&buffer), 0x5A, 4096);
    chi_buffer_free(&buffer);
    return verdict;
}

static _Noreturn void survive(int fd)
{
    struct chimaera_MOD_NAME_client client = {0};
    char request, verdict;

    fault_child();
    if (chi_client_init() < 0 ||
        chimaera_MOD_NAME_create(&client, chi_pool_query_local(), FAULT_POOL, NULL) < 0) {
        fprintf(stderr, "survivor: %s\n", chi_last_error());
        _exit(1);
    }
    while (read(fd, &request, 1) == 1 && request == 'w') {
        verdict = do_work(&client);
        if (write(fd, &verdict, 1) != 1)
            _exit(1);
    }
    chi_client_fini();
    _exit(0);
}

void fault_survivor_start(void)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(fds[0]);
        survive(fds[1]);
    }
    close(fds[1]);
    g.survivor = child;
    g.survivor_socket = fds[0];
    for (int i = 0; i < 10; i++)
        fault_survivor_work("its start");
}

void fault_survivor_work(const char *after)
{
    struct pollfd answer = {.fd = g.survivor_socket, .events = POLLIN};
    char verdict = 'w';

    if (write(g.survivor_socket, &verdict, 1) != 1)
        fail_msg("after %s: the survivor is gone", after);
    if (poll(&answer, 1, 2 * (int)(FAULT_WATCHDOG_NS / NS_PER_MS)) != 1)
        fail_msg("after %s: the survivor hangs", after);
    verdict = 0;
    if (read(g.survivor_socket, &verdict, 1) != 1 || verdict != 'k')
        fail_msg("after %s: the survivor failed at step '%c'", after, verdict);
}

void fault_survivor_stop(void)
{
    int state;
    close(g.survivor_socket);
    assert_int_equal(waitpid(g.survivor, &state, 0), g.survivor);
    assert_true(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    g.survivor = 0;
    g.survivor_socket = -1;
}
