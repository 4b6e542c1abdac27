/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of the runtime's state that every room may call. See runtime.h. */
#include "runtime/core/runtime.h"

#include <unistd.h>

#include "lane/bell.h"
#include "runtime/core/current.h"

_Thread_local struct chi_worker *chi_worker_self;

uint64_t chi_runtime_lay_out_header(struct chi_runtime *runtime, char *base)
{
    uint64_t slots = CHI_CACHE_LINE;
    uint64_t bells = slots + runtime->max_clients * sizeof(struct chi_shm_slot);
    uint64_t end = bells + runtime->worker_count * sizeof(struct chi_shm_bell);

    if (base == NULL)
        return end;
    runtime->header = (void *)base;
    runtime->slots = (void *)(base + slots);
    runtime->bells = (void *)(base + bells);
    runtime->header->abi = CHI_LAYOUT_ABI;
    runtime->header->worker_count = runtime->worker_count;
    runtime->header->max_clients = runtime->max_clients;
    runtime->header->daemon_pid = (uint32_t)getpid();
    runtime->header->slots_offset = slots;
    runtime->header->bells_offset = bells;
    atomic_store_explicit(&runtime->header->magic, CHI_SHM_MAGIC, memory_order_release);
    return end;
}

void chi_runtime_wake_control(const struct chi_runtime *runtime)
{
    if (runtime->control_fd >= 0)
        chi_eventfd_wake(runtime->control_fd);
}

void chi_runtime_request_stop(struct chi_runtime *runtime, uint64_t grace_period_ns)
{
    if (grace_period_ns != UINT64_MAX)
        atomic_store_explicit(&runtime->grace_period_ns, grace_period_ns, memory_order_relaxed);
    atomic_store_explicit(&runtime->state, CHI_RUNTIME_STOPPING, memory_order_release);
    chi_eventfd_wake(runtime->stop_fd);
}
