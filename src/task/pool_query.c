/* SPDX-License-Identifier: BSD-3-Clause */
/* The text form of pool queries, for configuration files, command lines and logs. Any thread. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "chimaera/pool_query.h"
#include "chimaera/status.h"
#include "task/query.h"

static const struct mode {
    const char *name;
    uint32_t numbers; /* how many follow the name, each behind a colon */
} modes[CHI_ROUTE_COUNT] = {
    [CHI_ROUTE_NULL] = {"null", 0},           [CHI_ROUTE_LOCAL] = {"local", 0},
    [CHI_ROUTE_DIRECT_ID] = {"direct_id", 1}, [CHI_ROUTE_DIRECT_HASH] = {"direct_hash", 1},
    [CHI_ROUTE_RANGE] = {"range", 2},         [CHI_ROUTE_BROADCAST] = {"broadcast", 0},
    [CHI_ROUTE_PHYSICAL] = {"physical", 1},   [CHI_ROUTE_DYNAMIC] = {"dynamic", 0},
};

#define EXPECTED                                                                                   \
    "local, broadcast, dynamic, direct_id:N, direct_hash:N, range:FIRST:COUNT or physical:NODE"

static int parse_u32(const char **text, uint32_t *value)
{
    uint64_t number = 0;
    const char *at = *text;
    if (*at < '0' || *at > '9')
        return -EINVAL;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (uint64_t)(*at - '0');
        if (number > UINT32_MAX)
            return -EINVAL;
    }
    *text = at;
    *value = (uint32_t)number;
    return 0;
}

static int parse_numbers(const char *text, uint32_t mode, chi_pool_query_t *query)
{
    uint32_t numbers[2] = {0, 0};
    for (uint32_t i = 0; i < modes[mode].numbers; i++) {
        if (*text++ != ':' || parse_u32(&text, &numbers[i]) != 0)
            return -EINVAL;
    }
    if (*text || (mode == CHI_ROUTE_RANGE && numbers[1] == 0))
        return -EINVAL;
    *query = chi_pool_query_make(mode, numbers[0], numbers[1]);
    return 0;
}

int chi_pool_query_parse(const char *text, chi_pool_query_t *query)
{
    char name[16] = "";
    size_t size = strcspn(text, ":");
    if (size < sizeof name)
        memcpy(name, text, size);
    struct chi_nearest nearest = {.word = name};
    for (uint32_t mode = CHI_ROUTE_LOCAL; mode < CHI_ROUTE_COUNT; mode++) {
        if (strcmp(name, modes[mode].name) != 0) {
            chi_nearest_offer(&nearest, modes[mode].name);
            continue;
        }
        if (parse_numbers(text + size, mode, query) != 0)
            return chi_error(-EINVAL,
                             "pool query \"%.64s\": %s takes %u numbers of 32 bits, each behind a "
                             "colon%s",
                             text, name, modes[mode].numbers,
                             mode == CHI_ROUTE_RANGE ? ", the second not 0" : "");
        return 0;
    }
    char hint[CHI_NEAREST_HINT_SIZE];
    return chi_error(-EINVAL, "pool query \"%.64s\": expected " EXPECTED "%s", text,
                     chi_nearest_hint(&nearest, hint));
}

int chi_pool_query_check(chi_pool_query_t query, uint32_t container_count)
{
    struct chi_query_range range;
    char text[CHI_POOL_QUERY_TEXT_SIZE];

    if (container_count == 0)
        return chi_error(-EINVAL, "a pool has at least one container");
    int rc = chi_query_resolve(query, container_count, &range);
    if (rc < 0)
        chi_error(rc, "pool query %s, for a pool with %u containers: %s",
                  chi_pool_query_format(query, text), container_count, chi_strerror(rc));
    return rc;
}

char *chi_pool_query_format(chi_pool_query_t query, char *text)
{
    if (query.mode >= CHI_ROUTE_COUNT) {
        snprintf(text, CHI_POOL_QUERY_TEXT_SIZE, "mode%u?", query.mode);
        return text;
    }
    const struct mode *mode = &modes[query.mode];
    if (mode->numbers == 0)
        snprintf(text, CHI_POOL_QUERY_TEXT_SIZE, "%s", mode->name);
    else if (mode->numbers == 1)
        snprintf(text, CHI_POOL_QUERY_TEXT_SIZE, "%s:%u", mode->name, query.first);
    else
        snprintf(text, CHI_POOL_QUERY_TEXT_SIZE, "%s:%u:%u", mode->name, query.first, query.count);
    return text;
}
