/* SPDX-License-Identifier: BSD-3-Clause */
/* The container of the admin module. It has no state of its own; the runtime holds the state. */
#ifndef CHIMAERA_ADMIN_RUNTIME_H
#define CHIMAERA_ADMIN_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_runtime_methods.h>
#include <chimaera/container.h>

struct chimaera_admin {
    struct chi_container base;
};

#endif
