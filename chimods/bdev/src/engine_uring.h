/* SPDX-License-Identifier: BSD-3-Clause */
/* Engine that hands operations to the kernel by io_uring. */
#ifndef CHIMAERA_BDEV_ENGINE_URING_H
#define CHIMAERA_BDEV_ENGINE_URING_H

#include "engine.h"

extern const struct bdev_engine bdev_engine_uring;

#endif
