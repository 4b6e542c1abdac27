/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The probe module: handlers that do, on demand, everything a handler can do. On the runtime's
 * workers; tasks name the lane that runs them.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <test/probe/autogen/probe_methods.h>
#include <test/probe/autogen/probe_runtime_methods.h>
#include <test/probe/probe_runtime.h>
#include <unistd.h>

enum { QUEUE = TEST_PROBE_QUEUE };

static struct {
    _Atomic(uint64_t) created, destroyed, running, weighed, cleaned;
    _Atomic(int32_t) cleaned_code;
} counters;

/* A monitor that routes to the lane the task names. */
#define MONITOR_LANE(method)                                                                       \
    void test_probe_monitor_##method(struct test_probe *self, enum chi_monitor_mode mode,          \
                                     struct test_probe_##method##_task *task,                      \
                                     struct chi_run_context *rctx)                                 \
    {                                                                                              \
        chi_monitor_lane(&self->base, mode, rctx, QUEUE, task->lane % self->lanes);                \
    }

/* A monitor that routes to the first lane. */
#define MONITOR_FIRST(method)                                                                      \
    void test_probe_monitor_##method(struct test_probe *self, enum chi_monitor_mode mode,          \
                                     struct test_probe_##method##_task *task,                      \
                                     struct chi_run_context *rctx)                                 \
    {                                                                                              \
        (void)task;                                                                                \
        chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);                                       \
    }

/* ---- create, destroy */

static void close_gates(struct test_probe *self)
{
    for (int i = 0; i < TEST_PROBE_GATES; i++)
        if (self->gates[i] > 0)
            close(self->gates[i]);
}

int test_probe_run_create(struct test_probe *self, struct chi_create_task *task,
                          struct chi_run_context *rctx)
{
    struct test_probe_create_params params = {0};

    (void)rctx;
    int rc = chi_params_load(&test_probe_create_params_schema, &task->params, &params);
    if (rc < 0)
        return rc;
    if (params.mood == TEST_PROBE_MOOD_FAILING &&
        params.fail_container == self->base.container_id) {
        rc = params.fail_code;
        goto fini_params;
    }
    self->lanes = params.lanes != 0 ? params.lanes : 4;
    self->places = calloc(self->lanes, sizeof(*self->places));
    rc = self->places != NULL ? 0 : -ENOMEM;
    for (int i = 0; rc == 0 && !params.no_gates && i < TEST_PROBE_GATES; i++) {
        self->gates[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (self->gates[i] < 0)
            rc = -errno;
    }
    if (rc == 0)
        rc = chi_container_create_queue(&self->base, QUEUE, self->lanes, CHI_LOW_LATENCY);
    if (rc == 0 && params.mood == TEST_PROBE_MOOD_EAGER) {
        struct test_probe_nop_task *nop =
            CHI_TASK_NEW(test_probe_nop, self->base.pool_id, chi_pool_query_local());
        rc = nop != NULL ? chi_task_fire_and_forget(&nop->base) : chi_last_error_code();
    }
    if (rc < 0) {
        close_gates(self);
        free(self->places);
    } else {
        atomic_fetch_add(&counters.created, 1);
    }
fini_params:
    chi_params_fini(&test_probe_create_params_schema, &params);
    return rc;
}

void test_probe_monitor_create(struct test_probe *self, enum chi_monitor_mode mode,
                               struct chi_create_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx;
}

static int say_farewell(chi_pool_id_t to)
{
    struct chi_task *task = chi_task_new(&test_probe_nop_schema, to, chi_pool_query_local());
    if (task == NULL)
        return chi_last_error_code();
    int rc = chi_task_enqueue(task);
    if (rc == 0)
        rc = chi_task_wait(task);
    chi_task_del(task);
    return rc;
}

int test_probe_run_destroy(struct test_probe *self, struct chi_destroy_task *task,
                           struct chi_run_context *rctx)
{
    (void)task, (void)rctx;
    if (self->farewell_code != NULL)
        *self->farewell_code = say_farewell(self->farewell_to);
    close_gates(self);
    free(self->places);
    atomic_fetch_add(&counters.destroyed, 1);
    return 0;
}

void test_probe_monitor_destroy(struct test_probe *self, enum chi_monitor_mode mode,
                                struct chi_destroy_task *task, struct chi_run_context *rctx)
{
    (void)task;
    chi_monitor_lane(&self->base, mode, rctx, QUEUE, 0);
}

/* ---- plain ones */

int test_probe_run_nop(struct test_probe *self, struct test_probe_nop_task *task,
                       struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

MONITOR_FIRST(nop)

static int reverse(struct chi_string *text)
{
    char *data = chi_bytes_data(&text->bytes);
    size_t size = chi_string_size(text);
    if (data == NULL)
        return -EFAULT;
    for (size_t i = 0; i < size / 2; i++) {
        char swap = data[i];
        data[i] = data[size - 1 - i];
        data[size - 1 - i] = swap;
    }
    return 0;
}

int test_probe_run_echo(struct test_probe *self, struct test_probe_echo_task *task,
                        struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    task->out_u8 = task->in_u8;
    task->out_u16 = task->in_u16;
    task->out_u32 = task->in_u32;
    task->out_u64 = task->in_u64;
    task->out_i8 = task->in_i8;
    task->out_i16 = task->in_i16;
    task->out_i32 = task->in_i32;
    task->out_i64 = task->in_i64;
    task->out_f32 = task->in_f32;
    task->out_f64 = task->in_f64;
    memcpy(task->out_array, task->in_array, sizeof(task->out_array));
    task->out_point = task->in_point;
    task->out_pool = task->in_pool;
    task->out_query = task->in_query;
    uint8_t *bytes = chi_buffer_data(&task->bytes);
    for (uint64_t i = 0; bytes != NULL && i < task->bytes.size; i++)
        bytes[i] = (uint8_t)~bytes[i];
    struct chi_view in = chi_string_view(&task->in_string);
    int rc = chi_string_assign(&task->out_string, in.data, in.size);
    if (rc == 0)
        rc = chi_vector_assign(&task->out_vector, chi_vector_items(&task->in_vector),
                               chi_vector_count(&task->in_vector));
    return rc == 0 ? reverse(&task->text) : rc;
}

MONITOR_LANE(echo)

int test_probe_run_fail(struct test_probe *self, struct test_probe_fail_task *task,
                        struct chi_run_context *rctx)
{
    (void)rctx;
    task->left = 7;
    return task->code >= 0
               ? task->code
               : chi_error(task->code, "container %u was told to fail", self->base.container_id);
}

MONITOR_FIRST(fail)

int test_probe_run_no_route(struct test_probe *self, struct test_probe_no_route_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

void test_probe_monitor_no_route(struct test_probe *self, enum chi_monitor_mode mode,
                                 struct test_probe_no_route_task *task,
                                 struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)task, (void)rctx;
}

/* ---- waiting */

int test_probe_run_sleep(struct test_probe *self, struct test_probe_sleep_task *task,
                         struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    atomic_fetch_add(&counters.running, 1);
    chi_task_shield(task->duration_ns == UINT64_MAX);
    int rc = chi_task_sleep(task->duration_ns);
    atomic_fetch_sub(&counters.running, 1);
    task->slept = rc == 0;
    return rc;
}

MONITOR_LANE(sleep)

int test_probe_run_yield(struct test_probe *self, struct test_probe_yield_task *task,
                         struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    for (uint32_t i = 0; i < task->times; i++)
        chi_task_yield();
    return 0;
}

MONITOR_LANE(yield)
MONITOR_LANE(spawn)
MONITOR_LANE(depth)

int test_probe_run_wait_fd(struct test_probe *self, struct test_probe_wait_fd_task *task,
                           struct chi_run_context *rctx)
{
    struct itimerspec in = {.it_value = {.tv_sec = (time_t)(task->delay_ns / 1000000000u),
                                         .tv_nsec = (long)(task->delay_ns % 1000000000u)}};

    (void)self, (void)rctx;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    int rc = timerfd_settime(fd, 0, &in, NULL) < 0 ? -errno : 0;
    if (rc == 0)
        rc = chi_task_wait_fd(fd, EPOLLIN);
    close(fd);
    if (rc < 0)
        return rc;
    task->events = (uint32_t)rc;
    return 0;
}

MONITOR_LANE(wait_fd)

static int pass_gate(struct test_probe *self, uint32_t gate)
{
    /* A descriptor of its own: one worker's epoll takes each only once. */
    int fd = dup(self->gates[gate]);
    if (fd < 0)
        return -errno;
    atomic_fetch_add(&counters.running, 1);
    int rc = chi_task_wait_fd(fd, EPOLLIN);
    atomic_fetch_sub(&counters.running, 1);
    close(fd);
    return rc < 0 ? rc : 0;
}

int test_probe_run_gate(struct test_probe *self, struct test_probe_gate_task *task,
                        struct chi_run_context *rctx)
{
    (void)rctx;
    if (task->gate >= TEST_PROBE_GATES)
        return -EINVAL;
    int rc = pass_gate(self, task->gate);
    task->passed = 1;
    return rc;
}

MONITOR_LANE(gate)

int test_probe_run_open(struct test_probe *self, struct test_probe_open_task *task,
                        struct chi_run_context *rctx)
{
    uint64_t value = 1;

    (void)rctx;
    if (task->gate >= TEST_PROBE_GATES)
        return -EINVAL;
    if (task->shut)
        return read(self->gates[task->gate], &value, sizeof(value)) < 0 && errno != EAGAIN ? -errno
                                                                                           : 0;
    return write(self->gates[task->gate], &value, sizeof(value)) < 0 ? -errno : 0;
}

MONITOR_LANE(open)

/* Yields over all lanes, the running one's among them. */
static int spawn_yields(struct test_probe *self, uint32_t count, uint32_t *done)
{
    struct test_probe_yield_task *tasks[64];
    uint32_t made = 0;
    int rc = 0;

    while (rc == 0 && made < count && made < 64) {
        struct test_probe_yield_task *task =
            CHI_TASK_NEW(test_probe_yield, self->base.pool_id,
                         chi_pool_query_direct_id(self->base.container_id));
        if (task == NULL)
            return -ENOMEM;
        task->lane = made;
        task->times = made % 3;
        tasks[made++] = task;
        rc = chi_task_enqueue(&task->base);
    }
    for (uint32_t i = 0; i < made; i++) {
        if (rc == 0 && (rc = chi_task_wait(&tasks[i]->base)) == 0)
            ++*done;
        chi_task_del(&tasks[i]->base);
    }
    return rc;
}

int test_probe_run_stuck(struct test_probe *self, struct test_probe_stuck_task *task,
                         struct chi_run_context *rctx)
{
    _Atomic(uint8_t) *flag = chi_buffer_data(&task->flag);

    (void)rctx;
    if (flag == NULL || task->flag.size < 2)
        return -EINVAL;
    atomic_store(&flag[1], 1);
    while (atomic_load(&flag[0]) == 0)
        usleep(100);
    task->spawned = 0;
    return spawn_yields(self, task->spawn, &task->spawned);
}

MONITOR_LANE(stuck)

/* ---- size and order */

int test_probe_run_big_output(struct test_probe *self, struct test_probe_big_output_task *task,
                              struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    int rc = chi_bytes_resize(&task->bytes.bytes, task->size);
    if (rc < 0)
        return rc;
    unsigned char *data = chi_bytes_data(&task->bytes.bytes);
    for (uint64_t i = 0; i < task->size; i++)
        data[i] = (unsigned char)(i * 7);
    return 0;
}

MONITOR_LANE(big_output)

static __attribute__((noinline)) uint64_t use_stack(uint64_t bytes)
{
    volatile unsigned char block[1024];
    memset((void *)block, 1, sizeof(block));
    uint64_t below = bytes > sizeof(block) ? use_stack(bytes - sizeof(block)) : 0;
    return below + block[17]; /* after the call, so that the frame stays */
}

int test_probe_run_deep_stack(struct test_probe *self, struct test_probe_deep_stack_task *task,
                              struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    task->sum = use_stack(task->bytes);
    return 0;
}

MONITOR_FIRST(deep_stack)

int test_probe_run_record(struct test_probe *self, struct test_probe_record_task *task,
                          struct chi_run_context *rctx)
{
    (void)rctx;
    task->place = self->places[task->lane % self->lanes]++;
    task->thread = (uint32_t)syscall(SYS_gettid);
    for (uint32_t i = 0; i < task->yields; i++)
        chi_task_yield();
    return 0;
}

MONITOR_LANE(record)

int test_probe_run_wide(struct test_probe *self, struct test_probe_wide_task *task,
                        struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    task->sum = 0;
    for (int i = 0; i < TEST_PROBE_WIDE; i++)
        task->sum += task->words[i];
    return 0;
}

MONITOR_FIRST(wide)

int test_probe_run_counters(struct test_probe *self, struct test_probe_counters_task *task,
                            struct chi_run_context *rctx)
{
    (void)self, (void)rctx;
    task->created = atomic_load(&counters.created);
    task->destroyed = atomic_load(&counters.destroyed);
    task->running = atomic_load(&counters.running);
    task->global = atomic_load(&test_probe_global);
    task->gathers = atomic_load(&test_probe_gathers);
    task->weighed = atomic_load(&counters.weighed);
    task->cleaned = atomic_load(&counters.cleaned);
    task->cleaned_code = atomic_load(&counters.cleaned_code);
    return 0;
}

MONITOR_FIRST(counters)

int test_probe_run_foreign_lane(struct test_probe *self, struct test_probe_foreign_lane_task *task,
                                struct chi_run_context *rctx)
{
    (void)self, (void)task, (void)rctx;
    return 0;
}

/* The lane of whichever container was asked before, so the second container gets a foreign one. */
void test_probe_monitor_foreign_lane(struct test_probe *self, enum chi_monitor_mode mode,
                                     struct test_probe_foreign_lane_task *task,
                                     struct chi_run_context *rctx)
{
    static _Atomic(struct chi_lane *) first;
    struct chi_lane *none = NULL;

    (void)task;
    if (mode != CHI_MONITOR_LOCAL_SCHEDULE)
        return;
    atomic_compare_exchange_strong(&first, &none, chi_container_lane(&self->base, QUEUE, 0));
    rctx->route_lane = atomic_load(&first);
}

/* ---- load */

static void spin(uint32_t duration_us)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - begin.tv_sec) * 1000000 + (now.tv_nsec - begin.tv_nsec) / 1000 <
           (long)duration_us);
}

int test_probe_run_weigh(struct test_probe *self, struct test_probe_weigh_task *task,
                         struct chi_run_context *rctx)
{
    int rc = task->gate < TEST_PROBE_GATES ? pass_gate(self, task->gate) : 0;
    for (uint32_t i = 0; i < self->lanes; i++)
        if (chi_container_lane(&self->base, QUEUE, i) == rctx->route_lane)
            task->ran_lane = i;
    task->place = self->places[task->ran_lane]++;
    task->lane_load = chi_lane_load(rctx->route_lane);
    task->lane_size = chi_lane_size(rctx->route_lane);
    if (chi_lane_is_empty(rctx->route_lane) != (task->lane_size == 0))
        rc = -EPROTO;
    rctx->load = 12345;
    spin(task->spin_us);
    return rc < 0 ? rc : task->code;
}

void test_probe_monitor_weigh(struct test_probe *self, enum chi_monitor_mode mode,
                              struct test_probe_weigh_task *task, struct chi_run_context *rctx)
{
    switch (mode) {
    case CHI_MONITOR_LOCAL_SCHEDULE:
        rctx->route_lane = task->lane == TEST_PROBE_LEAST_LOADED
                               ? chi_container_lane_least_loaded(&self->base, QUEUE)
                               : chi_container_lane_by_hash(&self->base, QUEUE, task->lane);
        break;
    case CHI_MONITOR_GLOBAL_SCHEDULE:
        break;
    case CHI_MONITOR_EST_LOAD:
        atomic_fetch_add(&counters.weighed, 1);
        rctx->load = task->load;
        break;
    case CHI_MONITOR_CLEANUP:
        atomic_store(&counters.cleaned_code, task->base.return_code);
        atomic_fetch_add(&counters.cleaned, 1);
        break;
    }
}

CHI_TASK_CC_MODES(test_probe, "0.1.0", CHI_WANTS_EST_LOAD | CHI_WANTS_CLEANUP);
