/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Archives: values as bytes that outlive the process and cross machines. Little-endian; begins with
 * a version and the hash of the schema; every length is bounded by what is left. Create
 * parameters and tasks travel so.
 */
#ifndef CHIMAERA_ARCHIVE_H
#define CHIMAERA_ARCHIVE_H

#include "chimaera/schema.h"
#include "chimaera/string.h"
#include "chimaera/task.h"

#define CHI_ARCHIVE_VERSION 1u

CHI_BEGIN_DECLS

/* Appends the members of `object` that have one of `directions` (enum chi_direction bits). 0,
 * -ENOMEM. */
CHI_API int chi_archive_save(const struct chi_schema *schema, const void *object,
                             unsigned directions, struct chi_string *archive);

/*
 * Reads what chi_archive_save() wrote into `object`, whose members of those directions are zero.
 * 0, -ENOMEM, CHI_EARCHIVE (truncated, damaged, of another version or trailing bytes), CHI_ESCHEMA
 * (another layout). On failure those members are zero again and hold nothing.
 */
CHI_API int chi_archive_load(const struct chi_schema *schema, void *object, unsigned directions,
                             const void *data, size_t size);

/* The first member of `directions` in which the objects differ; NULL where there is none. */
CHI_API const struct chi_member *chi_schema_difference(const struct chi_schema *schema,
                                                       const void *a, const void *b,
                                                       unsigned directions);

/*
 * Tasks: what the functions of struct chi_container_ops are as a rule. `schema` NULL (no such
 * method) is CHI_ENOMETHOD.
 *
 * Appends what the task needs to run elsewhere: method, pool, query, group, its IN and INOUT
 * members, the bytes of buffers that are read and the sizes of those that are only written. 0,
 * -ENOMEM, -EMSGSIZE (over 4 GiB), CHI_EBADPTR (a buffer lies in no mapped memory).
 */
CHI_API int chi_task_save_in(const struct chi_task_schema *schema, const struct chi_task *task,
                             struct chi_string *archive);

/*
 * Reads that into `task`, which is fresh from chi_task_new(). Buffers are made for it. 0, -ENOMEM,
 * CHI_EARCHIVE (also: buffers to write to of more than 1 GiB), CHI_ESCHEMA; on failure the task is
 * as before.
 */
CHI_API int chi_task_load_in(const struct chi_task_schema *schema, const void *data, size_t size,
                             struct chi_task *task);

/* Appends what a task has given: return code, OUT and INOUT members. The same codes. */
CHI_API int chi_task_save_out(const struct chi_task_schema *schema, const struct chi_task *task,
                              struct chi_string *archive);

/*
 * Reads that into the task that asked. The bytes of buffers go where its buffers are, which must
 * have the same size. 0, -ENOMEM, CHI_EARCHIVE, CHI_ESCHEMA; on failure its OUT and INOUT members
 * are zero, and the bytes of its buffers undefined.
 */
CHI_API int chi_task_load_out(const struct chi_task_schema *schema, const void *data, size_t size,
                              struct chi_task *task);

/* Frees all that chi_task_load_in() has made for the task, and leaves its members zero. */
CHI_API void chi_task_unload(const struct chi_task_schema *schema, struct chi_task *task);

/* The same, and frees the task itself. NULL is allowed. */
CHI_API void chi_task_unload_del(const struct chi_task_schema *schema, struct chi_task *task);

/*
 * Saves the task and loads it into a fresh one, first what goes in, then what comes out, and
 * compares. For tests of modules. 0; CHI_EARCHIVE with the member that differs in chi_last_error();
 * what the functions above and chi_task_new() return.
 */
CHI_API int chi_task_round_trip(struct chi_task_schema *schema, const struct chi_task *task);

CHI_END_DECLS

#endif
