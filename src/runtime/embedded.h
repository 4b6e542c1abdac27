/* SPDX-License-Identifier: BSD-3-Clause */
/* The embedded runtime of this process, for tests of the runtime itself. */
#ifndef CHI_RUNTIME_EMBEDDED_H
#define CHI_RUNTIME_EMBEDDED_H

#include "runtime/runtime.h"

CHI_API struct chi_runtime *chi_runtime_embedded(void);

#endif
