/* SPDX-License-Identifier: BSD-3-Clause */
/* The SIGBUS handler, which makes only async-signal-safe calls. See sigbus.h. */
#include "runtime/control/sigbus.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/control/control.h"
#include "runtime/core/runtime.h"

static _Atomic(struct chi_runtime *) armed;
static struct sigaction before;

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(signal_number, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(signal_number);
    } else {
        signal(SIGBUS, SIG_DFL); /* the access is repeated and ends the process */
    }
}

/*
 * Makes the access that faulted possible. Restores the segment's length; else allocates the page,
 * which a client may have punched out; else, if no memory is free, maps a private page there.
 */
static bool restore(const struct chi_segment_map *map, void *address)
{
    uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t page = (uintptr_t)address & ~(page_size - 1);
    struct stat st;

    if (fstat(map->fd, &st) == 0 && (uint64_t)st.st_size < map->size)
        return ftruncate(map->fd, (off_t)map->size) == 0;
    if (fallocate(map->fd, 0, (off_t)(page - (uintptr_t)map->base), (off_t)page_size) == 0)
        return true;
    return mmap((void *)page, page_size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
    struct chi_runtime *runtime = atomic_load_explicit(&armed, memory_order_acquire);
    int error = errno;

    for (int s = 0; runtime != NULL && s < CHI_SEGMENT_COUNT; s++) {
        const struct chi_segment_map *map = &runtime->segments[s];
        if ((uintptr_t)info->si_addr - (uintptr_t)map->base < map->size &&
            restore(map, info->si_addr)) {
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
    struct sigaction action = {.sa_sigaction = on_sigbus,
                               .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
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
