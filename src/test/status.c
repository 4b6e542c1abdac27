/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests the status with lanes, and reads the JSON that the daemon writes. */
#include "test/status.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/stepping.h"
#include "shm/protocol.h"
#include "test/json.h"

static int connect_control(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/chimaera.%s.sock",
             secure_getenv("CHI_SOCKET_DIR"), secure_getenv("CHI_INSTANCE"));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool is_readable(void *fd)
{
    struct pollfd poll_fd = {.fd = *(int *)fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) > 0;
}

char *chi_test_status_text(void)
{
    struct chi_control_request request = {.magic = CHI_CONTROL_MAGIC,
                                          .type = CHI_CONTROL_STATUS,
                                          .abi = CHI_LAYOUT_ABI,
                                          .segment = 1 | 8};
    struct chi_control_reply end = {0};
    size_t size = 0;
    char *text = NULL;
    int fd = connect_control();

    if (fd < 0)
        return NULL;
    if (send(fd, &request, sizeof(request), MSG_NOSIGNAL) == (ssize_t)sizeof(request)) {
        for (;;) {
            char *more = realloc(text, size + CHI_CONTROL_TEXT + 1);
            if (more == NULL)
                break;
            text = more;
            if (chi_stepping != NULL && chi_stepping->wait(is_readable, &fd, UINT64_MAX) < 0)
                break; /* this thread would have to answer, and it cannot */
            ssize_t got = recv(fd, text + size, CHI_CONTROL_TEXT, 0);
            if (got <= 0)
                break;
            if (got == (ssize_t)sizeof(end))
                memcpy(&end, text + size, sizeof(end));
            if (end.magic == CHI_CONTROL_MAGIC)
                break;
            size += (size_t)got;
        }
    }
    close(fd);
    if (end.magic != CHI_CONTROL_MAGIC || end.status != 0) {
        free(text);
        return NULL;
    }
    text[size] = '\0';
    return text;
}

struct report {
    char *text;
    size_t size;
    size_t used;
    int count;
};

static void note(struct report *report, const char *what, uint64_t now, uint64_t idle)
{
    if (now == idle)
        return;
    int n = snprintf(report->text + report->used, report->size - report->used,
                     idle == 0 ? "%s%s %lu" : "%s%s %lu (%lu at the start)",
                     report->count > 0 ? ", " : "", what, now, idle);
    if (n > 0)
        report->used +=
            (size_t)n < report->size - report->used ? (size_t)n : report->size - report->used - 1;
    report->count++;
}

int chi_test_status_leaks(const struct chi_test_status *now, const struct chi_test_status *idle,
                          char *text, size_t size)
{
    struct report report = {.text = text, .size = size};

    text[0] = '\0';
    note(&report, "bytes of main granted:", now->granted[0], idle->granted[0]);
    note(&report, "bytes of client data granted:", now->granted[1], idle->granted[1]);
    /* Workers keep runtime data cached, so only lent outputs count. */
    note(&report, "bytes of outputs lent:", now->lent, 0);
    note(&report, "bytes of main retired:", now->retired[0], 0);
    note(&report, "bytes of client data retired:", now->retired[1], 0);
    note(&report, "clients attached:", now->clients, 0);
    note(&report, "tasks in flight:", (uint64_t)now->in_flight, 0);
    note(&report, "parked tasks:", now->parked, 0);
    note(&report, "queued tasks:", now->unstarted, 0);
    return report.count;
}

int chi_test_status_get(struct chi_test_status *status)
{
    static const char *const segments[3] = {"main", "client_data", "runtime_data"};
    char *text = chi_test_status_text();
    uint64_t ignored;

    memset(status, 0, sizeof(*status));
    if (text == NULL)
        return -1;
    json_t *json = chi_test_json_read(text);
    free(text);
    for (int s = 0; s < 3; s++) {
        char path[64];
        snprintf(path, sizeof(path), "memory.%s.granted", segments[s]);
        status->granted[s] = (uint64_t)chi_test_json_number_in(json, path);
        snprintf(path, sizeof(path), "memory.%s.retired", segments[s]);
        status->retired[s] = (uint64_t)chi_test_json_number_in(json, path);
    }
    status->lent = (uint64_t)chi_test_json_number_in(json, "memory.runtime_data.lent");
    status->in_flight = (int64_t)chi_test_json_number_in(json, "own_in_flight");
    status->in_flight += (int64_t)chi_test_json_sum_in(json, "clients", "in_flight", &ignored);
    status->parked = (uint64_t)chi_test_json_sum_in(json, "workers", "parked", &ignored);
    status->unstarted = (uint64_t)chi_test_json_sum_in(json, "workers", "unstarted", &ignored);
    status->tasks = (uint64_t)chi_test_json_sum_in(json, "workers", "tasks", &ignored);
    status->client_lent = (uint64_t)chi_test_json_sum_in(json, "clients", "lent", &ignored);
    status->refused = (uint64_t)chi_test_json_sum_in(json, "clients", "refused", &status->clients);
    chi_test_json_sum_in(json, "pools", "load", &status->pools);
    json_decref(json);
    return 0;
}
