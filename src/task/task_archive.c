/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks as archives: what a task needs to run elsewhere, and what comes back. Generated code calls
 * these with the method's schema. Any thread that may touch the task.
 */
#include <errno.h>
#include <string.h>

#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "task/archive_load.h"
#include "task/archive_save.h"
#include "task/schema.h"

static int no_method(void)
{
    return chi_error(CHI_ENOMETHOD, "%s", chi_strerror(CHI_ENOMETHOD));
}

int chi_task_save_in(const struct chi_task_schema *schema, const struct chi_task *task,
                     struct chi_string *archive)
{
    if (!schema)
        return no_method();
    const struct chi_archive_words words = {
        .count = 11,
        .word = {schema->method, task->pool_id.major, task->pool_id.minor, task->pool_query.mode,
                 task->pool_query.first, task->pool_query.count, task->node.node, task->node.pid,
                 task->node.tid, task->node.major, task->node.minor}};
    return chi_archive_save_kind(CHI_ARCHIVE_TASK_IN, &schema->type, task, CHI_DIRECTION_IN, &words,
                                 archive);
}

int chi_task_load_in(const struct chi_task_schema *schema, const void *data, size_t size,
                     struct chi_task *task)
{
    struct chi_archive_words words = {.count = 11};
    if (!schema)
        return no_method();
    int rc = chi_archive_load_kind(CHI_ARCHIVE_TASK_IN, &schema->type, task, CHI_DIRECTION_IN, data,
                                   size, &words);
    if (rc)
        return rc;
    const uint32_t *word = words.word;
    if (word[0] != schema->method) {
        chi_task_unload(schema, task);
        return chi_error(CHI_EARCHIVE, "archive of %s: it is for method %u, expected %u",
                         schema->type.name, word[0], schema->method);
    }
    task->method = word[0];
    task->pool_id = chi_pool_id(word[1], word[2]);
    task->pool_query = chi_pool_query_make(word[3], word[4], word[5]);
    task->node = (struct chi_task_node){word[6], word[7], word[8], word[9], word[10]};
    return 0;
}

int chi_task_save_out(const struct chi_task_schema *schema, const struct chi_task *task,
                      struct chi_string *archive)
{
    if (!schema)
        return no_method();
    const struct chi_archive_words words = {.count = 1, .word = {(uint32_t)task->return_code}};
    return chi_archive_save_kind(CHI_ARCHIVE_TASK_OUT, &schema->type, task, CHI_DIRECTION_OUT,
                                 &words, archive);
}

int chi_task_load_out(const struct chi_task_schema *schema, const void *data, size_t size,
                      struct chi_task *task)
{
    struct chi_archive_words words = {.count = 1};
    if (!schema)
        return no_method();
    int rc = chi_archive_load_kind(CHI_ARCHIVE_TASK_OUT, &schema->type, task, CHI_DIRECTION_OUT,
                                   data, size, &words);
    if (!rc)
        task->return_code = (int32_t)words.word[0];
    return rc;
}

void chi_task_unload(const struct chi_task_schema *schema, struct chi_task *task)
{
    if (schema)
        chi_schema_fini(&schema->type, task, CHI_DIRECTION_ALL);
}
