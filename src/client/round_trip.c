/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks that were loaded from archives: deleting them, and the way there and back. */
#include <string.h>

#include "chimaera/archive.h"
#include "chimaera/status.h"

void chi_task_unload_del(const struct chi_task_schema *schema, struct chi_task *task)
{
    if (task == NULL)
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
        return chi_error(CHI_ENOMETHOD, "%s", chi_strerror(CHI_ENOMETHOD));
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
