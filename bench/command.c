/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GO_ON = -1, EXIT_USAGE = 2 };

static void print_help(void)
{
    puts(
        "Usage: chi_bench [NAME...] [OPTION]...\n"
        "Measures Chimaera: each figure in slices of some 40 ms, and its bare limit between them.\n"
        "Slices that other work on the machine disturbs are dropped and counted. Without NAME,\n"
        "everything is measured. Each figure starts a daemon of its own.\n"
        "\n"
        "      --json          one object a line for each figure and kind of cores\n"
        "      --markdown      a table\n"
        "      --compare FILE  compare with an earlier run's --json output\n"
        "      --slices N      slices to keep for each figure, 1 to 1000 (default 40; an eighth "
        "of\n"
        "                      those that take half a second)\n"
        "      --cores C       near or far: only slices where a ping-pong takes less than 200 ns,\n"
        "                      or more (the host of a virtual machine moves cores; default any)\n"
        "      --full          idle_cpu: ten seconds a slice, not two; so also where named alone\n"
        "      --list          say what is measured and exit\n"
        "  -h, --help          print this help and exit\n"
        "\n"
        "ratio is value / limit. No figure takes longer than 12 seconds, 25 where its slices are\n"
        "long, 40 with --cores. Exit status: 0 measured, 1 error, 2 bad command line.");
}

static const struct bench_figure *find(const char *name)
{
    for (unsigned i = 0; i < bench_figure_count; i++)
        if (strcmp(bench_figures[i].name, name) == 0)
            return &bench_figures[i];
    return NULL;
}

static int parse_slices(const char *text, struct bench_command *command)
{
    char *end;
    unsigned long slices = strtoul(text, &end, 10);
    if (*end != '\0' || slices < 1 || slices > BENCH_SLICES_MAX) {
        fprintf(stderr, "chi_bench: --slices takes a number from 1 to %u, not '%s'\n",
                BENCH_SLICES_MAX, text);
        return EXIT_USAGE;
    }
    command->options.slices = (unsigned)slices;
    return GO_ON;
}

static int parse_cores(const char *text, struct bench_command *command)
{
    for (enum bench_cores cores = BENCH_CORES_ANY; cores <= BENCH_CORES_FAR; cores++) {
        if (strcmp(text, bench_cores_name(cores)) == 0) {
            command->options.cores = cores;
            return GO_ON;
        }
    }
    fprintf(stderr, "chi_bench: --cores takes near, far or any, not '%s'\n", text);
    return EXIT_USAGE;
}

static int parse_names(int count, char *const *names, struct bench_command *command)
{
    for (int i = 0; i < count && command->figure_count < BENCH_FIGURES_MAX; i++) {
        const struct bench_figure *figure = find(names[i]);
        if (figure == NULL) {
            fprintf(stderr, "chi_bench: no figure '%s'; --list names them\n", names[i]);
            return EXIT_USAGE;
        }
        command->figures[command->figure_count++] = figure;
    }
    if (command->figure_count == 1)
        command->options.full = true;
    if (command->figure_count == 0)
        for (unsigned i = 0; i < bench_figure_count; i++)
            command->figures[command->figure_count++] = &bench_figures[i];
    return GO_ON;
}

int bench_command_parse(int argc, char **argv, struct bench_command *command)
{
    enum { JSON = 256, MARKDOWN, COMPARE, SLICES, CORES, FULL, LIST };
    static const struct option table[] = {
        {"json", no_argument, NULL, JSON},
        {"markdown", no_argument, NULL, MARKDOWN},
        {"compare", required_argument, NULL, COMPARE},
        {"slices", required_argument, NULL, SLICES},
        {"cores", required_argument, NULL, CORES},
        {"full", no_argument, NULL, FULL},
        {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int status = GO_ON;
    int option;
    *command = (struct bench_command){.options = {.slices = BENCH_SLICES_DEFAULT}};
    while (status == GO_ON && (option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
        switch (option) {
        case JSON:
            command->form = BENCH_FORM_JSON;
            break;
        case MARKDOWN:
            command->form = BENCH_FORM_MARKDOWN;
            break;
        case COMPARE:
            command->compare = optarg;
            break;
        case SLICES:
            status = parse_slices(optarg, command);
            break;
        case CORES:
            status = parse_cores(optarg, command);
            break;
        case FULL:
            command->options.full = true;
            break;
        case LIST:
            bench_report_list();
            return EXIT_SUCCESS;
        case 'h':
            print_help();
            return EXIT_SUCCESS;
        default:
            fputs("Try 'chi_bench --help'.\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (status == GO_ON && command->compare != NULL && command->form == BENCH_FORM_JSON) {
        fputs("chi_bench: --compare prints text or Markdown, not JSON\n", stderr);
        return EXIT_USAGE;
    }
    return status == GO_ON ? parse_names(argc - optind, argv + optind, command) : status;
}
