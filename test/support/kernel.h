/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel is that a test runs on. */
#ifndef CHI_TEST_SUPPORT_KERNEL_H
#define CHI_TEST_SUPPORT_KERNEL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Whether it is that version or a later one. */
static inline bool chi_test_linux_at_least(unsigned major, unsigned minor)
{
    struct utsname system;
    unsigned has_major = 0, has_minor = 0;
    if (uname(&system) < 0 || sscanf(system.release, "%u.%u", &has_major, &has_minor) != 2)
        return false;
    return has_major > major || (has_major == major && has_minor >= minor);
}

#endif
