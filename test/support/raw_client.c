/* SPDX-License-Identifier: BSD-3-Clause */
/* The client without the client library. */
#include "support/raw_client.h"

#include <sched.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"

#include "chimaera/status.h"
#include "lane/bell.h"
#include "lane/ingress_lane.h"
#include "shm/extents.h"

int chi_test_raw_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/chimaera.%s.sock",
             getenv("CHI_SOCKET_DIR"), getenv("CHI_INSTANCE"));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int chi_test_raw_request(int control, const struct chi_control_request *request, uint32_t *first)
{
    struct chi_control_reply reply;

    if (send(control, request, sizeof(*request), MSG_NOSIGNAL) != (ssize_t)sizeof(*request) ||
        recv(control, &reply, sizeof(reply), 0) != (ssize_t)sizeof(reply))
        return CHI_ERUNTIME_DOWN;
    assert_int_equal(reply.magic, CHI_CONTROL_MAGIC);
    if (first != NULL)
        *first = reply.first;
    return reply.status;
}

void chi_test_raw_attach(struct chi_test_raw *raw)
{
    struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_ATTACH, .abi = CHI_LAYOUT_ABI};
    int fds[CHI_CONTROL_FDS];
    size_t fd_count = CHI_CONTROL_FDS;

    memset(raw, 0, sizeof(*raw));
    raw->control = chi_test_raw_connect();
    assert_true(raw->control >= 0);
    assert_int_equal(chi_control_send(raw->control, &request, sizeof(request), NULL, 0, 0), 0);
    assert_int_equal(
        chi_control_receive(raw->control, &raw->attached, sizeof(raw->attached), fds, &fd_count, 0),
        sizeof(raw->attached));
    assert_int_equal(raw->attached.reply.status, 0);
    assert_int_equal(fd_count, CHI_SEGMENT_COUNT + 1 + raw->attached.worker_count);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        int protection = s == CHI_SEGMENT_RUNTIME_DATA ? PROT_READ : PROT_READ | PROT_WRITE;
        raw->segment_fd[s] = fds[s];
        raw->base[s] = mmap(NULL, raw->attached.segment_size[s], protection, MAP_SHARED, fds[s], 0);
        assert_ptr_not_equal(raw->base[s], MAP_FAILED);
    }
    raw->event_fd = fds[CHI_SEGMENT_COUNT];
    for (uint32_t w = 0; w < raw->attached.worker_count; w++)
        raw->worker_fd[w] = fds[CHI_SEGMENT_COUNT + 1 + w];
    raw->bells = (void *)(raw->base[CHI_SEGMENT_MAIN] + raw->attached.bells_offset);
    raw->lane = (void *)(raw->base[CHI_SEGMENT_MAIN] + raw->attached.lane_offset[0]);
}

void chi_test_raw_detach(struct chi_test_raw *raw)
{
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        munmap(raw->base[s], raw->attached.segment_size[s]);
        close(raw->segment_fd[s]);
    }
    for (uint32_t w = 0; w < raw->attached.worker_count; w++)
        close(raw->worker_fd[w]);
    close(raw->event_fd);
    close(raw->control);
}

int chi_test_raw_grant(struct chi_test_raw *raw, uint32_t segment, uint32_t units, uint64_t *offset)
{
    struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_GRANT, .segment = segment, .units = units};
    uint32_t first = 0;
    int rc = chi_test_raw_request(raw->control, &request, &first);
    *offset = (uint64_t)first * CHI_EXTENT_UNIT;
    return rc;
}

void chi_test_raw_push(struct chi_test_raw *raw, uint64_t item)
{
    uint32_t worker = raw->attached.lane_worker[0];
    while (chi_lane_push(raw->lane, raw->attached.depth_log2, item) < 0)
        sched_yield();
    chi_bell_ring(&raw->bells[worker], raw->lane, raw->attached.lane_number[0],
                  raw->worker_fd[worker]);
}

void *chi_test_raw_task(struct chi_test_raw *raw, uint64_t offset, uint32_t size, uint32_t method,
                        chi_pool_id_t pool)
{
    struct chi_task *task = (void *)(raw->base[CHI_SEGMENT_MAIN] + offset);

    memset((void *)task, 0, size);
    task->magic = CHI_TASK_MAGIC;
    task->size = (uint16_t)size;
    task->method = method;
    task->pool_id = pool;
    task->pool_query = chi_pool_query_local();
    atomic_store(&task->state, CHI_TASK_QUEUED);
    return task;
}

int chi_test_raw_wait(const struct chi_task *task)
{
    while ((atomic_load(&task->state) & CHI_TASK_STATE_MASK) != CHI_TASK_DONE)
        sched_yield(); /* the watchdog ends it */
    return task->return_code;
}
