/* SPDX-License-Identifier: BSD-3-Clause */
/* What the client libraries of the twice module offer; the test looks it up in each. */
#ifndef TEST_TWICE_CLIENT_H
#define TEST_TWICE_CLIENT_H

#include <chimaera/types.h>

CHI_API int test_twice_create(const char *pool_name, chi_pool_id_t *pool_id);
CHI_API int test_twice_open(const char *pool_name, chi_pool_id_t *pool_id);
CHI_API int test_twice_open_id(chi_pool_id_t wanted, chi_pool_id_t *pool_id);
CHI_API int test_twice_add(chi_pool_id_t pool_id, uint32_t a, uint32_t b, uint64_t *sum);

#endif
