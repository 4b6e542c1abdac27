/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of texts, a worker each, and how texts leave them. See error_text.h. */
#include "runtime/worker/error_text.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/last_error.h"
#include "chimaera/log.h"
#include "chimaera/status.h"
#include "runtime/core/current.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/module/pool.h"
#include "runtime/worker/worker.h"

#define LINES_MAX  20u /* of the log, in a second, of one worker */
#define WORKER_BIT 6u  /* a number is `count << 6 | worker`; count 0 is never used */
_Static_assert(CHI_MAX_WORKERS <= 1u << WORKER_BIT, "the number has room for the worker");

struct entry {
    uint32_t number;
    struct chi_last_error error;
};

struct chi_error_texts {
    pthread_mutex_t lock; /* written by its worker, read by those of the makers of subtasks */
    uint32_t count;
    struct entry entries[CHI_ERROR_TEXTS];

    /* The log. The worker's thread. */
    uint64_t second;
    uint32_t lines;
    uint64_t left_out;
};

int chi_error_texts_create(struct chi_error_texts **out)
{
    struct chi_error_texts *texts = calloc(1, sizeof(*texts));
    if (texts == NULL)
        return -ENOMEM;
    pthread_mutex_init(&texts->lock, NULL);
    *out = texts;
    return 0;
}

void chi_error_texts_destroy(struct chi_error_texts *texts)
{
    if (texts != NULL)
        pthread_mutex_destroy(&texts->lock);
    free(texts);
}

static struct entry *entry_of(struct chi_error_texts *texts, uint32_t number)
{
    return &texts->entries[(number >> WORKER_BIT) % CHI_ERROR_TEXTS];
}

/* ---- the last error of a handler */

static bool keep(int code, const char *text)
{
    const struct chi_worker *worker = chi_worker_self;
    struct chi_record *record = worker->current;
    if (record == NULL)
        return false; /* the scheduler */
    struct chi_error_texts *texts = worker->error_texts;
    pthread_mutex_lock(&texts->lock);
    if (record->error_text == 0 ||
        entry_of(texts, record->error_text)->number != record->error_text) {
        if (++texts->count >= UINT32_MAX >> WORKER_BIT)
            texts->count = 1;
        record->error_text = texts->count << WORKER_BIT | worker->id;
    }
    struct entry *entry = entry_of(texts, record->error_text);
    entry->number = record->error_text;
    entry->error.code = code;
    strcpy(entry->error.text, text);
    pthread_mutex_unlock(&texts->lock);
    return true;
}

static bool find(const struct chi_last_error **error)
{
    const struct chi_worker *worker = chi_worker_self;
    const struct chi_record *record = worker->current;
    if (record == NULL)
        return false;
    const struct entry *entry = entry_of(worker->error_texts, record->error_text);
    *error = record->error_text != 0 && entry->number == record->error_text ? &entry->error : NULL;
    return true;
}

static const struct chi_last_error_keeper keeper = {.keep = keep, .find = find};

void chi_error_texts_enter(void)
{
    chi_last_error_set_keeper(&keeper);
}

void chi_error_texts_leave(void)
{
    chi_last_error_set_keeper(NULL);
}

/* ---- to whoever waits */

/* Copies the text of a task that ended with `code`; false: there is none. */
static bool take(const struct chi_runtime *runtime, const struct chi_record *record, int code,
                 char text[CHI_LAST_ERROR_SIZE])
{
    uint32_t number = record->error_text;
    if (number == 0)
        return false;
    struct chi_error_texts *texts =
        runtime->workers[number & ((1u << WORKER_BIT) - 1)]->error_texts;
    pthread_mutex_lock(&texts->lock);
    const struct entry *entry = entry_of(texts, number);
    bool found = entry->number == number && entry->error.code == code;
    if (found)
        strcpy(text, entry->error.text);
    pthread_mutex_unlock(&texts->lock);
    return found;
}

static void write_log(struct chi_worker *worker, const struct chi_record *record, int code,
                      const char *text)
{
    struct chi_error_texts *texts = worker->error_texts;
    /* What a task of several containers says was said in one of them already. */
    if (record->failed > 0 || !chi_log_enabled("tasks", CHI_LOG_DEBUG))
        return;
    uint64_t second = chi_clock_now_ns() / CHI_NS_PER_S;
    if (second != texts->second) {
        if (texts->left_out > 0)
            chi_log_debug("tasks", "%llu more failed meanwhile, in worker %u",
                          (unsigned long long)texts->left_out, worker->id);
        texts->second = second;
        texts->lines = 0;
        texts->left_out = 0;
    }
    if (texts->lines++ >= LINES_MAX)
        texts->left_out++;
    else
        chi_log_debug("tasks", "%s of pool %s failed with %s: %s",
                      record->schema != NULL ? record->schema->method_name : "a call",
                      record->pool != NULL ? record->pool->name : "none", chi_status_name(code),
                      text);
}

/* The text is cut to what an entry holds. */
static void write_slot(struct chi_origin *origin, uint64_t offset, int code, const char *text)
{
    uint64_t words[CHI_SHM_TEXT_WORDS] = {0};
    memcpy(words, text, strnlen(text, sizeof(words) - 1));
    pthread_mutex_lock(&origin->texts_lock);
    uint64_t number = ++origin->texts;
    struct chi_shm_text *entry = &origin->shm_slot->texts[number % CHI_SHM_TEXTS];
    atomic_store_explicit(&entry->number, 0, memory_order_relaxed);
    /* Orders the 0 before the text; pairs with the fence in client/failure.c. */
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&entry->task, offset, memory_order_relaxed);
    atomic_store_explicit(&entry->code, (uint32_t)code, memory_order_relaxed);
    for (uint32_t i = 0; i < CHI_SHM_TEXT_WORDS; i++)
        atomic_store_explicit(&entry->words[i], words[i], memory_order_relaxed);
    /* Release: pairs with the acquire in client/failure.c. */
    atomic_store_explicit(&entry->number, number, memory_order_release);
    pthread_mutex_unlock(&origin->texts_lock);
}

uint32_t chi_error_text_tell_client(struct chi_worker *worker, struct chi_record *record, int code)
{
    char text[CHI_LAST_ERROR_SIZE];
    if (!take(worker->runtime, record, code, text))
        return 0;
    write_slot(record->origin, record->shm_offset, code, text);
    write_log(worker, record, code, text);
    return CHI_TASK_TEXT;
}

void chi_error_text_log(struct chi_worker *worker, struct chi_record *record, int code)
{
    char text[CHI_LAST_ERROR_SIZE];
    if (take(worker->runtime, record, code, text))
        write_log(worker, record, code, text);
}

int chi_error_text_tell_maker(const struct chi_runtime *runtime, const struct chi_record *record)
{
    char text[CHI_LAST_ERROR_SIZE];
    int code = record->task.return_code;
    bool found = take(runtime, record, code, text);
    return chi_error(code, "%s", found ? text : chi_strerror(code));
}

void chi_error_texts_clear(struct chi_origin *origin)
{
    pthread_mutex_lock(&origin->texts_lock);
    for (uint32_t i = 0; i < CHI_SHM_TEXTS; i++) {
        struct chi_shm_text *entry = &origin->shm_slot->texts[i];
        atomic_store_explicit(&entry->number, 0, memory_order_relaxed);
        for (uint32_t w = 0; w < CHI_SHM_TEXT_WORDS; w++)
            atomic_store_explicit(&entry->words[w], 0, memory_order_relaxed);
    }
    origin->texts = 0;
    pthread_mutex_unlock(&origin->texts_lock);
}
