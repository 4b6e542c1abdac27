/* SPDX-License-Identifier: BSD-3-Clause */
/* The stress module's sections under locks, and its trees of subtasks. On the runtime's workers. */
#include <chimaera/status.h>
#include <errno.h>
#include <string.h>
#include <test/stress/autogen/stress_methods.h>
#include <test/stress/autogen/stress_runtime_methods.h>
#include <test/stress/stress_runtime.h>

#define CHILDREN_MAX 8

_Atomic(uint64_t) test_stress_intrusions;

/* ---- sections */

/* Nobody else may change it meanwhile. */
static int change(struct test_stress *self, uint64_t *guarded,
                  const struct test_stress_steps *steps)
{
    uint64_t before = *guarded;
    int rc = test_stress_walk(steps);
    if (*guarded != before)
        atomic_fetch_add(&test_stress_intrusions, 1);
    *guarded = before + 1;
    atomic_fetch_add(&self->sections, 1);
    return rc;
}

static int look(const uint64_t *guarded, const struct test_stress_steps *steps)
{
    uint64_t before = *guarded;
    int rc = test_stress_walk(steps);
    if (*guarded != before)
        atomic_fetch_add(&test_stress_intrusions, 1);
    return rc;
}

static int inner(struct test_stress *self, struct test_stress_section_task *task)
{
    if (task->inner == 0)
        return 0;
    struct test_stress_section_task *sub = CHI_TASK_NEW(
        test_stress_section, self->base.pool_id, chi_pool_query_direct_id(self->base.container_id));
    if (sub == NULL)
        return -ENOMEM;
    sub->id = task->id + 1;
    sub->lane = task->lane + 1;
    sub->lock = task->lock;
    sub->kind = task->kind == TEST_STRESS_READ ? TEST_STRESS_READ
                : task->kind == TEST_STRESS_MUTEX || task->kind == TEST_STRESS_TRY
                    ? TEST_STRESS_MUTEX
                    : TEST_STRESS_WRITE;
    sub->inner = task->inner - 1;
    sub->steps = task->steps;
    int rc = chi_task_enqueue(&sub->base);
    if (rc == 0)
        rc = chi_task_wait(&sub->base);
    if (rc == 0)
        task->entered += sub->entered;
    chi_task_del(&sub->base);
    return rc;
}

static int under_mutex(struct test_stress *self, struct test_stress_guarded *guarded,
                       struct test_stress_section_task *task)
{
    int rc = task->kind == TEST_STRESS_TRY ? chi_comutex_try_lock(&guarded->mutex)
                                           : chi_comutex_lock(&guarded->mutex);
    if (rc < 0)
        return rc;
    rc = change(self, &guarded->under_mutex, &task->steps);
    if (rc == 0)
        rc = inner(self, task);
    chi_comutex_unlock(&guarded->mutex);
    return rc;
}

static int under_write(struct test_stress *self, struct test_stress_guarded *guarded,
                       struct test_stress_section_task *task)
{
    int rc = chi_corwlock_write_lock(&guarded->rw);
    if (rc < 0)
        return rc;
    rc = change(self, &guarded->under_rw, &task->steps);
    if (rc == 0)
        rc = inner(self, task);
    chi_corwlock_write_unlock(&guarded->rw);
    return rc;
}

static int under_read(struct test_stress *self, struct test_stress_guarded *guarded,
                      struct test_stress_section_task *task)
{
    int rc = chi_corwlock_read_lock(&guarded->rw);
    if (rc < 0)
        return rc;
    rc = look(&guarded->under_rw, &task->steps);
    if (rc == 0)
        rc = task->kind == TEST_STRESS_UPGRADE ? under_write(self, guarded, task)
                                               : inner(self, task);
    chi_corwlock_read_unlock(&guarded->rw);
    return rc;
}

int test_stress_run_section(struct test_stress *self, struct test_stress_section_task *task,
                            struct chi_run_context *rctx)
{
    struct test_stress_guarded *guarded = &self->guarded[task->lock % TEST_STRESS_LOCKS];
    int rc;

    (void)rctx;
    test_stress_began(task->id);
    atomic_fetch_add(&self->visits, 1);
    task->entered = 1;
    if (task->kind == TEST_STRESS_MUTEX || task->kind == TEST_STRESS_TRY)
        rc = under_mutex(self, guarded, task);
    else if (task->kind == TEST_STRESS_WRITE)
        rc = under_write(self, guarded, task);
    else
        rc = under_read(self, guarded, task);
    test_stress_ended(task->id);
    return rc;
}

TEST_STRESS_MONITOR(section, task->lane)

/* ---- trees */

static struct chi_task *new_child(struct test_stress *self, struct test_stress_tree_task *task,
                                  uint32_t i)
{
    if (task->levels == 0) {
        struct test_stress_share_task *leaf =
            CHI_TASK_NEW(test_stress_share, self->base.pool_id, chi_pool_query_broadcast());
        if (leaf == NULL)
            return NULL;
        leaf->id = task->id + 1;
        return &leaf->base;
    }
    struct test_stress_tree_task *child = CHI_TASK_NEW(test_stress_tree, self->base.pool_id,
                                                       chi_pool_query_direct_hash(task->id + i));
    if (child == NULL)
        return NULL;
    child->id =
        task->id + 1 + i * test_stress_tree_ids(task->levels - 1, task->width, task->spread);
    child->lane = task->lane + i;
    child->levels = task->levels - 1;
    child->width = task->width;
    child->spread = task->spread;
    child->steps = task->steps;
    return &child->base;
}

static void count_nodes(struct test_stress_tree_task *task, const struct chi_task *child)
{
    if (task->levels == 0) {
        const struct test_stress_share_task *leaf = (const void *)child;
        task->nodes += chi_vector_count(&leaf->containers);
    } else {
        const struct test_stress_tree_task *inner_node = (const void *)child;
        task->nodes += inner_node->nodes;
    }
}

/* A child that was cancelled on purpose is no failure. */
static int wait_all(struct test_stress_tree_task *task, struct chi_task **children, uint32_t count)
{
    int rc = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t index = i;
        int own = 0;
        if (task->end == TEST_STRESS_WAIT_ANY)
            own = chi_task_wait_any(children, count, UINT64_MAX, &index);
        if (own == 0)
            own = chi_task_wait(children[index]);
        if (own == 0)
            count_nodes(task, children[index]);
        else if (rc == 0 && !(task->end == TEST_STRESS_CANCEL && i == 0))
            rc = own;
        chi_task_del(children[index]);
        children[index] = NULL;
    }
    return rc;
}

static int start_tick(struct test_stress *self, const struct test_stress_tree_task *task)
{
    struct test_stress_tick_task *tick =
        CHI_TASK_NEW(test_stress_tick, self->base.pool_id, chi_pool_query_local());
    if (tick == NULL)
        return -ENOMEM;
    tick->id = task->id + 1;
    tick->lane = task->lane + 1;
    tick->steps = task->steps;
    int rc = chi_task_set_period(&tick->base, 700000);
    if (rc == 0)
        rc = chi_task_enqueue(&tick->base);
    chi_task_del(&tick->base);
    return rc;
}

static int tree(struct test_stress *self, struct test_stress_tree_task *task)
{
    struct chi_task *children[CHILDREN_MAX] = {NULL};
    uint32_t width = task->levels > 0 ? task->width : task->spread > 0;
    uint32_t made = 0;

    task->nodes = 1;
    if (width > CHILDREN_MAX)
        return -EINVAL;
    int rc = test_stress_walk(&task->steps);
    if (rc == 0 && task->end == TEST_STRESS_START)
        return start_tick(self, task);
    for (uint32_t i = 0; rc == 0 && i < width; i++) {
        struct chi_task *child = new_child(self, task, i);
        if (child == NULL) {
            rc = -ENOMEM;
        } else if (task->end == TEST_STRESS_FORGET) {
            rc = chi_task_fire_and_forget(child);
        } else {
            children[made++] = child;
            rc = chi_task_enqueue(child);
        }
    }
    if (rc == 0 && task->end == TEST_STRESS_CANCEL && made > 0) {
        rc = chi_task_cancel(children[0]);
        rc = rc < 0 ? rc : 0;
    }
    if (rc == 0 && task->end != TEST_STRESS_ABANDON)
        rc = wait_all(task, children, made);
    for (uint32_t i = 0; i < made; i++)
        chi_task_del(children[i]);
    return rc;
}

int test_stress_run_tree(struct test_stress *self, struct test_stress_tree_task *task,
                         struct chi_run_context *rctx)
{
    (void)rctx;
    test_stress_began(task->id);
    int rc = tree(self, task);
    test_stress_ended(task->id);
    return rc;
}

TEST_STRESS_MONITOR(tree, task->lane)
