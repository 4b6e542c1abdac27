/* SPDX-License-Identifier: BSD-3-Clause */
#include "slot.h"

#define SAVE_PARAMETERS "const struct @ *task, struct chi_string *archive"
#define SAVE_ARGUMENTS  "task, archive"
#define SAVE_CASTS      "(const struct @ *)(const void *)task, archive"
#define LOAD_PARAMETERS "const void *data, size_t size, struct @ *task"
#define LOAD_ARGUMENTS  "data, size, task"
#define LOAD_CASTS      "data, size, (struct @ *)(void *)task"

const struct gen_slot_form gen_slots[GEN_SLOT_COUNT] = {
    [GEN_SLOT_COPY] = {"copy", "new_copy", "chi_task_copy", "int",
                       "const struct @ *task, struct @ *copy", "task, copy",
                       "(const struct @ *)(const void *)task, (struct @ *)(void *)copy"},
    [GEN_SLOT_AGGREGATE] = {"aggregate", "aggregate", "chi_task_aggregate", "void",
                            "struct @ *into, struct @ *copy", "into, copy",
                            "(struct @ *)(void *)into, (struct @ *)(void *)copy"},
    [GEN_SLOT_DEL] = {"del", "del", "chi_task_unload_del", "void", "struct @ *task", "task",
                      "(struct @ *)(void *)task"},
    [GEN_SLOT_SAVE_IN] = {"save_in", "save_in", "chi_task_save_in", "int", SAVE_PARAMETERS,
                          SAVE_ARGUMENTS, SAVE_CASTS},
    [GEN_SLOT_LOAD_IN] = {"load_in", "load_in", "chi_task_load_in", "int", LOAD_PARAMETERS,
                          LOAD_ARGUMENTS, LOAD_CASTS},
    [GEN_SLOT_SAVE_OUT] = {"save_out", "save_out", "chi_task_save_out", "int", SAVE_PARAMETERS,
                           SAVE_ARGUMENTS, SAVE_CASTS},
    [GEN_SLOT_LOAD_OUT] = {"load_out", "load_out", "chi_task_load_out", "int", LOAD_PARAMETERS,
                           LOAD_ARGUMENTS, LOAD_CASTS},
};
