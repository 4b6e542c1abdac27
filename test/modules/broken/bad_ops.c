/* SPDX-License-Identifier: BSD-3-Clause */
/* Has no vtable. */
#include <chimaera/container.h>

CHI_API const struct chi_module_descriptor CHI_MODULE_SYMBOL = {
    .magic = CHI_MODULE_MAGIC,
    .abi = CHI_MODULE_ABI,
    .name = "test_badops",
    .version = "0.1.0",
    .container_size = sizeof(struct chi_container),
    .ops = NULL,
};
