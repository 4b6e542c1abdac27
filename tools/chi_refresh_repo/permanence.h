/* SPDX-License-Identifier: BSD-3-Clause */
/* Ids of methods are permanent: programs already built go by them. */
#ifndef GEN_PERMANENCE_H
#define GEN_PERMANENCE_H

#include "module.h"

/*
 * Compares the module's own methods with those of the methods header written before. Returns false
 * where one has another id or name, or is gone; reported with what would be right.
 */
bool gen_permanence_check(const struct gen_module *module);

#endif
