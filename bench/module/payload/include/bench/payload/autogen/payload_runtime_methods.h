/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and payload_tasks.h; do not edit. */
/* clang-format off */
#ifndef BENCH_PAYLOAD_RUNTIME_METHODS_H
#define BENCH_PAYLOAD_RUNTIME_METHODS_H

#include "bench/payload/autogen/payload_methods.h"

#include "chimaera/container.h"

struct bench_payload; /* the module's state; begins with struct chi_container */
struct chimaera_admin_create_task;
struct chimaera_admin_destroy_task;
struct bench_payload_empty_task;
struct bench_payload_words_task;
struct bench_payload_text_task;
struct bench_payload_block_task;
struct bench_payload_numbers_task;
struct bench_payload_subtask_task;

CHI_BEGIN_DECLS

int bench_payload_run_create(struct bench_payload *self, struct chimaera_admin_create_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_create(struct bench_payload *self, enum chi_monitor_mode mode,
    struct chimaera_admin_create_task *task, struct chi_run_context *rctx);

int bench_payload_run_destroy(struct bench_payload *self, struct chimaera_admin_destroy_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_destroy(struct bench_payload *self, enum chi_monitor_mode mode,
    struct chimaera_admin_destroy_task *task, struct chi_run_context *rctx);

int bench_payload_run_empty(struct bench_payload *self, struct bench_payload_empty_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_empty(struct bench_payload *self, enum chi_monitor_mode mode,
    struct bench_payload_empty_task *task, struct chi_run_context *rctx);

int bench_payload_run_words(struct bench_payload *self, struct bench_payload_words_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_words(struct bench_payload *self, enum chi_monitor_mode mode,
    struct bench_payload_words_task *task, struct chi_run_context *rctx);

int bench_payload_run_text(struct bench_payload *self, struct bench_payload_text_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_text(struct bench_payload *self, enum chi_monitor_mode mode,
    struct bench_payload_text_task *task, struct chi_run_context *rctx);

int bench_payload_run_block(struct bench_payload *self, struct bench_payload_block_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_block(struct bench_payload *self, enum chi_monitor_mode mode,
    struct bench_payload_block_task *task, struct chi_run_context *rctx);

int bench_payload_run_numbers(struct bench_payload *self, struct bench_payload_numbers_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_numbers(struct bench_payload *self, enum chi_monitor_mode mode,
    struct bench_payload_numbers_task *task, struct chi_run_context *rctx);

int bench_payload_run_subtask(struct bench_payload *self, struct bench_payload_subtask_task *task,
    struct chi_run_context *rctx);
void bench_payload_monitor_subtask(struct bench_payload *self, enum chi_monitor_mode mode,
    struct bench_payload_subtask_task *task, struct chi_run_context *rctx);

extern const struct chi_container_ops bench_payload_ops;

CHI_END_DECLS

#endif
