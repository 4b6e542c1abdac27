/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How memory and tasks of the calling thread are had: a client's thread uses the process's arena, a
 * worker thread of the runtime private memory.
 */
#ifndef CHI_TASK_HOST_H
#define CHI_TASK_HOST_H

#include "chimaera/pool_query.h"
#include "chimaera/schema.h"
#include "chimaera/task.h"
#include "chimaera/types.h"

/* Set per thread by the runtime's workers; NULL means: a client's thread. */
struct chi_host {
    void *(*alloc)(size_t size); /* private memory; NULL when out */
    void (*free)(void *memory, size_t size);
    struct chi_task *(*task_new)(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                 chi_pool_query_t query);
    int (*task_enqueue)(struct chi_task *task);
    int (*task_wait)(struct chi_task *task, uint64_t timeout_ns);
    int (*task_wait_any)(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                         size_t *index);
    int (*task_cancel)(struct chi_task *task);
    void (*task_del)(struct chi_task *task);
    struct chi_task_node (*task_node)(void);
    void *segment_base[CHI_SEGMENT_COUNT]; /* where the runtime has mapped the segments */
    uint64_t segment_size[CHI_SEGMENT_COUNT];
};

extern CHI_API _Thread_local const struct chi_host *chi_host
    __attribute__((tls_model("initial-exec")));

/*
 * How a thread waits that makes the runtime go on itself (runtime/stepper.h): nobody else would.
 * NULL as a rule. `wait` takes steps until `done(argument)`, for at most `timeout_ns` of the
 * runtime's time: 0, -ETIMEDOUT, or -EDEADLK where nothing can happen any more.
 */
struct chi_stepping {
    int (*wait)(bool (*done)(void *argument), void *argument, uint64_t timeout_ns);
};

extern CHI_API _Thread_local const struct chi_stepping *chi_stepping
    __attribute__((tls_model("initial-exec")));

/*
 * Client threads' memory (src/client implements). A block of at least `size` bytes; the code and
 * ptr 0 on failure.
 */
int chi_client_alloc(enum chi_segment segment, size_t size, chi_shm_ptr_t *ptr);
void chi_client_free(chi_shm_ptr_t ptr);
void chi_client_return(chi_shm_ptr_t ptr); /* gives a lent output back */
/* Blocks of the calling thread's process that are not freed; tasks of other threads that rest count
 * as such. 0 where it is not attached. */
CHI_API uint64_t chi_client_blocks(enum chi_segment segment);

#endif
