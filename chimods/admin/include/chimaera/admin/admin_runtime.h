/* SPDX-License-Identifier: BSD-3-Clause */
/* The admin module's container: it has no state of its own, the runtime has. */
#ifndef CHIMAERA_ADMIN_RUNTIME_H
#define CHIMAERA_ADMIN_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/admin/autogen/admin_runtime_methods.h>
#include <chimaera/container.h>

struct chimaera_admin {
    struct chi_container base;
};

#endif
