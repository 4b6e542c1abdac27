/* SPDX-License-Identifier: BSD-3-Clause */
/* Create parameters and tasks of the bdev module; read by chi_refresh_repo. */
#ifndef CHIMAERA_BDEV_TASKS_H
#define CHIMAERA_BDEV_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

enum chimaera_bdev_type {
    CHIMAERA_BDEV_TYPE_FILE = 0, /* a file or block device; the pool name is its path */
    CHIMAERA_BDEV_TYPE_RAM = 1,  /* memory of the runtime; lost with the pool */
};

/* Whether the space of the device is allocated in blocks, or is one range. */
enum chimaera_bdev_mode {
    CHIMAERA_BDEV_MODE_BLOCKS = 0, /* AllocateBlocks, FreeBlocks, Write, Read */
    CHIMAERA_BDEV_MODE_RAW = 1,    /* RawWrite, RawRead, RawTrim, RawZero, RawExtents; no metadata
                                    * is stored */
};

/* How operations on a file are carried out. */
enum chimaera_bdev_engine {
    CHIMAERA_BDEV_ENGINE_AUTO = 0,    /* io_uring if the system allows it, else threads */
    CHIMAERA_BDEV_ENGINE_URING = 1,   /* io_uring; Create fails without it */
    CHIMAERA_BDEV_ENGINE_THREADS = 2, /* pread() and pwrite() on helper threads */
};

struct chimaera_bdev_create_params {
    IN CHI_ENUM(chimaera_bdev_type) type;
    IN CHI_ENUM(chimaera_bdev_mode) mode;
    IN CHI_ENUM(chimaera_bdev_engine) engine;
    IN uint32_t force;      /* 1: overwrite a file that holds other data or a damaged map */
    IN uint64_t total_size; /* bytes; 0: size of the file */
    IN uint32_t io_depth;   /* maximum number of operations in flight; 0: 32; unused by RAM */
    IN uint32_t alignment;  /* allocation unit in bytes: a power of two, 512 to 2^30; 0: 4096 */
    /* Known performance of the device; 0: GetStats reports measured values. */
    IN uint32_t read_mb_per_s;
    IN uint32_t write_mb_per_s;
    IN uint32_t read_latency_us;
    IN uint32_t write_latency_us;
    IN uint32_t iops;
};

/* The largest block in bytes; larger allocations consist of several. */
#define CHIMAERA_BDEV_BLOCK_MAX (UINT32_C(1) << 31)

/* A range of the device, in bytes. Reads and writes accept any part of a block. */
struct chimaera_bdev_block {
    uint64_t offset;
    uint32_t size;
    uint32_t device; /* number of the device; a file keeps its number */
};

/* Maximum number of extents in one result of RawExtents. */
#define CHIMAERA_BDEV_EXTENTS_MAX UINT32_C(1024)

/* Flags of an extent; 0: data. */
#define CHIMAERA_BDEV_EXTENT_HOLE UINT32_C(1) /* not allocated; reads as zeros */

/* A range of a raw device, in bytes, that is all data or all hole. */
struct chimaera_bdev_extent {
    uint64_t offset;
    uint64_t size;
    uint32_t flags;
    uint32_t reserved; /* 0 */
};

/* Performance of one device, as given to Create or else as measured. */
struct chimaera_bdev_perf {
    uint32_t read_mb_per_s; /* 10^6 bytes */
    uint32_t write_mb_per_s;
    uint32_t read_latency_us; /* median */
    uint32_t write_latency_us;
    uint32_t iops;
};

/* Durations of handlers of one kind. Percentiles are upper bounds, at most an eighth too high. 0:
 * no tasks. */
struct chimaera_bdev_latency {
    uint64_t p50_ns;
    uint64_t p95_ns;
    uint64_t p99_ns;
    uint64_t p999_ns;
    uint64_t max_ns;
};

/* Counted since the pool was created. */
struct chimaera_bdev_stats {
    uint64_t total;     /* bytes of the device */
    uint64_t remaining; /* bytes that can be allocated, possibly in several blocks */
    uint64_t allocated_blocks;

    uint64_t reads; /* tasks that succeeded */
    uint64_t writes;
    uint64_t flushes;
    uint64_t trims; /* RawTrim and RawZero */
    uint64_t errors;
    uint64_t bytes_read;
    uint64_t bytes_written;
    uint64_t read_bytes_per_s; /* over the last ten seconds */
    uint64_t write_bytes_per_s;
    struct chimaera_bdev_latency read_latency;
    struct chimaera_bdev_latency write_latency;
    struct chimaera_bdev_perf perf;

    uint32_t device; /* number that blocks name */
    uint32_t type;
    uint32_t mode;
    uint32_t engine;      /* of a file: CHIMAERA_BDEV_ENGINE_URING or _THREADS; RAM: 0 */
    uint32_t direct;      /* 1: direct I/O, without the page cache */
    uint32_t alignment;   /* allocation unit in bytes */
    uint32_t io_unit;     /* bytes: alignment of offset and size for I/O in place; 1: any */
    uint32_t memory_unit; /* bytes: alignment of memory for I/O in place; 1: any */
    uint32_t io_depth;
    uint32_t in_flight;             /* operations submitted to the system and not ended */
    uint32_t most_in_flight;        /* highest value so far */
    uint32_t waiting;               /* operations waiting for io_depth */
    uint32_t rings;                 /* io_urings: one per worker that has served the pool */
    uint64_t operations;            /* submitted to the system */
    uint64_t submissions;           /* system calls that submitted them */
    uint64_t registered_operations; /* operations on registered buffers */
    uint64_t registered_bytes;      /* client memory registered now */
    uint64_t bytes_in_place;        /* transferred directly to or from the caller's memory */
    uint64_t bytes_bounced;         /* copied through a bounce buffer, for alignment */
    uint64_t commits;               /* of the allocation log */
    uint64_t log_pages;
    uint64_t compactions;
};

struct chimaera_bdev_allocate_blocks_task {
    struct chi_task base;
    IN uint64_t size;       /* bytes; rounded up to the alignment */
    IN uint32_t max_blocks; /* maximum number of blocks; 0: any */
    OUT CHI_VECTOR(struct chimaera_bdev_block) blocks;
};

struct chimaera_bdev_free_blocks_task {
    struct chi_task base;
    IN CHI_VECTOR(struct chimaera_bdev_block) blocks; /* as they were allocated */
};

struct chimaera_bdev_write_task {
    struct chi_task base;
    IN CHI_VECTOR(struct chimaera_bdev_block) blocks; /* any ranges of allocated space */
    IN struct chi_buffer data;                        /* written to the blocks in their order */
};

struct chimaera_bdev_read_task {
    struct chi_task base;
    IN CHI_VECTOR(struct chimaera_bdev_block) blocks;
    OUT struct chi_buffer data; /* filled from the blocks in their order */
};

struct chimaera_bdev_get_stats_task {
    struct chi_task base;
    OUT struct chimaera_bdev_stats stats;
};

struct chimaera_bdev_flush_task {
    struct chi_task base;
};

struct chimaera_bdev_raw_write_task {
    struct chi_task base;
    IN uint64_t offset;
    IN struct chi_buffer data;
};

struct chimaera_bdev_raw_read_task {
    struct chi_task base;
    IN uint64_t offset;
    OUT struct chi_buffer data;
};

struct chimaera_bdev_raw_trim_task {
    struct chi_task base;
    IN uint64_t offset;
    IN uint64_t size;
};

struct chimaera_bdev_raw_zero_task {
    struct chi_task base;
    IN uint64_t offset;
    IN uint64_t size;
};

struct chimaera_bdev_raw_extents_task {
    struct chi_task base;
    IN uint64_t offset;
    IN uint64_t size;
    IN uint32_t max_extents; /* 0 or too large: CHIMAERA_BDEV_EXTENTS_MAX */
    OUT CHI_VECTOR(struct chimaera_bdev_extent) extents; /* contiguous, from offset on */
};

#endif
