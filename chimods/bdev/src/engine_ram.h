/* SPDX-License-Identifier: BSD-3-Clause */
/* Engine of RAM devices: copies on the calling thread and never waits. */
#ifndef CHIMAERA_BDEV_ENGINE_RAM_H
#define CHIMAERA_BDEV_ENGINE_RAM_H

#include "engine.h"

extern const struct bdev_engine bdev_engine_ram;

#endif
