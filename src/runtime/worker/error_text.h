/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What handlers say by chi_error(), on its way to whoever waits for the task. A task that succeeds
 * costs nothing: a record has a number, 0 as a rule, and the text lies beside, with its worker.
 *
 *   said    -> kept       chi_error() in a handler writes the worker's table, and the number
 *   kept    -> told       the task fails with that code: the client's slot gets the text, or the
 *                         handler that waits takes it from the table of the worker that has it
 *   kept    -> replaced   CHI_ERROR_TEXTS later ones have been said on that worker
 *
 * A handler has its own last error, which those that run while it is parked do not change. Texts
 * are a help for people: one that is replaced before it is told is missing, never another task's.
 */
#ifndef CHI_RUNTIME_WORKER_ERROR_TEXT_H
#define CHI_RUNTIME_WORKER_ERROR_TEXT_H

#include <stdint.h>

struct chi_error_texts;
struct chi_origin;
struct chi_record;
struct chi_runtime;
struct chi_worker;

#define CHI_ERROR_TEXTS 64u /* that a worker keeps */

/* The table of one worker. Returns 0 or -ENOMEM. */
int chi_error_texts_create(struct chi_error_texts **out);
void chi_error_texts_destroy(struct chi_error_texts *texts);

/* From here on, until the second, chi_error() on this thread, a worker's, is its handlers'. */
void chi_error_texts_enter(void);
void chi_error_texts_leave(void);

/*
 * A client's task ends with `code`, a negative one: writes the text, if there is one, to the
 * client's slot and the log. Returns CHI_TASK_TEXT or 0, for the state of the task. The completing
 * worker.
 */
uint32_t chi_error_text_tell_client(struct chi_worker *worker, struct chi_record *record, int code);

/* A task of the runtime ends with `code`, a negative one: the log only. The completing worker. */
void chi_error_text_log(struct chi_worker *worker, struct chi_record *record, int code);

/*
 * A task of the runtime has failed: makes its text, or else that of its code, the last error of the
 * caller, which waited for it. Returns its code.
 */
int chi_error_text_tell_maker(const struct chi_runtime *runtime, const struct chi_record *record);

/* Clears the texts in an origin's slot, before it is a new client's. */
void chi_error_texts_clear(struct chi_origin *origin);

#endif
