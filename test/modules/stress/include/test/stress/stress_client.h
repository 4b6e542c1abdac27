/* SPDX-License-Identifier: BSD-3-Clause */
/* Making stress pools; the test makes the tasks itself. */
#ifndef TEST_STRESS_CLIENT_H
#define TEST_STRESS_CLIENT_H

#include <chimaera/params.h>
#include <test/stress/autogen/stress_methods.h>
#include <test/stress/stress_tasks.h>

CHI_BEGIN_DECLS

/* What chimaera_admin_get_or_create_pool() returns. */
CHI_API int test_stress_create(const char *pool_name, uint32_t containers, chi_pool_id_t *pool_id);

CHI_END_DECLS

#endif
