/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemon: reads the command line and the configuration, and runs a runtime until a signal or a
 * request stops it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chimaera/log.h"
#include "chimaera/status.h"
#include "chimaera/version.h"
#include "config/config.h"
#include "runtime/core/runtime.h"
#include "runtime/host/start.h"
#include "runtime/pools/compose.h"

enum { EXIT_USAGE = 2 };

struct options {
    const char *config_path;
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
         "SIGTERM, SIGINT, SIGHUP and `chimaera stop` stop the daemon: running tasks have\n"
         "runtime.grace_period to finish, then the socket and the shared memory are removed.\n"
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

/*
 * Forks. The parent does not return: it exits when the child reports that it is ready or has
 * failed. Returns in the child: the descriptor on which to report, or -1 if no child was created.
 */
static int go_to_background(void)
{
    int report[2];
    char status = EXIT_FAILURE;

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
    ssize_t got;
    do {
        got = read(report[0], &status, 1);
    } while (got < 0 && errno == EINTR);
    if (got == 1 && status == EXIT_SUCCESS)
        printf("chimaera_runtime: running as pid %d\n", (int)child);
    else
        waitpid(child, NULL, 0);
    fflush(stdout);
    _exit(status);
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

static int wait_for_stop(struct chi_runtime *runtime, int signals)
{
    struct pollfd fds[2] = {{.fd = signals, .events = POLLIN},
                            {.fd = chi_runtime_stop_fd(runtime), .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        if (fds[0].revents & POLLIN) {
            struct signalfd_siginfo info;
            if (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
                chi_log_info("runtime", "stopping on signal %u", info.ssi_signo);
            return 0;
        }
        if (fds[1].revents & POLLIN) {
            chi_log_info("runtime", "stopping on request");
            return 0;
        }
    }
}

static int run(struct chi_config *config, const struct options *options)
{
    struct chi_runtime *runtime;
    bool log_to_file = config->log_file != NULL;
    sigset_t stop_signals;
    int report = -1;

    /* Before the fork and before any thread is created, so that no signal is lost. */
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    sigaddset(&stop_signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &stop_signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (options->daemonize && (report = go_to_background()) < 0)
        return EXIT_FAILURE;
    int signals = signalfd(-1, &stop_signals, SFD_CLOEXEC);
    if (signals < 0) {
        perror("chimaera_runtime: signalfd");
        return EXIT_FAILURE;
    }
    int rc = chi_runtime_start(config, &runtime);
    if (rc < 0) {
        fprintf(stderr, "chimaera_runtime: %s\n", chi_last_error());
        return EXIT_FAILURE;
    }
    if (report >= 0)
        report_ready(report, log_to_file);
    wait_for_stop(runtime, signals);
    return chi_runtime_stop(runtime) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct chi_config config;

    int parsed = parse_options(argc, argv, &options);
    if (parsed != 0)
        return parsed - 1;
    int rc = chi_config_load(options.config_path, &config);
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
