/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Archives: values as bytes that outlive the process and can be sent to other machines.
 * Little-endian. An archive starts with a version and the hash of the schema; every length is
 * checked against the bytes that are left. Create parameters and tasks use this format. All
 * functions: any thread; never park.
 */
#ifndef CHIMAERA_ARCHIVE_H
#define CHIMAERA_ARCHIVE_H

#include "chimaera/schema.h"
#include "chimaera/string.h"
#include "chimaera/task.h"

#define CHI_ARCHIVE_VERSION 1u

CHI_BEGIN_DECLS

/*
 * Appends the members of `object` that have one of `directions` to `archive`.
 *   directions   bits of enum chi_direction
 * Returns 0, or
 *   -ENOMEM        out of memory
 *   -EMSGSIZE      the archive would exceed 4 GiB
 *   CHI_EBADPTR    a buffer lies in no mapped memory
 *   CHI_EARCHIVE   another process changed the object meanwhile
 *   CHI_ESCHEMA    the schema has a member that cannot be archived
 */
CHI_API int chi_archive_save(const struct chi_schema *schema, const void *object,
                             unsigned directions, struct chi_string *archive);

/*
 * Reads the output of chi_archive_save() into `object`, whose members of those directions must be
 * zero. On failure they are zero again and hold nothing.
 *   size   bytes at `data`
 * Returns 0, or
 *   -ENOMEM        out of memory
 *   CHI_EARCHIVE   the archive is truncated or damaged, has another version, or trailing bytes
 *   CHI_ESCHEMA    the archive has a different layout
 */
CHI_API int chi_archive_load(const struct chi_schema *schema, void *object, unsigned directions,
                             const void *data, size_t size);

/*
 * Returns the first member of `directions` in which the objects differ, or NULL if they are equal.
 */
CHI_API const struct chi_member *chi_schema_difference(const struct chi_schema *schema,
                                                       const void *a, const void *b,
                                                       unsigned directions);

/*
 * Appends what a task needs to run elsewhere: method, pool, query, group, its IN and INOUT members,
 * the bytes of buffers that are read, and the sizes of buffers that are only written. The functions
 * of struct chi_container_ops do the same by method.
 * Returns 0, or
 *   CHI_ENOMETHOD   `schema` is NULL: no such method
 *   other codes     those of chi_archive_save()
 */
CHI_API int chi_task_save_in(const struct chi_task_schema *schema, const struct chi_task *task,
                             struct chi_string *archive);

/*
 * Reads the output of chi_task_save_in() into `task`, which was just created by chi_task_new().
 * Allocates its buffers; free them with chi_task_unload(). On failure the task is unchanged.
 * Returns 0, or
 *   -ENOMEM         out of memory
 *   CHI_EARCHIVE    the archive is damaged, or buffers that are only written exceed 1 GiB
 *   CHI_ESCHEMA     the archive has a different layout
 *   CHI_ENOMETHOD   `schema` is NULL: no such method
 */
CHI_API int chi_task_load_in(const struct chi_task_schema *schema, const void *data, size_t size,
                             struct chi_task *task);

/*
 * Appends the results of a task: return code, OUT and INOUT members.
 * Returns 0, or a code of chi_task_save_in().
 */
CHI_API int chi_task_save_out(const struct chi_task_schema *schema, const struct chi_task *task,
                              struct chi_string *archive);

/*
 * Reads the output of chi_task_save_out() into the task that was saved. The bytes of buffers are
 * copied to its buffers, which must have the same sizes. On failure its OUT and INOUT members are
 * zero, and the content of its buffers is undefined.
 * Returns 0, or
 *   -ENOMEM         out of memory
 *   CHI_EARCHIVE    the archive is truncated or damaged
 *   CHI_ESCHEMA     the archive has a different layout
 *   CHI_EBADPTR     a buffer lies in no mapped memory
 *   CHI_ENOMETHOD   `schema` is NULL: no such method
 */
CHI_API int chi_task_load_out(const struct chi_task_schema *schema, const void *data, size_t size,
                              struct chi_task *task);

/* Frees everything that chi_task_load_in() has allocated for the task, and zeroes its members. */
CHI_API void chi_task_unload(const struct chi_task_schema *schema, struct chi_task *task);

/* Calls chi_task_unload() and frees the task. NULL is allowed. */
CHI_API void chi_task_unload_del(const struct chi_task_schema *schema, struct chi_task *task);

/*
 * Saves the task, loads it into a new task, first the inputs, then the outputs, and compares the
 * two. For tests of modules.
 * Returns 0, or
 *   CHI_EARCHIVE   a member differs; chi_last_error() names it
 *   other codes    those of the functions above and of chi_task_new()
 */
CHI_API int chi_task_round_trip(struct chi_task_schema *schema, const struct chi_task *task);

CHI_END_DECLS

#endif
