/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Small values that are passed by value: ids, positions in shared memory, and the annotations that
 * the generator reads. All other public headers include this one. The functions may be called on
 * any thread and never park.
 */
#ifndef CHIMAERA_TYPES_H
#define CHIMAERA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CHI_ATOMIC(type)  type /* C++ callers never touch these members themselves */
#define CHI_STATIC_ASSERT static_assert
#define CHI_BEGIN_DECLS   extern "C" {
#define CHI_END_DECLS     }
#else
#define CHI_ATOMIC(type)  _Atomic(type)
#define CHI_STATIC_ASSERT _Static_assert
#define CHI_BEGIN_DECLS
#define CHI_END_DECLS
#endif

#define CHI_API          __attribute__((visibility("default")))
#define CHI_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define CHI_WARN_UNUSED  __attribute__((warn_unused_result))
#define CHI_ALIGNED_4    __attribute__((packed, aligned(4))) /* of a member */
#define CHI_CACHE_LINE   64

/*
 * Direction of a task member: which side writes it. Read by chi_refresh_repo; empty for the
 * compiler.
 */
#define IN
#define OUT
#define INOUT

/*
 * A member that holds a value of `enum name` in 32 bits. Configuration files may use the value's
 * name.
 */
#define CHI_ENUM(name) uint32_t

/* The id of a pool, a named instance of a module. {0, 0}: no pool. Printed as "major.minor". */
typedef struct chi_pool_id {
    uint32_t major;
    uint32_t minor;
} chi_pool_id_t;

#define CHI_POOL_ID(major_, minor_) (chi_pool_id(major_, minor_))

static inline chi_pool_id_t chi_pool_id(uint32_t major, uint32_t minor)
{
    chi_pool_id_t id = {major, minor};
    return id;
}

static inline bool chi_pool_id_is_null(chi_pool_id_t id)
{
    return id.major == 0 && id.minor == 0;
}

static inline bool chi_pool_id_equal(chi_pool_id_t a, chi_pool_id_t b)
{
    return a.major == b.major && a.minor == b.minor;
}

/* The pool of the admin module. It exists in every runtime. */
#define CHI_ADMIN_POOL_ID (chi_pool_id(1, 0))

/* First member of every `struct <ns>_<mod>_client`. */
struct chi_container_client {
    chi_pool_id_t pool_id;
};

typedef uint32_t chi_container_id_t;
typedef uint32_t chi_queue_id_t;
typedef uint32_t chi_lane_id_t;
typedef uint32_t chi_node_id_t;

/* Scheduling class of a queue. Each class has its own worker threads. */
enum chi_priority {
    CHI_LOW_LATENCY = 0,
    CHI_HIGH_LATENCY = 1,
};

/*
 * A position in shared memory: the segment in the top byte, the byte offset in the rest. 0: none.
 * Not an address, so it has the same meaning in every process.
 */
typedef uint64_t chi_shm_ptr_t;

enum chi_segment {
    CHI_SEGMENT_MAIN = 0,         /* tasks, lanes, waiting words; clients and daemon write */
    CHI_SEGMENT_CLIENT_DATA = 1,  /* bulk data of clients */
    CHI_SEGMENT_RUNTIME_DATA = 2, /* outputs; only the daemon writes, clients map it read-only */
    CHI_SEGMENT_COUNT = 3,
    CHI_SEGMENT_PRIVATE = 4, /* an address of the calling process; refused from a client */
};

#define CHI_SHM_OFFSET_BITS 56
#define CHI_SHM_OFFSET_MASK (((chi_shm_ptr_t)1 << CHI_SHM_OFFSET_BITS) - 1)

static inline chi_shm_ptr_t chi_shm_ptr(enum chi_segment segment, uint64_t offset)
{
    return (chi_shm_ptr_t)segment << CHI_SHM_OFFSET_BITS | offset;
}

static inline uint32_t chi_shm_segment(chi_shm_ptr_t ptr)
{
    return (uint32_t)(ptr >> CHI_SHM_OFFSET_BITS);
}

static inline uint64_t chi_shm_offset(chi_shm_ptr_t ptr)
{
    return ptr & CHI_SHM_OFFSET_MASK;
}

CHI_BEGIN_DECLS

/*
 * Returns the address of `ptr` in this process, or NULL if `ptr` is 0 or lies outside the segments
 * that this process has mapped.
 */
CHI_API void *chi_shm_at(chi_shm_ptr_t ptr);

/*
 * Returns the position of `address`, or 0 if it lies in no mapped segment. In a handler every
 * address is a position in private memory.
 */
CHI_API chi_shm_ptr_t chi_shm_ptr_of(const void *address);

CHI_END_DECLS

#endif
