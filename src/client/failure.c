/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks up what a handler said of a task that failed. See failure.h. */
#include "client/failure.h"

#include <string.h>

#include "chimaera/status.h"
#include "chimaera/task.h"
#include "shm/layout.h"

/* Copies the text unless it is another's, or is replaced meanwhile. */
static bool copy(const struct chi_shm_text *text, uint64_t number, uint64_t offset, int code,
                 uint64_t words[CHI_SHM_TEXT_WORDS])
{
    bool same = atomic_load_explicit(&text->task, memory_order_relaxed) == offset &&
                (int)atomic_load_explicit(&text->code, memory_order_relaxed) == code;
    for (uint32_t i = 0; same && i < CHI_SHM_TEXT_WORDS; i++)
        words[i] = atomic_load_explicit(&text->words[i], memory_order_relaxed);
    /* Orders the loads above before this one; pairs with the fence of the writer. */
    atomic_thread_fence(memory_order_acquire);
    return same && atomic_load_explicit(&text->number, memory_order_relaxed) == number;
}

int chi_client_task_failed(const struct chi_client_thread *self, const struct chi_task *task,
                           int code)
{
    const struct chi_shm_slot *slot = self->client->slot;
    uint64_t offset = chi_client_offset_of(self, task);
    uint64_t words[CHI_SHM_TEXT_WORDS];
    char text[sizeof(words)] = "";
    uint64_t latest = 0;

    if (atomic_load_explicit(&task->state, memory_order_relaxed) & CHI_TASK_TEXT) {
        for (uint32_t i = 0; i < CHI_SHM_TEXTS; i++) {
            /* Acquire: pairs with the release of the writer; the text is whole. */
            uint64_t number = atomic_load_explicit(&slot->texts[i].number, memory_order_acquire);
            if (number > latest && copy(&slot->texts[i], number, offset, code, words)) {
                latest = number;
                memcpy(text, words, sizeof(text));
            }
        }
    }
    text[sizeof(text) - 1] = '\0'; /* nobody has to be trusted for it */
    return chi_error(code, "%s", text[0] != '\0' ? text : chi_strerror(code));
}
