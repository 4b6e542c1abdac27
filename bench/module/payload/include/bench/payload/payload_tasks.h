/* SPDX-License-Identifier: BSD-3-Clause */
/* Tasks that carry something to the module and back, so that its cost beside that of an empty task
 * can be counted. chi_refresh_repo reads this file. */
#ifndef BENCH_PAYLOAD_TASKS_H
#define BENCH_PAYLOAD_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/string.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

struct bench_payload_empty_task {
    struct chi_task base;
};

struct bench_payload_words_task {
    struct chi_task base;
    IN uint64_t word;
    OUT uint64_t answer; /* word + 1 */
};

struct bench_payload_text_task {
    struct chi_task base;
    IN struct chi_string text;
    OUT struct chi_string answer; /* the same */
};

/* Copies the first buffer's bytes to the second one. */
struct bench_payload_block_task {
    struct chi_task base;
    IN struct chi_buffer from;
    OUT struct chi_buffer to;
};

struct bench_payload_numbers_task {
    struct chi_task base;
    IN CHI_VECTOR(uint64_t) numbers;
    OUT CHI_VECTOR(uint64_t) answer; /* the same */
};

/* Runs one empty task of this container and waits for it. */
struct bench_payload_subtask_task {
    struct chi_task base;
};

#endif
