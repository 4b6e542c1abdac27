/* SPDX-License-Identifier: BSD-3-Clause */
/* Written by chi_refresh_repo from chimaera_mod.yaml and bdev_tasks.h; do not edit. */
/* clang-format off */
#ifndef CHIMAERA_BDEV_METHODS_H
#define CHIMAERA_BDEV_METHODS_H

#include "chimaera/schema.h"
#include "chimaera/types.h"

#define CHIMAERA_BDEV_LIBRARY "chimaera_bdev"

enum chimaera_bdev_method {
    CHIMAERA_BDEV_METHOD_CREATE = 0,
    CHIMAERA_BDEV_METHOD_DESTROY = 1,
    CHIMAERA_BDEV_METHOD_ALLOCATE_BLOCKS = 10,
    CHIMAERA_BDEV_METHOD_FREE_BLOCKS = 11,
    CHIMAERA_BDEV_METHOD_WRITE = 12,
    CHIMAERA_BDEV_METHOD_READ = 13,
    CHIMAERA_BDEV_METHOD_GET_STATS = 14,
    CHIMAERA_BDEV_METHOD_FLUSH = 15,
    CHIMAERA_BDEV_METHOD_RAW_WRITE = 16,
    CHIMAERA_BDEV_METHOD_RAW_READ = 17,
    CHIMAERA_BDEV_METHOD_RAW_TRIM = 18,
    CHIMAERA_BDEV_METHOD_RAW_ZERO = 19,
    CHIMAERA_BDEV_METHOD_RAW_EXTENTS = 20,
};

struct chimaera_bdev_allocate_blocks_task;
struct chimaera_bdev_free_blocks_task;
struct chimaera_bdev_write_task;
struct chimaera_bdev_read_task;
struct chimaera_bdev_get_stats_task;
struct chimaera_bdev_flush_task;
struct chimaera_bdev_raw_write_task;
struct chimaera_bdev_raw_read_task;
struct chimaera_bdev_raw_trim_task;
struct chimaera_bdev_raw_zero_task;
struct chimaera_bdev_raw_extents_task;
struct chimaera_bdev_create_params;

CHI_BEGIN_DECLS

extern struct chi_task_schema chimaera_bdev_allocate_blocks_schema;
extern struct chi_task_schema chimaera_bdev_free_blocks_schema;
extern struct chi_task_schema chimaera_bdev_write_schema;
extern struct chi_task_schema chimaera_bdev_read_schema;
extern struct chi_task_schema chimaera_bdev_get_stats_schema;
extern struct chi_task_schema chimaera_bdev_flush_schema;
extern struct chi_task_schema chimaera_bdev_raw_write_schema;
extern struct chi_task_schema chimaera_bdev_raw_read_schema;
extern struct chi_task_schema chimaera_bdev_raw_trim_schema;
extern struct chi_task_schema chimaera_bdev_raw_zero_schema;
extern struct chi_task_schema chimaera_bdev_raw_extents_schema;
extern const struct chi_schema chimaera_bdev_create_params_schema;
/* All of them, for struct chimaera_admin_pool_spec. */
extern const struct chi_module_schemas chimaera_bdev_schemas;

CHI_END_DECLS

#endif
