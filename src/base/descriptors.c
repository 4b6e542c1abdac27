/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 65536u

void chi_descriptors_open_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) /* the lowest free */
            _exit(EXIT_FAILURE); /* no message can be shown */
    }
}

void chi_descriptors_close_others(void)
{
    const unsigned first = STDERR_FILENO + 1;
    if (syscall(SYS_close_range, first, ~0u, 0) == 0)
        return;
    struct rlimit limit; /* before Linux 5.9 */
    rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS_MAX
                     ? limit.rlim_cur
                     : DESCRIPTORS_MAX;
    for (rlim_t fd = first; fd < end; fd++)
        close((int)fd);
}

static uint64_t raise_limit(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0)
        return 0;
    rlim_t wanted = limit.rlim_max < most ? limit.rlim_max : most;
    if (limit.rlim_cur < wanted) {
        struct rlimit raised = {.rlim_cur = wanted, .rlim_max = limit.rlim_max};
        if (setrlimit(resource, &raised) == 0)
            limit = raised;
    }
    return limit.rlim_cur;
}

uint64_t chi_descriptors_raise_limits(void)
{
    raise_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
    return raise_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
}
