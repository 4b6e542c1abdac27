/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the text of CHI_LOG and of the configuration key logging.level. Any thread. */
#include "base/log_spec.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "chimaera/status.h"

static const char *const level_names[] = {
    [CHI_LOG_NONE] = "none", [CHI_LOG_ERROR] = "error", [CHI_LOG_WARN] = "warn",
    [CHI_LOG_INFO] = "info", [CHI_LOG_DEBUG] = "debug",
};
#define LEVEL_COUNT (sizeof level_names / sizeof level_names[0])

const char *chi_log_level_name(enum chi_log_level level)
{
    return (unsigned)level < LEVEL_COUNT ? level_names[level] : "?";
}

static int parse_level(const char *text, size_t size, enum chi_log_level *level)
{
    char word[16];
    if (size < sizeof word) {
        memcpy(word, text, size);
        word[size] = '\0';
        struct chi_nearest nearest = {.word = word};
        for (size_t i = 0; i < LEVEL_COUNT; i++) {
            if (strcmp(word, level_names[i]) == 0) {
                *level = (enum chi_log_level)i;
                return 0;
            }
            chi_nearest_offer(&nearest, level_names[i]);
        }
        char hint[CHI_NEAREST_HINT_SIZE];
        return chi_error(-EINVAL,
                         "\"%s\" is not a log level: expected none, error, warn, info or debug%s",
                         word, chi_nearest_hint(&nearest, hint));
    }
    return chi_error(-EINVAL,
                     "\"%.*s\" is not a log level: expected none, error, warn, info or debug",
                     size > 40 ? 40 : (int)size, text);
}

static int parse_topic(const char *text, size_t size, enum chi_log_level level,
                       struct chi_log_spec *spec)
{
    if (size == 0 || size >= CHI_LOG_TOPIC_SIZE)
        return chi_error(-EINVAL, "a log topic has 1 to %d bytes", CHI_LOG_TOPIC_SIZE - 1);
    struct chi_log_topic *topic = spec->topics;
    struct chi_log_topic *end = topic + spec->topic_count;
    while (topic < end && (strncmp(topic->name, text, size) != 0 || topic->name[size]))
        topic++;
    if (topic == end) {
        if (spec->topic_count == CHI_LOG_TOPICS_MAX)
            return chi_error(-EINVAL, "more than %d log topics", CHI_LOG_TOPICS_MAX);
        spec->topic_count++;
        memset(topic->name, 0, sizeof topic->name);
        memcpy(topic->name, text, size);
    }
    topic->level = level;
    return 0;
}

int chi_log_spec_parse(const char *text, struct chi_log_spec *spec)
{
    struct chi_log_spec parsed = {.level = spec->level};
    for (const char *item = text;; item++) {
        size_t size = strcspn(item, ",");
        const char *colon = memchr(item, ':', size);
        const char *name = colon ? colon + 1 : item;
        enum chi_log_level level = CHI_LOG_NONE;
        int rc = parse_level(name, size - (size_t)(name - item), &level);
        if (!rc && colon)
            rc = parse_topic(item, (size_t)(colon - item), level, &parsed);
        if (rc)
            return rc;
        if (!colon)
            parsed.level = level;
        item += size;
        if (!*item)
            break;
    }
    parsed.highest = parsed.level;
    for (uint32_t i = 0; i < parsed.topic_count; i++) {
        if (parsed.topics[i].level > parsed.highest)
            parsed.highest = parsed.topics[i].level;
    }
    *spec = parsed;
    return 0;
}

enum chi_log_level chi_log_spec_level(const struct chi_log_spec *spec, const char *topic)
{
    for (uint32_t i = 0; i < spec->topic_count; i++) {
        if (strcmp(spec->topics[i].name, topic) == 0)
            return spec->topics[i].level;
    }
    return spec->level;
}
