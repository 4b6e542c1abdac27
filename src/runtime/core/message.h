/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages between threads of the runtime: intrusive, handled on the receiving worker's thread in
 * the order of arrival. Sending never fails and never waits.
 */
#ifndef CHI_RUNTIME_MESSAGE_H
#define CHI_RUNTIME_MESSAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>

struct chi_worker;
struct chi_message;

typedef void (*chi_message_handler_t)(struct chi_worker *worker, struct chi_message *message);

struct chi_message {
    STAILQ_ENTRY(chi_message) link; /* in a queue, an inbox or a list of free memory */
    chi_message_handler_t handle;
};

/* A queue in order of arrival, one thread's at a time. */
STAILQ_HEAD(chi_fifo, chi_message);

/* Many producers push, one consumer takes all. */
struct chi_inbox {
    _Atomic(struct chi_message *) newest;
};

static inline void chi_inbox_push(struct chi_inbox *inbox, struct chi_message *message)
{
    struct chi_message *newest = atomic_load_explicit(&inbox->newest, memory_order_relaxed);
    do {
        STAILQ_NEXT(message, link) = newest;
        /* Release: pairs with the acquire in take. seq_cst: with the worker's look before sleep. */
    } while (!atomic_compare_exchange_weak_explicit(&inbox->newest, &newest, message,
                                                    memory_order_seq_cst, memory_order_relaxed));
}

static inline int chi_inbox_is_empty(struct chi_inbox *inbox)
{
    return atomic_load_explicit(&inbox->newest, memory_order_seq_cst) == NULL;
}

/* All messages, oldest first. */
static inline struct chi_message *chi_inbox_take(struct chi_inbox *inbox)
{
    struct chi_message *newest = NULL;
    struct chi_message *oldest = NULL;

    if (atomic_load_explicit(&inbox->newest, memory_order_relaxed) != NULL)
        newest = atomic_exchange_explicit(&inbox->newest, NULL, memory_order_acquire);
    while (newest != NULL) {
        struct chi_message *next = STAILQ_NEXT(newest, link);
        STAILQ_NEXT(newest, link) = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

/* Frees messages from malloc() that are linked by `link`. */
static inline void chi_message_list_free(struct chi_message *first)
{
    while (first != NULL) {
        struct chi_message *next = STAILQ_NEXT(first, link);
        free(first);
        first = next;
    }
}

#endif
