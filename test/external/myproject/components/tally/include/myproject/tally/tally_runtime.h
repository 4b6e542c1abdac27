/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MYPROJECT_TALLY_RUNTIME_H
#define MYPROJECT_TALLY_RUNTIME_H

#include <chimaera/admin/admin_tasks.h>
#include <chimaera/container.h>
#include <myproject/tally/tally_tasks.h>

struct myproject_tally {
    struct chi_container base;
    int64_t total; /* of the one lane's tasks alone */
};

#endif
