/* SPDX-License-Identifier: BSD-3-Clause */
/* Engine that carries out operations with pread(), pwrite() and others on helper threads. */
#ifndef CHIMAERA_BDEV_ENGINE_THREADS_H
#define CHIMAERA_BDEV_ENGINE_THREADS_H

#include "engine.h"

extern const struct bdev_engine bdev_engine_threads;

#endif
