/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parking places of modules, which any thread may unpark, and pollers: functions of
 * chimaera/park.h. A place changes only on the thread of its worker; another thread sends it there
 * as a message. chi_poller_remove() may be called on another worker than the poller's.
 */
#include "runtime/worker/poller.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "chimaera/park.h"
#include "lane/bell.h"
#include "runtime/core/current.h"
#include "runtime/core/message.h"
#include "runtime/core/runtime.h"
#include "runtime/worker/park.h"
#include "runtime/worker/send.h"
#include "runtime/worker/worker.h"

_Static_assert(sizeof(((struct chi_parking *)0)->message) == sizeof(struct chi_message),
               "a parking place holds a message");

static void wake(struct chi_worker *worker, struct chi_parking *parking)
{
    parking->woken = 1;
    if (parking->waiter != NULL)
        chi_worker_unpark(worker, parking->waiter, 0);
}

static void wake_by_message(struct chi_worker *worker, struct chi_message *message)
{
    wake(worker, (void *)((char *)message - offsetof(struct chi_parking, message)));
}

void chi_parking_init(struct chi_parking *parking)
{
    CHI_ASSERT(chi_worker_self != NULL && chi_worker_self->current != NULL,
               "chi_parking_init() outside a handler");
    *parking = (struct chi_parking){.worker = chi_worker_self};
}

int chi_task_park(struct chi_parking *parking)
{
    struct chi_worker *worker = chi_worker_self;

    CHI_ASSERT(worker != NULL && worker->current != NULL && parking->worker == worker,
               "chi_task_park() outside the handler that prepared the place");
    worker->waits.outside++;
    bool shield = chi_task_shield(true); /* what it waits for may still use the handler's memory */
    while (!parking->woken) {
        struct chi_waiter waiter = {0};
        parking->waiter = &waiter;
        (void)chi_worker_park(worker, &waiter);
        parking->waiter = NULL;
    }
    chi_task_shield(shield);
    worker->waits.outside--;
    return parking->result;
}

void chi_task_unpark(struct chi_parking *parking, int result)
{
    struct chi_worker *home = parking->worker;

    parking->result = result;
    if (home == chi_worker_self) {
        wake(home, parking);
        return;
    }
    struct chi_message *message = (void *)parking->message;
    message->handle = wake_by_message;
    bool stepped = home->runtime->stepper != NULL;
    chi_worker_send(home, message);
    if (stepped) /* its workers never count as asleep */
        chi_eventfd_wake(home->wake.private_fd);
}

/* ---- pollers */

int chi_poller_add(struct chi_poller *poller)
{
    struct chi_worker *worker = chi_worker_self;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = chi_poller_event(poller)};

    CHI_ASSERT(worker != NULL && worker->current != NULL, "chi_poller_add() outside a handler");
    if (epoll_ctl(worker->wake.epoll, EPOLL_CTL_ADD, poller->fd, &event) < 0)
        return -errno;
    poller->worker = worker;
    poller->next = worker->polling.pollers;
    worker->polling.pollers = poller;
    return 0;
}

struct removal {
    struct chi_message message;
    struct chi_poller *poller;
    struct chi_parking parking;
};

static void let_go(struct chi_worker *worker, struct chi_message *message)
{
    struct removal *removal = (void *)message;
    struct chi_poller **link = &worker->polling.pollers;

    while (*link != removal->poller)
        link = &(*link)->next;
    *link = removal->poller->next;
    epoll_ctl(worker->wake.epoll, EPOLL_CTL_DEL, removal->poller->fd, NULL);
    chi_task_unpark(&removal->parking, 0);
}

void chi_poller_remove(struct chi_poller *poller)
{
    struct removal removal = {.message.handle = let_go, .poller = poller};

    chi_parking_init(&removal.parking);
    chi_worker_send(poller->worker, &removal.message);
    chi_task_park(&removal.parking);
}

bool chi_worker_poll(struct chi_worker *worker)
{
    bool any = false;
    for (struct chi_poller *poller = worker->polling.pollers; poller != NULL; poller = poller->next)
        any |= poller->poll(poller);
    return any;
}
