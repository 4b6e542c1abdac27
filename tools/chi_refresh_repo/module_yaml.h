/* SPDX-License-Identifier: BSD-3-Clause */
/* The yaml file of a module. */
#ifndef GEN_MODULE_YAML_H
#define GEN_MODULE_YAML_H

#include "module.h"

/* Reads names and methods from the yaml file in `folder`. Returns false where anything is wrong;
 * everything found has been reported. `namespace_` NULL: the repository's is not known. */
bool gen_module_yaml_read(const char *folder, const char *namespace_, struct gen_module *module);

#endif
