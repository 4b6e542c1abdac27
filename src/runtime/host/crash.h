/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a daemon says when a module ends it: by a fault, abort(), a stack that is full, or exit().
 * The report names the task whose handler ran, and has a backtrace, registers and the last tasks of
 * that worker. It goes to standard error, to the log, and to a file beside the socket that the next
 * start mentions. Then the process ends by the same signal, so that the system writes a core file.
 *
 * The report is made on the thread that failed, with async-signal-safe calls, and reads what may be
 * damaged: a second fault, or ten seconds, end the process at once. Other threads go on meanwhile,
 * and wait if they fail, too. The file gets each line first; standard error and a log that nobody
 * reads are given up after a second. A process that a module forked ends as it would without this.
 */
#ifndef CHI_RUNTIME_HOST_CRASH_H
#define CHI_RUNTIME_HOST_CRASH_H

#include "shm/paths.h"

struct chi_runtime;

/*
 * Begins to watch, and mentions the report of an earlier run, which is renamed. Only in a daemon:
 * the handlers of signals belong to the process. With sanitizers only exit() is watched.
 */
void chi_crash_watch(struct chi_runtime *runtime);

/* Ends that, before the runtime is freed. Does nothing if this runtime is not watched. */
void chi_crash_unwatch(struct chi_runtime *runtime);

#endif
