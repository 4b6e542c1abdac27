/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OTHER_RELAY_RUNTIME_H
#define OTHER_RELAY_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>
#include <other/relay/relay_tasks.h>

struct other_relay {
    struct chi_container base;
};

#endif
