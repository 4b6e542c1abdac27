/* SPDX-License-Identifier: BSD-3-Clause */
/* What the bdev module takes and gives; chi_refresh_repo reads this file. */
#ifndef CHIMAERA_BDEV_TASKS_H
#define CHIMAERA_BDEV_TASKS_H

#include <chimaera/ipc.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

enum chimaera_bdev_type {
    CHIMAERA_BDEV_TYPE_FILE = 0, /* the pool's name is the path; not there yet: -ENOTSUP */
    CHIMAERA_BDEV_TYPE_RAM = 1,  /* memory of the runtime, gone with the pool */
};

struct chimaera_bdev_create_params {
    IN CHI_ENUM(chimaera_bdev_type) type;
    IN uint64_t total_size; /* bytes; what does not fill a last unit of alignment is not used */
    IN uint32_t io_depth;   /* operations in flight at a time; 0 means 32; RAM needs none */
    IN uint32_t alignment;  /* allocation unit: a power of two, 512 bytes to 1 GiB; 0 means 4096 */
};

/* A range of the device, in bytes. */
struct chimaera_bdev_block {
    uint64_t offset;
    uint64_t size;
};

/* Counted since the pool was created. */
struct chimaera_bdev_stats {
    uint64_t total;     /* bytes of the device */
    uint64_t remaining; /* bytes that can be allocated, though perhaps in several blocks */
    uint64_t allocated_blocks;
    uint64_t reads;
    uint64_t writes;
    uint64_t bytes_read;
    uint64_t bytes_written;
};

struct chimaera_bdev_allocate_blocks_task {
    struct chi_task base;
    IN uint64_t size;       /* bytes wanted; rounded up to the alignment */
    IN uint32_t max_blocks; /* the most pieces of use to the caller; 0: any number */
    OUT CHI_VECTOR(struct chimaera_bdev_block) blocks;
};

struct chimaera_bdev_free_blocks_task {
    struct chi_task base;
    IN CHI_VECTOR(struct chimaera_bdev_block) blocks; /* as they were allocated */
};

struct chimaera_bdev_write_task {
    struct chi_task base;
    IN CHI_VECTOR(struct chimaera_bdev_block) blocks; /* any ranges of allocated space */
    IN struct chi_buffer data;                        /* goes to the blocks in their order */
};

struct chimaera_bdev_read_task {
    struct chi_task base;
    IN CHI_VECTOR(struct chimaera_bdev_block) blocks;
    OUT struct chi_buffer data; /* the caller's memory, filled from the blocks in their order */
};

struct chimaera_bdev_get_stats_task {
    struct chi_task base;
    OUT struct chimaera_bdev_stats stats;
};

#endif
