/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages between threads of the runtime: a function to call on the receiving worker's thread, in
 * order of arrival. The struct is part of what it concerns, so sending never fails and never waits.
 * Workers send with worker/send.h.
 */
#ifndef CHI_RUNTIME_CORE_MESSAGE_H
#define CHI_RUNTIME_CORE_MESSAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

struct chi_worker;
struct chi_message;

typedef void (*chi_message_handler_t)(struct chi_worker *worker, struct chi_message *message);

struct chi_message {
    struct chi_message *next;
    chi_message_handler_t handle;
};

/* A list in order of arrival. One thread at a time. */
struct chi_fifo {
    struct chi_message *first;
    struct chi_message *last;
};

static inline void chi_fifo_push(struct chi_fifo *fifo, struct chi_message *message)
{
    message->next = NULL;
    if (fifo->last != NULL)
        fifo->last->next = message;
    else
        fifo->first = message;
    fifo->last = message;
}

/* Removes the first message. The list is not empty. */
static inline void chi_fifo_pop(struct chi_fifo *fifo)
{
    fifo->first = fifo->first->next;
    if (fifo->first == NULL)
        fifo->last = NULL;
}

/* Any thread pushes; one thread takes all messages. */
struct chi_inbox {
    _Atomic(struct chi_message *) newest;
};

static inline void chi_inbox_push(struct chi_inbox *inbox, struct chi_message *message)
{
    struct chi_message *newest = atomic_load_explicit(&inbox->newest, memory_order_relaxed);
    do {
        message->next = newest;
        /* Release: pairs with the acquire in take. seq_cst: with the check before a sleep. */
    } while (!atomic_compare_exchange_weak_explicit(&inbox->newest, &newest, message,
                                                    memory_order_seq_cst, memory_order_relaxed));
}

static inline int chi_inbox_is_empty(struct chi_inbox *inbox)
{
    return atomic_load_explicit(&inbox->newest, memory_order_seq_cst) == NULL;
}

/* Takes all messages, linked by `next`, oldest first; NULL if there is none. */
static inline struct chi_message *chi_inbox_take(struct chi_inbox *inbox)
{
    struct chi_message *newest = NULL;
    struct chi_message *oldest = NULL;

    if (atomic_load_explicit(&inbox->newest, memory_order_relaxed) != NULL)
        newest = atomic_exchange_explicit(&inbox->newest, NULL, memory_order_acquire);
    while (newest != NULL) {
        struct chi_message *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

/* Frees messages from malloc() that are linked by `next`. */
static inline void chi_message_list_free(struct chi_message *first)
{
    while (first != NULL) {
        struct chi_message *next = first->next;
        free(first);
        first = next;
    }
}

#endif
