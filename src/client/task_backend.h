/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the functions of chimaera/task.h do on a thread of the runtime, where tasks are private
 * records and waiting parks a fiber.
 */
#ifndef CHI_CLIENT_TASK_BACKEND_H
#define CHI_CLIENT_TASK_BACKEND_H

#include "chimaera/pool_query.h"
#include "chimaera/schema.h"
#include "chimaera/task.h"

/* Each does what the function chi_<name>() of chimaera/task.h says. */
struct chi_task_backend {
    struct chi_task *(*task_new)(struct chi_task_schema *schema, chi_pool_id_t pool_id,
                                 chi_pool_query_t query);
    int (*task_enqueue)(struct chi_task *task);
    int (*task_wait)(struct chi_task *task, uint64_t timeout_ns);
    int (*task_wait_any)(struct chi_task *const *tasks, size_t count, uint64_t timeout_ns,
                         size_t *index);
    int (*task_cancel)(struct chi_task *task);
    void (*task_del)(struct chi_task *task);
    struct chi_task_node (*task_node)(void);
};

/* Set on the runtime's threads; NULL on all others, which are a client's. */
extern CHI_API _Thread_local const struct chi_task_backend *chi_task_backend
    __attribute__((tls_model("initial-exec")));

#endif
