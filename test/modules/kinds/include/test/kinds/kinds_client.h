/* SPDX-License-Identifier: BSD-3-Clause */
/* Making kinds pools; the tests make the tasks themselves. */
#ifndef TEST_KINDS_CLIENT_H
#define TEST_KINDS_CLIENT_H

#include <chimaera/params.h>
#include <test/kinds/autogen/kinds_methods.h>
#include <test/kinds/kinds_tasks.h>

CHI_BEGIN_DECLS

/* What chimaera_admin_get_or_create_pool() returns. */
CHI_API int test_kinds_create(const char *pool_name, chi_pool_id_t *pool_id);

CHI_END_DECLS

#endif
