/* SPDX-License-Identifier: BSD-3-Clause */
/* `chimaera`: commands for a running daemon. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptors.h"
#include "base/text.h"
#include "chimaera/admin/admin_client.h"
#include "chimaera/chimaera.h"
#include "order.h"
#include "query.h"
#include "say.h"
#ifdef CHI_COMMAND_BDEV
#include "bdev.h"
#endif

enum { PATIENCE_S = 5 };

static void print_help(FILE *out)
{
    fputs(
        "Usage: chimaera COMMAND [OPTION]...\n"
        "Inspects and controls the Chimaera daemon.\n"
        "\n"
        "  status [--json [--lanes]]   print workers, memory, clients and pools; --lanes adds\n"
        "                              the pools' queues and lanes, 4096 at most\n"
        "  pools [--json [--lanes]]    print the pools\n"
        "  ping [--count N]            measure N round trips to all workers (default 5)\n"
        "  destroy POOL [--cancel]     destroy the pool with that id or name when its tasks are\n"
        "                              done; --cancel cancels parked and queued tasks\n"
#ifdef CHI_COMMAND_BDEV
        "  bdev COMMAND ...            show block devices and copy their contents; see\n"
        "                              'chimaera bdev help'\n"
#endif
        "  stop [--grace SECONDS]      stop the daemon; running tasks have that long to finish,\n"
        "                              then parked tasks are cancelled\n"
        "  version                     print the version\n"
        "  help [COMMAND]              print this help, or that of one command\n"
        "\n"
        "CHI_INSTANCE selects the daemon (default: this user's).\n"
        "Exit status: 0 success, 1 no answer from the daemon or an error, 2 wrong command line.\n",
        out);
}

static int show(int argc, char **argv, uint32_t text_form)
{
    static const struct option table[] = {
        {"json", no_argument, NULL, 'j'}, {"lanes", no_argument, NULL, 'l'}, {0}};
    uint32_t form = text_form;
    uint32_t lanes = 0;
    int option;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == 'j')
            form = text_form + 1;
        else if (option == 'l')
            lanes = 8;
        else
            return usage("the options here are --json and --lanes", NULL);
    }
    if (lanes != 0 && form == text_form)
        return usage("--lanes needs --json", NULL);
    if (optind < argc)
        return usage("unexpected argument", argv[optind]);
    return query_status(form + lanes, stdout) < 0 ? fail() : EXIT_SUCCESS;
}

static int command_status(int argc, char **argv)
{
    return show(argc, argv, 0);
}

static int command_pools(int argc, char **argv)
{
    return show(argc, argv, 2);
}

static bool parse_number(const char *text, double most, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0' && *value >= 0 && *value <= most;
}

static int command_ping(int argc, char **argv)
{
    static const struct option table[] = {{"count", required_argument, NULL, 'n'}, {0}};
    double count = 5;
    int option;

    while ((option = getopt_long(argc, argv, "n:", table, NULL)) != -1)
        if (option != 'n' || !parse_number(optarg, 1e6, &count) || count < 1)
            return usage("ping takes --count N, from 1 to 1000000", NULL);
    if (optind < argc)
        return usage("unexpected argument", argv[optind]);
    uint64_t before = chi_clock_now_ns();
    if (chi_client_init() < 0)
        return fail();
    printf("attached in %.2f ms\n", (double)(chi_clock_now_ns() - before) / 1e6);
    int rc = 0;
    for (int i = 0; i < (int)count && rc == 0; i++) {
        alarm(PATIENCE_S);
        before = chi_clock_now_ns();
        rc = chimaera_admin_ping(chi_pool_query_local());
        if (rc == 0)
            printf("round %d: every worker answered in %.2f ms\n", i + 1,
                   (double)(chi_clock_now_ns() - before) / 1e6);
    }
    if (rc < 0)
        fail();
    chi_client_fini();
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int command_stop(int argc, char **argv)
{
    static const struct option table[] = {{"grace", required_argument, NULL, 'g'}, {0}};
    uint64_t grace = UINT64_MAX;
    double seconds = 0;
    int option;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option != 'g' || !parse_number(optarg, 3600, &seconds))
            return usage("stop takes --grace SECONDS, from 0 to 3600", NULL);
        grace = (uint64_t)(seconds * 1e9);
    }
    if (optind < argc)
        return usage("unexpected argument", argv[optind]);
    if (order_stop(grace) < 0)
        return fail();
    alarm(0);
    if (query_wait_gone(grace == UINT64_MAX ? 3600 * CHI_NS_PER_S : grace + 60 * CHI_NS_PER_S) <
        0) {
        fputs("chimaera: the daemon received the stop request but still runs\n", stderr);
        return EXIT_FAILURE;
    }
    puts("stopped");
    return EXIT_SUCCESS;
}

static int command_destroy(int argc, char **argv)
{
    static const struct option table[] = {{"cancel", no_argument, NULL, 'c'}, {0}};
    bool cancel = false;
    int option;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option != 'c')
            return usage("the only option here is --cancel", NULL);
        cancel = true;
    }
    if (optind + 1 != argc)
        return usage("destroy takes one pool, by id or name", NULL);
    if (order_destroy(argv[optind], cancel) < 0) {
        fprintf(stderr, "chimaera: pool %s: %s\n", argv[optind], chi_last_error());
        return EXIT_FAILURE;
    }
    puts("destroyed");
    return EXIT_SUCCESS;
}

static int command_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return usage("version takes no arguments", NULL);
    puts("chimaera " CHI_VERSION);
    return EXIT_SUCCESS;
}

static int command_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    print_help(stdout);
    return EXIT_SUCCESS;
}

/* `chimaera COMMAND --help` and `chimaera help COMMAND`: what the table of all says of one. */
static int help_of(const char *command)
{
    char *all = NULL;
    size_t size;
    FILE *out = open_memstream(&all, &size);
    if (out == NULL)
        return EXIT_FAILURE;
    print_help(out);
    fclose(out);
    printf("Usage: chimaera COMMAND [OPTION]...\n\n");
    bool inside = false;
    for (char *rest = all, *line; (line = strsep(&rest, "\n")) != NULL;) {
        bool begins = strncmp(line, "  ", 2) == 0 && line[2] != ' ';
        size_t length = strlen(command);
        if (begins)
            inside = strncmp(line + 2, command, length) == 0 && line[2 + length] == ' ';
        if (inside && line[0] == ' ')
            printf("%s\n", line);
    }
    puts(
        "\nExit status: 0 success, 1 no answer from the daemon or an error, 2 wrong command line.");
    free(all);
    return EXIT_SUCCESS;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"status", command_status},     {"pools", command_pools},     {"ping", command_ping},
    {"stop", command_stop},         {"destroy", command_destroy}, {"version", command_version},
    {"--version", command_version}, {"help", command_help},       {"--help", command_help},
    {"-h", command_help},
#ifdef CHI_COMMAND_BDEV
    {"bdev", command_bdev},
#endif
};

/* SIGALRM. A command waits while a task occupies a worker, or while the daemon is suspended. */
static void say_that_it_waits(int signal)
{
    static const char text[] =
        "chimaera: no answer for 5 s, still waiting: a task may hold the worker, or the daemon is\n"
        "suspended. SIGTERM stops it; its pid is in the socket folder, in "
        "chimaera.<instance>.lock.\n";
    (void)signal;
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        return; /* the message cannot be shown */
}

/*
 * Opens /dev/null in place of standard descriptors that are closed: otherwise a socket gets their
 * number, and standard input or output would be read from or written to it. The access mode is the
 * wrong one on purpose, so that reads and writes fail.
 */
/* Flushes standard output. Returns `status`, or EXIT_FAILURE if the output cannot be written. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "chimaera: cannot write to standard output: %s\n", strerror(errno));
    return status != EXIT_SUCCESS ? status : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const struct sigaction slow = {.sa_handler = say_that_it_waits, .sa_flags = SA_RESTART};
    chi_descriptors_open_standard();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    sigaction(SIGALRM, &slow, NULL);
    if (strcmp(argv[1], "bdev") != 0) /* a copy may take long */
        alarm(PATIENCE_S);
    bool help = argc > 2 && strcmp(argv[1], "help") == 0;
    bool asked = help || (argc > 2 && strcmp(argv[2], "--help") == 0);
    char *const bdev_help[] = {argv[0], "bdev", "help", NULL};
    if (help && strcmp(argv[2], "bdev") == 0) {
        argv = (char **)bdev_help;
        help = false;
    }
    const char *word = help ? argv[2] : argv[1];
    struct chi_nearest nearest = {.word = word};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(word, commands[i].name) == 0)
            return finish(asked && word[0] != '-' && strcmp(word, "bdev") != 0
                              ? help_of(word)
                              : commands[i].run(argc - 1, argv + 1));
        chi_nearest_offer(&nearest, commands[i].name);
    }
    return no_such("command", &nearest);
}
