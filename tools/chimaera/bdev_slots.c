/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers and tasks of a copy. See bdev_slots.h. */
#include "bdev_slots.h"

#include "chimaera/chimaera.h"

int bdev_slots_init(struct bdev_slots *slots)
{
    *slots = (struct bdev_slots){0};
    return chi_buffer_alloc(BDEV_SLOT_SIZE * BDEV_SLOTS, &slots->buffer);
}

void bdev_slots_fini(struct bdev_slots *slots)
{
    for (unsigned i = 0; i < BDEV_SLOTS; i++) {
        if (slots->tasks[i] != NULL)
            chi_task_wait(slots->tasks[i]);
        chi_task_del(slots->tasks[i]);
    }
    chi_buffer_free(&slots->buffer);
}

struct chi_buffer bdev_slots_buffer(const struct bdev_slots *slots, uint64_t number, uint64_t size)
{
    return chi_buffer_slice(&slots->buffer, number % BDEV_SLOTS * BDEV_SLOT_SIZE, size);
}

int bdev_slots_put(struct bdev_slots *slots, uint64_t number, struct chi_task *task)
{
    slots->tasks[number % BDEV_SLOTS] = task;
    return task != NULL ? 0 : chi_last_error_code();
}

int bdev_slots_wait(struct bdev_slots *slots, uint64_t number)
{
    struct chi_task **task = &slots->tasks[number % BDEV_SLOTS];
    if (*task == NULL)
        return 0;
    int rc = chi_task_wait(*task);
    chi_task_del(*task);
    *task = NULL;
    return rc < 0 ? chi_error(rc, "the device failed: %s", chi_strerror(rc)) : 0;
}
