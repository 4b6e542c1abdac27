/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime/core/rights.h"

#include <errno.h>
#include <unistd.h>

#include "chimaera/status.h"
#include "runtime/core/origin.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"

bool chi_rights_is_owner(uid_t uid)
{
    return uid == geteuid() || uid == 0;
}

uint32_t chi_rights_of(const struct chi_runtime *runtime, uid_t uid)
{
    return chi_rights_is_owner(uid) ? CHI_RIGHTS_ALL : runtime->config.group_may;
}

int chi_rights_check_user(uint32_t rights, uid_t uid, enum chi_right right, const char *what)
{
    if (rights & right)
        return 0;
    return chi_error(-EPERM,
                     "user %u may not %s here: the runtime runs as user %u, and its setting "
                     "runtime.group_may does not grant that",
                     (unsigned)uid, what, (unsigned)geteuid());
}

int chi_rights_check(const struct chi_record *current, enum chi_right right, const char *what)
{
    const struct chi_origin *origin = current->origin;
    return current->clients ? chi_rights_check_user(origin->rights, origin->uid, right, what) : 0;
}
