/* SPDX-License-Identifier: BSD-3-Clause */
/* What the bdev module takes and gives; chi_refresh_repo reads this file. */
#ifndef CHIMAERA_BDEV_TASKS_H
#define CHIMAERA_BDEV_TASKS_H

#include <chimaera/buffer.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

enum chimaera_bdev_type {
    CHIMAERA_BDEV_TYPE_FILE = 0, /* a file or block device; the pool's name is its path */
    CHIMAERA_BDEV_TYPE_RAM = 1,  /* memory of the runtime, gone with the pool */
};

/* Whether the device's space is given out in blocks, or is one range for whoever exports it. */
enum chimaera_bdev_mode {
    CHIMAERA_BDEV_MODE_BLOCKS = 0, /* AllocateBlocks, FreeBlocks, Write, Read */
    CHIMAERA_BDEV_MODE_RAW = 1,    /* RawWrite, RawRead, RawTrim, RawZero, RawExtents; nothing else
                                    * is stored */
};

/* How a file is read and written. */
enum chimaera_bdev_engine {
    CHIMAERA_BDEV_ENGINE_AUTO = 0,    /* io_uring where the system lets us, else threads */
    CHIMAERA_BDEV_ENGINE_URING = 1,   /* io_uring, or Create fails */
    CHIMAERA_BDEV_ENGINE_THREADS = 2, /* preadv and pwritev on helper threads */
};

struct chimaera_bdev_create_params {
    IN CHI_ENUM(chimaera_bdev_type) type;
    IN CHI_ENUM(chimaera_bdev_mode) mode;
    IN CHI_ENUM(chimaera_bdev_engine) engine;
    IN uint32_t force;      /* 1: take a file over that holds something else, which is lost */
    IN uint64_t total_size; /* bytes; for a file 0 means as large as it is */
    IN uint32_t io_depth;   /* operations in flight at a time; 0 means 32; RAM needs none */
    IN uint32_t alignment;  /* allocation unit: a power of two, 512 bytes to 1 GiB; 0 means 4096 */
    /* What the device is known to do; 0: not known, then GetStats says what was seen. */
    IN uint32_t read_mb_per_s;
    IN uint32_t write_mb_per_s;
    IN uint32_t read_latency_us;
    IN uint32_t write_latency_us;
    IN uint32_t iops;
};

/* The largest block in bytes; more is allocated as several. */
#define CHIMAERA_BDEV_BLOCK_MAX (UINT32_C(1) << 31)

/* A range of the device, in bytes. A part of a block is made by changing a copy of it. */
struct chimaera_bdev_block {
    uint64_t offset;
    uint32_t size;
    uint32_t device; /* number of the device that it is of; a file keeps its number for good */
};

/* The most extents that one RawExtents gives. */
#define CHIMAERA_BDEV_EXTENTS_MAX UINT32_C(1024)

/* Flags of an extent; without: data. */
#define CHIMAERA_BDEV_EXTENT_HOLE UINT32_C(1) /* holds nothing, reads as zeros */

/* A range of a raw device, in bytes, that is the same throughout. */
struct chimaera_bdev_extent {
    uint64_t offset;
    uint64_t size;
    uint32_t flags;
    uint32_t reserved; /* 0 */
};

/* Of one device, as given to Create or else as seen. */
struct chimaera_bdev_perf {
    uint32_t read_mb_per_s; /* 10^6 bytes */
    uint32_t write_mb_per_s;
    uint32_t read_latency_us; /* half of the reads take no longer */
    uint32_t write_latency_us;
    uint32_t iops;
};

/* How long tasks of one kind took, from the start of the handler to its end. Upper bounds, within
 * an eighth. 0 where there were none. */
struct chimaera_bdev_latency {
    uint64_t p50_ns;
    uint64_t p95_ns;
    uint64_t p99_ns;
    uint64_t p999_ns;
    uint64_t max_ns;
};

/* Counted since the pool was created. */
struct chimaera_bdev_stats {
    uint64_t total;     /* bytes that the device offers */
    uint64_t remaining; /* bytes that can be allocated, though perhaps in several blocks */
    uint64_t allocated_blocks;

    uint64_t reads; /* tasks that succeeded */
    uint64_t writes;
    uint64_t flushes;
    uint64_t trims; /* and zeroings */
    uint64_t errors;
    uint64_t bytes_read;
    uint64_t bytes_written;
    uint64_t read_bytes_per_s; /* over the last ten seconds */
    uint64_t write_bytes_per_s;
    struct chimaera_bdev_latency read_latency;
    struct chimaera_bdev_latency write_latency;
    struct chimaera_bdev_perf perf;

    uint32_t device; /* its number, as in blocks */
    uint32_t type;
    uint32_t mode;
    uint32_t engine;      /* what serves a file: CHIMAERA_BDEV_ENGINE_URING or _THREADS; RAM: 0 */
    uint32_t direct;      /* 1: the page cache is passed by */
    uint32_t alignment;   /* of allocation */
    uint32_t io_unit;     /* what the system can write at once; 1: any byte */
    uint32_t memory_unit; /* how memory must lie to be used in place; 1: anyhow */
    uint32_t io_depth;
    uint32_t in_flight;             /* operations given to the system now */
    uint32_t most_in_flight;        /* ever */
    uint32_t waiting;               /* for their turn below io_depth */
    uint32_t rings;                 /* io_urings, one for each worker that has served the pool */
    uint64_t operations;            /* given to the system */
    uint64_t submissions;           /* system calls that did so */
    uint64_t registered_operations; /* of them those by a registered buffer */
    uint64_t registered_bytes;      /* clients' memory that the rings keep hold of now */
    uint64_t bytes_in_place;        /* between the device and the caller's own memory */
    uint64_t bytes_bounced;         /* copied, because of where the memory or the range lay */
    uint64_t commits;               /* of the allocation log */
    uint64_t log_pages;
    uint64_t compactions;
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
    IN uint32_t max_extents; /* 0, or more than CHIMAERA_BDEV_EXTENTS_MAX: so many */
    OUT CHI_VECTOR(struct chimaera_bdev_extent) extents; /* from offset on, without gaps */
};

#endif
