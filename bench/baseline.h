/* SPDX-License-Identifier: BSD-3-Clause */
/* An earlier run, as `--json` wrote it, to compare with. */
#ifndef BENCH_BASELINE_H
#define BENCH_BASELINE_H

#include <stdbool.h>

#include "figure.h"

struct bench_baseline;

/*
 * Reads a file of JSON objects, one a line. NULL, and why in `error`, where it cannot be read or is
 * no such file, or this program was built without jansson. Unknown members are skipped.
 */
struct bench_baseline *bench_baseline_read(const char *path, char error[256]);
void bench_baseline_free(struct bench_baseline *baseline);

/* What was measured then. */
struct bench_earlier {
    struct bench_quartiles value;
    struct bench_quartiles above_ns;
    bool has_floor;
    unsigned kept;
};

/* Of that figure on that kind of cores; whether there is one. */
bool bench_baseline_find(const struct bench_baseline *baseline, const char *name,
                         enum bench_cores cores, struct bench_earlier *earlier);

#endif
