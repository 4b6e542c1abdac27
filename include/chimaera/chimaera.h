/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All headers of a client application. The runtime part of a module includes chimaera/container.h
 * as well.
 */
#ifndef CHIMAERA_CHIMAERA_H
#define CHIMAERA_CHIMAERA_H

#include "chimaera/archive.h"
#include "chimaera/attach.h"
#include "chimaera/buffer.h"
#include "chimaera/config.h"
#include "chimaera/hash.h"
#include "chimaera/log.h"
#include "chimaera/params.h"
#include "chimaera/pool_query.h"
#include "chimaera/schema.h"
#include "chimaera/status.h"
#include "chimaera/string.h"
#include "chimaera/task.h"
#include "chimaera/types.h"
#include "chimaera/vector.h"
#include "chimaera/version.h"

#endif
