/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tasks as archives: what a task needs to run elsewhere, and what comes back. Generated code calls
 * these with the method's schema. Any thread that may touch the task.
 */
#include <errno.h>
#include <string.h>

#include "chimaera/buffer.h"
#include "chimaera/status.h"
#include "task/archive.h"
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

void chi_task_unload_del(const struct chi_task_schema *schema, struct chi_task *task)
{
    if (!task)
        return;
    chi_task_unload(schema, task);
    chi_task_del(task);
}

static int compare_task(const struct chi_task_schema *schema, const struct chi_task *task,
                        const struct chi_task *copy, unsigned direction)
{
    const struct chi_member *member = chi_schema_difference(&schema->type, task, copy, direction);
    const char *name = member ? member->name : NULL;
    if (!name && (task->method != copy->method || task->return_code != copy->return_code ||
                  !chi_pool_id_equal(task->pool_id, copy->pool_id) ||
                  memcmp(&task->pool_query, &copy->pool_query, sizeof task->pool_query) != 0 ||
                  memcmp(&task->node, &copy->node, sizeof task->node) != 0))
        name = "base";
    return name
               ? chi_error(CHI_EARCHIVE, "%s: member %s is another one after the way as an archive",
                           schema->type.name, name)
               : 0;
}

int chi_task_round_trip(struct chi_task_schema *schema, const struct chi_task *task)
{
    struct chi_string in = {0};
    struct chi_string out = {0};
    if (!schema)
        return no_method();
    struct chi_task *copy = chi_task_new(schema, task->pool_id, task->pool_query);
    if (!copy)
        return chi_last_error_code();
    int rc = chi_task_save_in(schema, task, &in);
    struct chi_view view = chi_string_view(&in);
    if (!rc)
        rc = chi_task_load_in(schema, view.data, view.size, copy);
    if (!rc) {
        copy->return_code = task->return_code;
        rc = compare_task(schema, task, copy, CHI_DIRECTION_IN);
        copy->return_code = 0;
    }
    if (!rc)
        rc = chi_task_save_out(schema, task, &out);
    view = chi_string_view(&out);
    if (!rc)
        rc = chi_task_load_out(schema, view.data, view.size, copy);
    if (!rc)
        rc = compare_task(schema, task, copy, CHI_DIRECTION_OUT);
    chi_task_unload_del(schema, copy);
    chi_string_fini(&in);
    chi_string_fini(&out);
    return rc;
}
