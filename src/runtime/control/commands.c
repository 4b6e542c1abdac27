/* SPDX-License-Identifier: BSD-3-Clause */
/* Orders of the command line. See commands.h. */
#include "runtime/control/commands.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "chimaera/container.h"
#include "chimaera/status.h"
#include "runtime/control/errand.h"
#include "runtime/core/rights.h"
#include "runtime/core/runtime.h"
#include "runtime/pools/pools.h"

_Static_assert(CHI_CONTROL_NAME == CHI_POOL_NAME_MAX + 1, "an order holds a pool's name");

enum { WAITING, BEGUN, GIVEN_UP };

struct chi_command {
    struct chi_errand errand;   /* first */
    struct chi_message message; /* to the control thread, when it is done */
    struct chi_command *next;
    struct chi_commands *commands;
    struct chi_runtime *runtime;
    struct chi_control_order order;
    uint64_t peer;
    uint64_t given_ns;
    atomic_int state;
    bool told; /* that it was given up; control thread */
    int result;
    char text[CHI_CONTROL_TOLD];
};

static void tell(struct chi_control_told *told, int rc, const char *text)
{
    memset(told, 0, sizeof(*told));
    told->reply =
        (struct chi_control_reply){.magic = CHI_CONTROL_MAGIC, .status = rc, .abi = CHI_LAYOUT_ABI};
    if (rc < 0)
        snprintf(told->text, sizeof(told->text), "%s", text);
}

/* On a worker. */
static int destroy(struct chi_errand *errand)
{
    struct chi_command *command = (void *)errand;
    const struct chi_control_order *order = &command->order;
    chi_pool_id_t id = order->pool_id;
    int waiting = WAITING, rc = 0;

    if (!atomic_compare_exchange_strong(&command->state, &waiting, BEGUN))
        return -ECANCELED;
    if (chi_pool_id_is_null(id))
        rc = chi_pool_id_by_name(command->runtime, order->name, &id);
    if (rc == 0)
        rc = chi_pool_destroy(command->runtime, id, order->cancel != 0);
    if (rc < 0)
        snprintf(command->text, sizeof(command->text), "%s",
                 chi_last_error_code() == rc ? chi_last_error() : chi_strerror(rc));
    return rc;
}

static void destroyed(struct chi_errand *errand, int rc)
{
    struct chi_command *command = (void *)errand;
    const struct chi_runtime *runtime = command->runtime;
    command->result = rc;
    chi_inbox_push(&command->commands->done, &command->message); /* releases the command */
    chi_runtime_wake_control(runtime);
}

static int begin_destroy(struct chi_commands *commands, struct chi_runtime *runtime, uint64_t peer,
                         const struct chi_control_order *order)
{
    if (chi_runtime_stopping(runtime))
        return chi_error(CHI_ESTOPPING, "%s", chi_strerror(CHI_ESTOPPING));
    if (commands->count >= CHI_COMMANDS_MAX)
        return chi_error(-EBUSY, "%u other orders are under way", commands->count);
    struct chi_command *command = calloc(1, sizeof(*command));
    if (command == NULL)
        return chi_error(-ENOMEM, "out of memory");
    command->errand.function = destroy;
    command->errand.done = destroyed;
    command->commands = commands;
    command->runtime = runtime;
    command->order = *order;
    command->order.name[CHI_CONTROL_NAME - 1] = '\0';
    command->peer = peer;
    command->given_ns = chi_clock_now_ns();
    command->next = commands->all;
    commands->all = command;
    commands->count++;
    chi_errand_send(runtime, &command->errand);
    return 0;
}

bool chi_commands_give(struct chi_commands *commands, struct chi_runtime *runtime, uid_t uid,
                       uint64_t peer, const struct chi_control_order *order,
                       struct chi_control_told *told)
{
    bool stop = order->request.type == CHI_CONTROL_STOP;
    int rc = chi_rights_check_user(chi_rights_of(runtime, uid), uid,
                                   stop ? CHI_RIGHT_STOP : CHI_RIGHT_DESTROY,
                                   stop ? "stop the runtime" : "destroy pools");
    if (rc == 0 && stop)
        chi_runtime_request_stop(runtime, order->grace_period_ns);
    else if (rc == 0)
        rc = begin_destroy(commands, runtime, peer, order);
    tell(told, rc, rc < 0 ? chi_last_error() : "");
    return rc == 0 && !stop;
}

static void forget(struct chi_commands *commands, struct chi_command *command)
{
    struct chi_command **at = &commands->all;
    while (*at != command)
        at = &(*at)->next;
    *at = command->next;
    commands->count--;
    free(command);
}

/* Takes one that a worker is done with; NULL: none. */
static struct chi_command *next_done(struct chi_commands *commands)
{
    /* Acquire in take: pairs with the push, after the last use by the worker. */
    struct chi_message *message = chi_inbox_take(&commands->done);
    if (message == NULL)
        return NULL;
    for (struct chi_message *more = STAILQ_NEXT(message, link), *next; more != NULL; more = next) {
        next = STAILQ_NEXT(more, link);
        chi_inbox_push(&commands->done, more);
    }
    return (void *)((char *)message - offsetof(struct chi_command, message));
}

bool chi_commands_take(struct chi_commands *commands, uint64_t now_ns,
                       bool (*is_there)(void *context, uint64_t peer), void *context,
                       struct chi_command_reply *reply)
{
    struct chi_command *command;

    while ((command = next_done(commands)) != NULL) {
        bool told = command->told;
        reply->peer = command->peer;
        tell(&reply->told, command->result, command->text);
        forget(commands, command);
        if (!told)
            return true;
    }
    for (command = commands->all; command != NULL; command = command->next) {
        int waiting = WAITING;
        bool late = now_ns - command->given_ns > CHI_COMMAND_START_NS;
        if (command->told || (!late && is_there(context, command->peer)) ||
            !atomic_compare_exchange_strong(&command->state, &waiting, GIVEN_UP))
            continue;
        command->told = true;
        reply->peer = command->peer;
        tell(&reply->told, -EBUSY,
             "no worker takes the order: tasks hold them all. `chimaera status` shows the "
             "workers; `chimaera stop` needs none");
        return true;
    }
    return false;
}

void chi_commands_fini(struct chi_commands *commands)
{
    while (commands->all != NULL)
        forget(commands, commands->all);
}
