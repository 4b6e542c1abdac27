/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and payload_tasks.h; do not edit. */
/* clang-format off */
#ifndef BENCH_PAYLOAD_METHODS_H
#define BENCH_PAYLOAD_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define BENCH_PAYLOAD_LIBRARY "bench_payload"

enum bench_payload_method {
    BENCH_PAYLOAD_METHOD_CREATE = 0,
    BENCH_PAYLOAD_METHOD_DESTROY = 1,
    BENCH_PAYLOAD_METHOD_EMPTY = 10,
    BENCH_PAYLOAD_METHOD_WORDS = 11,
    BENCH_PAYLOAD_METHOD_TEXT = 12,
    BENCH_PAYLOAD_METHOD_BLOCK = 13,
    BENCH_PAYLOAD_METHOD_NUMBERS = 14,
    BENCH_PAYLOAD_METHOD_SUBTASK = 15,
};

struct bench_payload_empty_task;
struct bench_payload_words_task;
struct bench_payload_text_task;
struct bench_payload_block_task;
struct bench_payload_numbers_task;
struct bench_payload_subtask_task;

CHI_BEGIN_DECLS

extern struct chi_task_schema bench_payload_empty_schema;
extern struct chi_task_schema bench_payload_words_schema;
extern struct chi_task_schema bench_payload_text_schema;
extern struct chi_task_schema bench_payload_block_schema;
extern struct chi_task_schema bench_payload_numbers_schema;
extern struct chi_task_schema bench_payload_subtask_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas bench_payload_schemas;

CHI_END_DECLS

#endif
