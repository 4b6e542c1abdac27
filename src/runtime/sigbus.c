/* SPDX-License-Identifier: BSD-3-Clause */
/* The SIGBUS handler. Only async-signal-safe calls inside. */
#include "runtime/sigbus.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "runtime/control.h"
#include "runtime/runtime.h"

static _Atomic(struct chi_runtime *) armed;
static struct sigaction before;

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(signal_number, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(signal_number);
    } else {
        signal(SIGBUS, SIG_DFL); /* the access is tried again and ends the process */
    }
}

static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
    struct chi_runtime *runtime = atomic_load_explicit(&armed, memory_order_acquire);
    int error = errno;

    for (int s = 0; runtime != NULL && s < CHI_SEGMENT_COUNT; s++) {
        const struct chi_segment_map *map = &runtime->segments[s];
        if ((uintptr_t)info->si_addr - (uintptr_t)map->base < map->size &&
            ftruncate(map->fd, (off_t)map->size) == 0) {
            chi_control_damaged(runtime->control);
            errno = error;
            return;
        }
    }
    errno = error;
    pass_on(signal_number, info, context);
}

int chi_sigbus_arm(struct chi_runtime *runtime)
{
    struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO | SA_NODEFER};
    atomic_store_explicit(&armed, runtime, memory_order_release);
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, &before) < 0 ? -errno : 0;
}

void chi_sigbus_disarm(struct chi_runtime *runtime)
{
    if (atomic_load_explicit(&armed, memory_order_relaxed) != runtime)
        return;
    sigaction(SIGBUS, &before, NULL);
    atomic_store_explicit(&armed, NULL, memory_order_release);
}
