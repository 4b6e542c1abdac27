/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests the status over the control socket. Called by commands, on the main thread. */
#include "query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "chimaera/status.h"
#include "shm/dial.h"
#include "shm/paths.h"
#include "shm/protocol.h"

#define ANSWER_TIMEOUT_S 10

int query_connect(struct chi_paths *paths, int *out)
{
    int rc = chi_paths_resolve(NULL, NULL, paths);
    if (rc == -EINVAL)
        return chi_error(rc,
                         "CHI_INSTANCE must have 1 to %d characters: letters, digits, '-' and '_'",
                         CHI_INSTANCE_MAX);
    if (rc < 0)
        return chi_error(rc, "invalid CHI_SOCKET_DIR or XDG_RUNTIME_DIR: %s", chi_strerror(rc));
    rc = chi_control_dial(paths, ANSWER_TIMEOUT_S, out);
    if (rc == CHI_ERUNTIME_DOWN)
        return chi_error(rc,
                         "no runtime answers at %s; start chimaera_runtime, or set CHI_INSTANCE to "
                         "the instance that runs",
                         paths->socket);
    if (rc < 0 && rc != -EPERM)
        chi_error(rc, "no runtime answers for instance %s at %s: %s", paths->instance,
                  paths->socket, chi_strerror(rc));
    return rc;
}

int query_status(uint32_t form, FILE *out)
{
    static char buffer[CHI_CONTROL_TEXT];
    struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                          .type = CHI_CONTROL_STATUS,
                                          .abi = CHI_LAYOUT_ABI,
                                          .segment = form};
    struct chi_control_reply end;
    struct chi_paths paths;
    int fd = -1;

    int rc = query_connect(&paths, &fd);
    if (rc < 0)
        return rc;
    rc = chi_control_send(fd, &request, sizeof(request), NULL, 0, 0);
    if (rc == -EPIPE)
        rc = 0; /* a refusal comes before the request, and is read below */
    while (rc == 0) {
        ssize_t got = chi_control_receive(fd, buffer, sizeof(buffer), NULL, NULL, 0);
        if (got == -ECONNRESET) /* reported once, before the refusal */
            continue;
        if (got <= 0) {
            rc = got == 0 ? CHI_ERUNTIME_DOWN : (int)got;
            break;
        }
        if (got == (ssize_t)sizeof(end)) {
            memcpy(&end, buffer, sizeof(end));
            if (end.magic == CHI_CONTROL_MAGIC) {
                rc = end.status;
                break;
            }
        }
        if (out != NULL)
            fwrite(buffer, 1, (size_t)got, out);
    }
    close(fd);
    if (rc < 0)
        return chi_error(rc, "the runtime of instance %s did not answer: %s", paths.instance,
                         chi_strerror(rc));
    return 0;
}

int query_wait_gone(uint64_t timeout_ns)
{
    uint64_t deadline = chi_clock_deadline_ns(chi_clock_now_ns(), timeout_ns);
    struct timespec pause = {.tv_nsec = 10 * CHI_NS_PER_MS};
    struct chi_paths paths;
    int rc = chi_paths_resolve(NULL, NULL, &paths);

    /* The daemon removes the lock file last. */
    while (rc == 0 && access(paths.lock, F_OK) == 0) {
        if (chi_clock_now_ns() >= deadline)
            return -ETIMEDOUT;
        nanosleep(&pause, NULL);
    }
    return rc;
}
