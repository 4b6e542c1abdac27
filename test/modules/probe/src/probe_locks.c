/* SPDX-License-Identifier: BSD-3-Clause */
/* The probe module's tasks that lock by a script. On the runtime's workers. */
#include <chimaera/corwlock.h>
#include <chimaera/status.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <test/probe/autogen/probe_methods.h>
#include <test/probe/autogen/probe_runtime_methods.h>
#include <test/probe/probe_runtime.h>

#define POLL_NS 200000u

static struct chi_corwlock lock, other_lock;
static atomic_bool gates[10];

static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER; /* never held while parked */
static char journal[4096];

struct actor {
    struct test_probe *self;
    struct test_probe_locks_task *task;
    char name;
};

static void note(const struct actor *actor, char op, int rc)
{
    pthread_mutex_lock(&journal_lock);
    size_t size = strlen(journal);
    snprintf(journal + size, sizeof(journal) - size, "%s%c%c%s", size > 0 ? " " : "", actor->name,
             op, rc < 0 ? "!" : "");
    pthread_mutex_unlock(&journal_lock);
}

static void pass_gate(unsigned gate)
{
    bool open = true;
    while (!atomic_compare_exchange_strong(&gates[gate], &open, false)) {
        open = true;
        chi_task_sleep(POLL_NS);
    }
}

/* Runs the `size` bytes as a subtask's script. */
static int delegate(const struct actor *actor, const char *script, size_t size)
{
    struct test_probe_locks_task *sub =
        CHI_TASK_NEW(test_probe_locks, actor->self->base.pool_id,
                     chi_pool_query_direct_id(actor->self->base.container_id));
    if (sub == NULL)
        return -ENOMEM;
    sub->lane = actor->task->lane + 1;
    int rc = chi_string_assign(&sub->script, &actor->name, 1);
    if (rc == 0)
        rc = chi_string_append(&sub->script, script, size);
    if (rc == 0)
        rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    chi_task_del(&sub->base);
    return rc;
}

/* Unlocking is noted before it is done: the next one may go on at once. */
static int act(const struct actor *actor, char op)
{
    int rc = 0;
    if (strchr("wrxm", op) != NULL)
        note(actor, op, 0);
    switch (op) {
    case 'W':
        rc = chi_corwlock_write_lock(&lock);
        break;
    case 'w':
        chi_corwlock_write_unlock(&lock);
        return 0;
    case 'T':
        rc = chi_corwlock_try_write_lock(&lock);
        break;
    case 'R':
        rc = chi_corwlock_read_lock(&lock);
        break;
    case 'r':
        chi_corwlock_read_unlock(&lock);
        return 0;
    case 'X':
        rc = chi_corwlock_write_lock(&other_lock);
        break;
    case 'x':
        chi_corwlock_write_unlock(&other_lock);
        return 0;
    case 'M':
        rc = chi_comutex_lock(&actor->self->mutex);
        break;
    case 'm':
        chi_comutex_unlock(&actor->self->mutex);
        return 0;
    default:
        return -EINVAL;
    }
    note(actor, op, rc);
    return rc == -EBUSY ? 0 : rc;
}

static int follow(const struct actor *actor, const char *script)
{
    int rc = 0;
    for (; rc == 0 && *script != '\0' && *script != '$'; script++) {
        if (*script == '(') {
            size_t size = strcspn(script + 1, ")");
            rc = delegate(actor, script + 1, size);
            script += 1 + size;
        } else if (*script == '=') {
            atomic_store(&gates[*++script - '0'], true);
        } else if (*script >= '0' && *script <= '9') {
            pass_gate((unsigned)(*script - '0'));
        } else {
            rc = act(actor, *script);
        }
    }
    return rc;
}

int test_probe_run_locks(struct test_probe *self, struct test_probe_locks_task *task,
                         struct chi_run_context *rctx)
{
    struct chi_view script = chi_string_view(&task->script);
    int rc = 0;

    (void)rctx;
    if (script.size == 0)
        return -EINVAL;
    if (script.data[0] == '?' || script.data[0] == '!') {
        pthread_mutex_lock(&journal_lock);
        rc = chi_string_set(&task->journal, journal);
        if (script.data[0] == '!')
            journal[0] = '\0';
        pthread_mutex_unlock(&journal_lock);
        return rc;
    }
    struct actor actor = {.self = self, .task = task, .name = script.data[0]};
    return follow(&actor, script.data + 1);
}

void test_probe_monitor_locks(struct test_probe *self, enum chi_monitor_mode mode,
                              struct test_probe_locks_task *task, struct chi_run_context *rctx)
{
    chi_monitor_lane(&self->base, mode, rctx, 0, task->lane % self->lanes);
}
