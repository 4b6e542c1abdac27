/* SPDX-License-Identifier: BSD-3-Clause */
/* chi_bench: measures a daemon of its own, each figure beside its bare limit. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"
#include "measure.h"
#include "report.h"
#include "supervise.h"

enum { EXIT_USAGE = 2, FIGURES_MAX = 64 };

struct command {
    enum bench_form form;
    struct bench_options options;
    const struct bench_figure *figures[FIGURES_MAX];
    unsigned figure_count;
};

static void print_help(void)
{
    puts("Usage: chi_bench [NAME...] [OPTION]...\n"
         "Measures Chimaera: each figure beside its bare limit, in turns, medians of all runs.\n"
         "Without NAME, everything is measured. Each figure starts a daemon of its own.\n"
         "\n"
         "      --json      one line per figure: name, value, unit, limit, ratio, p99, runs\n"
         "      --markdown  a table\n"
         "      --runs N    runs per figure, at least 1 (default 5)\n"
         "      --cores C   near or far: only runs where a ping-pong takes less than 200 ns, or "
         "more\n"
         "                  (the host of a virtual machine moves them about; default any)\n"
         "      --full      idle_cpu: ten seconds a run, not two; so also where it is named alone\n"
         "      --list      say what is measured and exit\n"
         "  -h, --help      print this help and exit\n"
         "\n"
         "ratio is value / limit. Exit status: 0 measured, 1 error, 2 bad command line.");
}

static const struct bench_figure *find(const char *name)
{
    for (unsigned i = 0; i < bench_figure_count; i++)
        if (strcmp(bench_figures[i].name, name) == 0)
            return &bench_figures[i];
    return NULL;
}

static bool parse_cores(const char *text, enum bench_cores *cores)
{
    static const char *const names[] = {
        [BENCH_CORES_ANY] = "any", [BENCH_CORES_NEAR] = "near", [BENCH_CORES_FAR] = "far"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *cores = (enum bench_cores)i;
            return true;
        }
    }
    return false;
}

/* 0: go on; else the exit status + 1. */
static int parse(int argc, char **argv, struct command *command)
{
    enum { JSON = 256, MARKDOWN, RUNS, CORES, FULL, LIST };
    static const struct option table[] = {
        {"json", no_argument, NULL, JSON},       {"markdown", no_argument, NULL, MARKDOWN},
        {"runs", required_argument, NULL, RUNS}, {"cores", required_argument, NULL, CORES},
        {"full", no_argument, NULL, FULL},       {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, 'h'},        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
        char *end;
        unsigned long runs;
        switch (option) {
        case JSON:
            command->form = BENCH_FORM_JSON;
            break;
        case MARKDOWN:
            command->form = BENCH_FORM_MARKDOWN;
            break;
        case RUNS:
            runs = strtoul(optarg, &end, 10);
            if (*end != '\0' || runs < 1 || runs > BENCH_RUNS_MAX) {
                fprintf(stderr, "chi_bench: --runs takes a number from 1 to %u, not '%s'\n",
                        BENCH_RUNS_MAX, optarg);
                return EXIT_USAGE + 1;
            }
            command->options.runs = (unsigned)runs;
            break;
        case CORES:
            if (!parse_cores(optarg, &command->options.cores)) {
                fprintf(stderr, "chi_bench: --cores takes near, far or any, not '%s'\n", optarg);
                return EXIT_USAGE + 1;
            }
            break;
        case FULL:
            command->options.full = true;
            break;
        case LIST:
            bench_report_list();
            return EXIT_SUCCESS + 1;
        case 'h':
            print_help();
            return EXIT_SUCCESS + 1;
        default:
            fputs("Try 'chi_bench --help'.\n", stderr);
            return EXIT_USAGE + 1;
        }
    }
    for (; optind < argc && command->figure_count < FIGURES_MAX; optind++) {
        const struct bench_figure *figure = find(argv[optind]);
        if (figure == NULL) {
            fprintf(stderr, "chi_bench: no figure '%s'; --list names them\n", argv[optind]);
            return EXIT_USAGE + 1;
        }
        command->figures[command->figure_count++] = figure;
    }
    if (command->figure_count == 1)
        command->options.full = true;
    if (command->figure_count == 0)
        while (command->figure_count < bench_figure_count) {
            command->figures[command->figure_count] = &bench_figures[command->figure_count];
            command->figure_count++;
        }
    return 0;
}

int main(int argc, char **argv)
{
    struct command command = {.options = {.runs = 5}};
    int parsed = parse(argc, argv, &command);
    if (parsed != 0)
        return parsed - 1;

    /* Whatever the caller's environment says about daemons is not about ours. */
    static const char *const variables[] = {"CHI_SERVER_CONF", "CHI_WITH_RUNTIME", "CHI_LOG",
                                            "CHI_DEBUG", "CHI_REPO_PATH"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);

    int status = EXIT_SUCCESS;
    bench_measure_init();
    bench_supervise_init();
    bench_report_begin(command.form);
    for (unsigned i = 0; i < command.figure_count; i++) {
        struct bench_result result;
        if (bench_supervise(command.figures[i], &command.options, &result) == 0) {
            bench_report(command.form, command.figures[i], &result);
        } else {
            fprintf(stderr, "chi_bench: %s was not measured\n", command.figures[i]->name);
            status = EXIT_FAILURE;
        }
    }
    bench_supervise_fini();
    return status;
}
