/* SPDX-License-Identifier: BSD-3-Clause */
/* chi_bench: measures a daemon of its own, each figure beside its bare limit. */
#include <stdio.h>
#include <stdlib.h>

#include "baseline.h"
#include "command.h"
#include "compare.h"
#include "process.h"
#include "supervise.h"
#include "ticks.h"

/* The caller's settings are about other daemons. */
static void forget_settings(void)
{
    static const char *const variables[] = {"CHI_SERVER_CONF", "CHI_WITH_RUNTIME", "CHI_LOG",
                                            "CHI_DEBUG", "CHI_REPO_PATH"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
}

/* Returns the exit status. */
static int measure_all(const struct bench_command *command, struct bench_result *results)
{
    int status = EXIT_SUCCESS;
    bench_report_begin(command->form);
    for (unsigned i = 0; i < command->figure_count; i++) {
        if (bench_supervise(command->figures[i], &command->options, &results[i]) == 0) {
            bench_report(command->form, command->figures[i], &results[i]);
        } else {
            fprintf(stderr, "chi_bench: %s was not measured\n", command->figures[i]->name);
            results[i].summary_count = 0;
            status = EXIT_FAILURE;
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    static struct bench_result results[BENCH_FIGURES_MAX];
    struct bench_command command;
    struct bench_baseline *baseline = NULL;
    char error[256];

    int parsed = bench_command_parse(argc, argv, &command);
    if (parsed >= 0)
        return parsed;
    if (command.compare != NULL) {
        baseline = bench_baseline_read(command.compare, error);
        if (baseline == NULL)
            bench_die("%s", error);
    }
    forget_settings();
    bench_cores_init();
    bench_ticks_init();
    bench_supervise_init();
    int status = measure_all(&command, results);
    if (baseline != NULL) {
        bench_compare_begin(command.form);
        for (unsigned i = 0; i < command.figure_count; i++)
            bench_compare(command.form, baseline, command.figures[i], &results[i]);
    }
    bench_baseline_free(baseline);
    bench_supervise_fini();
    return status;
}
