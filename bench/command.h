/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include "figure.h"
#include "report.h"

#define BENCH_FIGURES_MAX 64u

struct bench_command {
    enum bench_form form;
    struct bench_options options;
    const char *compare; /* a file; NULL: with nothing */
    const struct bench_figure *figures[BENCH_FIGURES_MAX];
    unsigned figure_count;
};

/* Returns -1 where the command is to be carried out, else the exit status. */
int bench_command_parse(int argc, char **argv, struct bench_command *command);

#endif
