/* SPDX-License-Identifier: BSD-3-Clause */
#include "order.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "chimaera/status.h"
#include "query.h"
#include "shm/paths.h"
#include "shm/protocol.h"

static ssize_t receive(int fd, struct chi_control_told *told)
{
    ssize_t got = chi_control_receive(fd, told, sizeof(*told), NULL, NULL, 0);
    if (got == -ECONNRESET) /* reported once, before the refusal of a connection */
        got = chi_control_receive(fd, told, sizeof(*told), NULL, NULL, 0);
    return got;
}

/* Returns what the daemon says, recorded. */
static int give(struct chi_control_order *order, bool patient)
{
    struct chi_control_told told = {0};
    const struct timeval none = {0};
    struct chi_paths paths;
    int fd = -1;

    order->request.magic = CHI_CONTROL_MAGIC;
    order->request.abi = CHI_LAYOUT_ABI;
    int rc = query_connect(&paths, &fd);
    if (rc < 0)
        return rc;
    if (patient)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
    rc = chi_control_send(fd, order, sizeof(*order), NULL, 0, 0);
    ssize_t got = rc == 0 || rc == -EPIPE ? receive(fd, &told) : rc;
    close(fd);
    if (got < (ssize_t)sizeof(told.reply) || told.reply.magic != CHI_CONTROL_MAGIC) {
        rc = got == 0 ? CHI_ERUNTIME_DOWN : got < 0 ? (int)got : CHI_EPROTOCOL;
        return chi_error(rc, "the runtime of instance %s did not answer: %s", paths.instance,
                         chi_strerror(rc));
    }
    told.text[sizeof(told.text) - 1] = '\0';
    rc = told.reply.status;
    return rc < 0 ? chi_error(rc, "%s", told.text[0] != '\0' ? told.text : chi_strerror(rc)) : 0;
}

int order_stop(uint64_t grace_period_ns)
{
    struct chi_control_order order = {.request.type = CHI_CONTROL_STOP,
                                      .grace_period_ns = grace_period_ns};
    return give(&order, false);
}

/* Returns whether the text is an id. */
static bool parse_id(const char *text, chi_pool_id_t *id)
{
    unsigned major, minor = 0;
    int end = 0;

    if (text[0] < '0' || text[0] > '9' ||
        ((sscanf(text, "%u.%u%n", &major, &minor, &end) != 2 || text[end] != '\0') &&
         (sscanf(text, "%u%n", &major, &end) != 1 || text[end] != '\0')))
        return false;
    *id = chi_pool_id(major, minor);
    return true;
}

int order_destroy(const char *pool, bool cancel)
{
    struct chi_control_order order = {.request.type = CHI_CONTROL_DESTROY, .cancel = cancel};

    if (!parse_id(pool, &order.pool_id)) {
        if (strlen(pool) >= sizeof(order.name))
            return chi_error(CHI_EPOOL_NAME, "%s", chi_strerror(CHI_EPOOL_NAME));
        strcpy(order.name, pool);
    }
    return give(&order, true);
}
