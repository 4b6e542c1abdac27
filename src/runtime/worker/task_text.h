/* SPDX-License-Identifier: BSD-3-Clause */
/* A task in words, for the log and for reports of crashes. */
#ifndef CHI_RUNTIME_WORKER_TASK_TEXT_H
#define CHI_RUNTIME_WORKER_TASK_TEXT_H

#include <stddef.h>

struct chi_record;

/*
 * Writes what the task is: method, module and version, pool, container, and its client's process
 * and program. Async-signal-safe. The caller sees to it that the record stays.
 */
void chi_record_describe(const struct chi_record *record, char *text, size_t size);

#endif
