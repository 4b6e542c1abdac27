/* SPDX-License-Identifier: BSD-3-Clause */
/* What is logged: one level for all topics, others for some. A value; owned by its holder. */
#ifndef CHI_BASE_LOG_SPEC_H
#define CHI_BASE_LOG_SPEC_H

#include "chimaera/log.h"

#define CHI_LOG_TOPIC_SIZE 32
#define CHI_LOG_TOPICS_MAX 32

struct chi_log_topic {
    char name[CHI_LOG_TOPIC_SIZE];
    enum chi_log_level level;
};

struct chi_log_spec {
    enum chi_log_level level;   /* of topics not named */
    enum chi_log_level highest; /* of all, so that most calls end after one comparison */
    uint32_t topic_count;
    struct chi_log_topic topics[CHI_LOG_TOPICS_MAX];
};

/*
 * Reads "level,topic:level,…" (none, error, warn, info, debug) into `spec`, whose level stays as it
 * is where the text names topics only. 0, or -EINVAL with chi_last_error(); unchanged then.
 */
CHI_API int chi_log_spec_parse(const char *text, struct chi_log_spec *spec);

/* The level up to which `topic` is written. */
CHI_API enum chi_log_level chi_log_spec_level(const struct chi_log_spec *spec, const char *topic);

/* "error", "warn", … */
CHI_API const char *chi_log_level_name(enum chi_log_level level);

#endif
