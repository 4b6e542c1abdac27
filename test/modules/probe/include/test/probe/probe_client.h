/* SPDX-License-Identifier: BSD-3-Clause */
/* Making and destroying probe pools; the tests make the tasks themselves. */
#ifndef TEST_PROBE_CLIENT_H
#define TEST_PROBE_CLIENT_H

#include <chimaera/params.h>
#include <test/probe/autogen/probe_methods.h>
#include <test/probe/probe_tasks.h>

CHI_BEGIN_DECLS

/* Gets or creates a pool with `lanes` lanes. What chimaera_admin_get_or_create_pool() returns. */
CHI_API int test_probe_create(const char *pool_name, uint32_t lanes, chi_pool_id_t *pool_id);

/* The same with everything that can be asked for. */
CHI_API int test_probe_create_with(const char *pool_name,
                                   const struct test_probe_create_params *params,
                                   chi_pool_id_t wanted, uint32_t containers,
                                   chi_pool_id_t *pool_id);

CHI_END_DECLS

#endif
