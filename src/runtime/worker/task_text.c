/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime/worker/task_text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/module/module.h"
#include "runtime/module/pool.h"

/* The name of a process's program; "?" where it cannot be read. */
static void program_of(pid_t pid, char *name, size_t size)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, name, size - 1) : 0;
    if (fd >= 0)
        close(fd);
    name[got > 0 ? got : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (name[0] == '\0')
        snprintf(name, size, "?");
}

void chi_record_describe(const struct chi_record *record, char *text, size_t size)
{
    const struct chi_pool *pool = record->pool;
    const struct chi_container *container = record->context.container;
    char client[64] = "the runtime", program[32];

    if (record->is_call || pool == NULL) {
        snprintf(text, size, "a function of the runtime");
        return;
    }
    if (record->origin != NULL && record->origin->pid > 0) {
        program_of(record->origin->pid, program, sizeof(program));
        snprintf(client, sizeof(client), "client %d (%s)", (int)record->origin->pid, program);
    }
    snprintf(
        text, size, "method %u (%s) of module %s %s, pool \"%.64s\" (%u.%u), container %u, for %s",
        record->task.method,
        record->schema != NULL && record->schema->method_name != NULL ? record->schema->method_name
                                                                      : "?",
        pool->module->name, pool->module->descriptor->version, pool->name, pool->id.major,
        pool->id.minor, container != NULL ? container->container_id : 0, client);
}
