/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemon: reads the command line and the configuration, and runs a runtime until a signal or a
 * request stops it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptors.h"
#include "base/notify.h"
#include "chimaera/log.h"
#include "chimaera/status.h"
#include "chimaera/version.h"
#include "config/config.h"
#include "runtime/core/runtime.h"
#include "runtime/host/start.h"
#include "runtime/pools/compose.h"

enum { EXIT_USAGE = 2 };

struct options {
    const char *config_path; /* absolute, after find_folder(); NULL: none */
    char folder[PATH_MAX];   /* in which the daemon was started */
    bool check_config;
    bool daemonize;
};

static void print_help(void)
{
    puts("Usage: chimaera_runtime [-c FILE] [OPTION]...\n"
         "Runs the Chimaera daemon, which executes tasks for other processes over shared memory.\n"
         "\n"
         "  -c, --config FILE   configuration file; default: $CHI_SERVER_CONF, else built-in\n"
         "                      defaults\n"
         "      --check-config  check the configuration and the module parameters, and exit\n"
         "      --help-config   print all configuration keys and exit\n"
         "      --foreground    stay in the foreground (default)\n"
         "      --daemonize     run in the background; return when the daemon is ready\n"
         "      --version       print the version and exit\n"
         "  -h, --help          print this help and exit\n"
         "\n"
         "SIGTERM, SIGINT and `chimaera stop` stop the daemon: running tasks have\n"
         "runtime.grace_period to finish, then the socket and the shared memory are removed.\n"
         "SIGHUP opens the log file again and reads the log's levels again.\n"
         "Exit status: 0 stopped cleanly, 1 error, 2 wrong command line.");
}

static bool is_yaml(const char *name)
{
    const char *end = strrchr(name, '.');
    return end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

/* Returns 0 to continue, else the exit status + 1. */
static int parse_options(int argc, char **argv, struct options *options)
{
    enum { CHECK_CONFIG = 256, HELP_CONFIG, FOREGROUND, DAEMONIZE, VERSION };
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, CHECK_CONFIG},
        {"help-config", no_argument, NULL, HELP_CONFIG},
        {"foreground", no_argument, NULL, FOREGROUND},
        {"daemonize", no_argument, NULL, DAEMONIZE},
        {"version", no_argument, NULL, VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    bool foreground = false;
    int option;

    argv[0] = "chimaera_runtime"; /* what getopt_long() begins its messages with */
    while ((option = getopt_long(argc, argv, "c:h", table, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config_path = optarg;
            break;
        case CHECK_CONFIG:
            options->check_config = true;
            break;
        case HELP_CONFIG:
            chi_config_describe(stdout);
            return EXIT_SUCCESS + 1;
        case FOREGROUND:
            foreground = true;
            break;
        case DAEMONIZE:
            options->daemonize = true;
            break;
        case VERSION:
            puts("chimaera_runtime " CHI_VERSION);
            return EXIT_SUCCESS + 1;
        case 'h':
            print_help();
            return EXIT_SUCCESS + 1;
        default:
            fputs("Try 'chimaera_runtime --help'.\n", stderr);
            return EXIT_USAGE + 1;
        }
    }
    if (foreground && options->daemonize) {
        fputs("chimaera_runtime: --daemonize and --foreground exclude each other\n", stderr);
        return EXIT_USAGE + 1;
    }
    if (optind < argc) {
        fprintf(stderr,
                "chimaera_runtime: unexpected argument '%s'%s%s%s\n"
                "Try 'chimaera_runtime --help'.\n",
                argv[optind], is_yaml(argv[optind]) ? "; did you mean -c " : "",
                is_yaml(argv[optind]) ? argv[optind] : "", is_yaml(argv[optind]) ? "?" : "");
        return EXIT_USAGE + 1;
    }
    return 0;
}

/* Relative paths are those of the folder in which the daemon was started, also after it has left.
 */
static int make_absolute(char **path, const char *folder)
{
    char *absolute;
    if (*path == NULL || (*path)[0] == '/')
        return 0;
    if (asprintf(&absolute, "%s/%s", folder, *path) < 0)
        return chi_error(-ENOMEM, "out of memory");
    free(*path);
    *path = absolute;
    return 0;
}

/* What chi_paths_resolve() reads from the environment. */
static int make_environment_absolute(const char *folder)
{
    static const char *const names[] = {"CHI_SOCKET_DIR", "XDG_RUNTIME_DIR"};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = secure_getenv(names[i]);
        if (value == NULL || value[0] == '\0')
            continue;
        char *path = strdup(value);
        if (path == NULL)
            return chi_error(-ENOMEM, "out of memory");
        rc = make_absolute(&path, folder);
        if (rc == 0 && setenv(names[i], path, 1) < 0)
            rc = chi_error(-errno, "cannot set %s: %s", names[i], strerror(errno));
        free(path);
    }
    return rc;
}

static int find_folder(struct options *options)
{
    static char config[PATH_MAX];
    if (getcwd(options->folder, sizeof(options->folder)) == NULL)
        return chi_error(-errno, "cannot find out the working directory: %s", strerror(errno));
    const char *path = options->config_path;
    if (path == NULL)
        path = secure_getenv("CHI_SERVER_CONF");
    if (path == NULL || path[0] == '\0' || path[0] == '/')
        return 0;
    int n = snprintf(config, sizeof(config), "%s/%s", options->folder, path);
    if (n < 0 || (size_t)n >= sizeof(config))
        return chi_error(-ENAMETOOLONG, "the path of the configuration is too long");
    if (options->daemonize)
        options->config_path = config;
    return 0;
}

/* The parent of a daemon that is not ready: a signal ends both. */
static void end_with(pid_t child, int number)
{
    struct timespec pause = {.tv_nsec = 10000000};
    sigset_t this;

    kill(child, SIGTERM);
    for (int i = 0; i < 1000 && waitpid(child, NULL, WNOHANG) == 0; i++)
        nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    signal(number, SIG_DFL);
    sigemptyset(&this);
    sigaddset(&this, number);
    sigprocmask(SIG_UNBLOCK, &this, NULL);
    raise(number);
    _exit(EXIT_FAILURE);
}

static void wait_until_ready(pid_t child, int report, int signals)
{
    struct pollfd fds[2] = {{.fd = report, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    struct signalfd_siginfo info;
    char status = EXIT_FAILURE;

    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    if ((fds[1].revents & POLLIN) && read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        end_with(child, (int)info.ssi_signo);
    ssize_t got = read(report, &status, 1);
    if (got == 1 && status == EXIT_SUCCESS)
        printf("chimaera_runtime: running as pid %d\n", (int)child);
    else
        waitpid(child, NULL, 0);
    fflush(stdout);
    _exit(status);
}

/*
 * Forks. The parent does not return: it exits when the child reports that it is ready or has
 * failed. Returns in the child: the descriptor on which to report, or -1 if no child was created.
 */
static int go_to_background(int signals)
{
    int report[2];

    if (pipe2(report, O_CLOEXEC) < 0) {
        perror("chimaera_runtime: cannot create a pipe");
        return -1;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        perror("chimaera_runtime: cannot fork");
        return -1;
    }
    if (child == 0) {
        close(report[0]);
        setsid();
        return report[1];
    }
    close(report[1]);
    wait_until_ready(child, report[0], signals);
    return -1;
}

static bool is_file(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/*
 * Redirects the standard descriptors to /dev/null, so that the daemon keeps no terminal, and no
 * pipe whose reader waits for its end. Standard error stays if the log goes there and it is a file.
 */
static void report_ready(int report, bool log_to_file)
{
    char status = EXIT_SUCCESS;
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null_fd >= 0) {
        dup2(null_fd, STDIN_FILENO);
        dup2(null_fd, STDOUT_FILENO);
        if (log_to_file || !is_file(STDERR_FILENO))
            dup2(null_fd, STDERR_FILENO);
        close(null_fd);
    }
    if (write(report, &status, 1) < 0)
        chi_log_warn("runtime", "the process that started the daemon is gone");
    close(report);
}

/* SIGHUP: the log file is opened again, and the log's levels are read again. */
static void reload(const struct options *options)
{
    struct chi_config config;

    chi_notify("RELOADING=1\nMONOTONIC_USEC=%llu",
               (unsigned long long)(chi_clock_now_ns() / CHI_NS_PER_US));
    int rc = chi_config_load(options->config_path, &config);
    if (rc == 0) {
        rc = make_absolute(&config.log_file, options->folder);
        if (rc == 0)
            rc = chi_log_configure(config.log_level, config.log_file);
        chi_config_fini(&config);
    }
    if (rc < 0)
        chi_log_error("runtime", "on SIGHUP the log stays as it is: %s", chi_last_error());
    else
        chi_log_info("runtime", "on SIGHUP opened the log again, and read its levels");
    chi_notify("READY=1");
}

/* ---- signals during the start and the stop, which may last */

static struct {
    sigset_t set;                /* the signals that end the daemon */
    volatile sig_atomic_t stops; /* else it starts */
    volatile sig_atomic_t count; /* of such signals */
} interrupts;

static void on_signal(int number)
{
    static const char text[] = "chimaera_runtime: a signal ends it at once\n";
    int before = errno;

    (void)number;
    interrupts.count++;
    if ((interrupts.count > 1 || !interrupts.stops) && chi_runtime_abandon(interrupts.stops)) {
        (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
        _exit(EXIT_FAILURE);
    }
    errno = before;
}

/* Between the two they are read from a descriptor. */
static void let_interrupt(bool on)
{
    pthread_sigmask(on ? SIG_UNBLOCK : SIG_BLOCK, &interrupts.set, NULL);
}

static void wait_for_stop(struct chi_runtime *runtime, int signals, const struct options *options)
{
    struct pollfd fds[2] = {{.fd = signals, .events = POLLIN},
                            {.fd = chi_runtime_stop_fd(runtime), .events = POLLIN}};
    struct signalfd_siginfo info;
    for (;;) {
        if (poll(fds, 2, -1) < 0)
            continue; /* EINTR */
        if ((fds[0].revents & POLLIN) &&
            read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
            if (info.ssi_signo == SIGHUP) {
                reload(options);
                continue;
            }
            chi_log_info("runtime", "stopping on signal %u", info.ssi_signo);
            interrupts.count = 1;
            return;
        }
        if (fds[1].revents & POLLIN) {
            chi_log_info("runtime", "stopping on request");
            return;
        }
    }
}

static bool is_ignored(int number)
{
    struct sigaction before;
    return sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
}

/*
 * Blocks the signals that the daemon reads, and returns a descriptor for them; -1: an error. What
 * was inherited as ignored stays ignored. Signals whose default would end the daemon without a
 * word, and which nobody sends it on purpose, are ignored: timers, user signals, and that of a
 * file's limit, of which writes tell.
 */
static int take_signals(void)
{
    static const int endings[] = {SIGTERM, SIGINT};
    static const int ignored[] = {SIGPIPE, SIGXFSZ,   SIGUSR1, SIGUSR2,
                                  SIGALRM, SIGVTALRM, SIGPROF, SIGIO};
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigset_t set;

    sigemptyset(&interrupts.set);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (!is_ignored(endings[i]))
            sigaddset(&interrupts.set, endings[i]);
    set = interrupts.set;
    if (!is_ignored(SIGHUP))
        sigaddset(&set, SIGHUP);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (sigismember(&set, endings[i]))
            sigaction(endings[i], &action, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Of clients, three each; of workers, eventfds and epoll; of pools, such as bdev's files. */
static uint64_t descriptors_needed(const struct chi_config *config)
{
    return 64 + 3 * (uint64_t)config->max_clients +
           4 * ((uint64_t)config->sched_threads + config->slow_threads) + 4 * config->pool_count;
}

static int run(struct chi_config *config, const struct options *options)
{
    struct chi_runtime *runtime;
    bool log_to_file = config->log_file != NULL;
    uint64_t needed = descriptors_needed(config);
    int report = -1;

    /* Before the fork and before any thread is created, so that no signal is lost. */
    int signals = take_signals();
    if (signals < 0) {
        perror("chimaera_runtime: signalfd");
        return EXIT_FAILURE;
    }
    uint64_t limit = chi_descriptors_raise_limits();
    if (options->daemonize) {
        if ((report = go_to_background(signals)) < 0)
            return EXIT_FAILURE;
        if (chdir("/") < 0)
            chi_log_warn("runtime", "cannot leave the folder %s", options->folder);
    }
    if (limit < needed)
        chi_log_warn(
            "runtime",
            "%llu descriptors may be open, and this configuration may need %llu: raise the "
            "limit (ulimit -n, LimitNOFILE=), or lower runtime.max_clients",
            (unsigned long long)limit, (unsigned long long)needed);
    let_interrupt(true);
    int rc = chi_runtime_start(config, &runtime);
    let_interrupt(false);
    if (rc < 0) {
        fprintf(stderr, "chimaera_runtime: %s%s\n",
                chi_last_error_code() == rc ? chi_last_error() : chi_strerror(rc),
                rc == -EMFILE ? "; too few descriptors may be open (ulimit -n)" : "");
        return EXIT_FAILURE;
    }
    if (report >= 0)
        report_ready(report, log_to_file);
    chi_notify("READY=1\nMAINPID=%d\nSTATUS=Instance %s serves clients.", (int)getpid(),
               chi_runtime_instance(runtime));
    wait_for_stop(runtime, signals, options);
    chi_notify("STOPPING=1\nSTATUS=Waiting for tasks to end.");
    interrupts.stops = true;
    let_interrupt(true);
    return chi_runtime_stop(runtime) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct chi_config config;

    chi_descriptors_open_standard();
    int parsed = parse_options(argc, argv, &options);
    if (parsed != 0)
        return parsed - 1;
    if (options.daemonize)
        chi_descriptors_close_others(); /* whose other ends may wait for that */
    int rc = find_folder(&options);
    if (rc == 0)
        rc = chi_config_load(options.config_path, &config);
    if (rc == 0)
        rc = make_absolute(&config.log_file, options.folder);
    if (rc == 0)
        rc = make_absolute(&config.socket_dir, options.folder);
    if (rc == 0 && options.daemonize)
        rc = make_environment_absolute(options.folder);
    if (rc == 0)
        rc = chi_log_configure(config.log_level, config.log_file);
    if (rc < 0) {
        fprintf(stderr, "chimaera_runtime: %s\n", chi_last_error());
        return EXIT_FAILURE;
    }
    if (options.check_config) {
        rc = chi_runtime_check(&config);
        if (rc == 0)
            rc = chi_compose_check(&config);
        if (rc < 0)
            fprintf(stderr, "chimaera_runtime: %s\n", chi_last_error());
        else
            puts("The configuration is good.");
        chi_config_fini(&config);
        return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    int status = run(&config, &options);
    chi_config_fini(&config);
    fflush(NULL);
    if (status == EXIT_FAILURE)
        _exit(status); /* threads whose tasks did not end may still run */
    return status;
}
