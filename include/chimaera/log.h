/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Logging, for the runtime, modules and tools: one line a call, written at once. CHI_LOG=level or
 * level,topic:level,… and CHI_DEBUG=1 (all debug) override the configuration. Any thread.
 */
#ifndef CHIMAERA_LOG_H
#define CHIMAERA_LOG_H

#include "chimaera/types.h"

enum chi_log_level {
    CHI_LOG_NONE = 0,
    CHI_LOG_ERROR = 1,
    CHI_LOG_WARN = 2,
    CHI_LOG_INFO = 3,
    CHI_LOG_DEBUG = 4,
};

CHI_BEGIN_DECLS

/* Whether a message of this topic and level would be written; cheap. */
CHI_API bool chi_log_enabled(const char *topic, enum chi_log_level level);

/* Writes "<time> <level> <topic>: <message>". `topic` is a short lower-case word, such as a
 * module's name. */
CHI_API void chi_log_write(const char *topic, enum chi_log_level level, const char *format, ...)
    CHI_PRINTF(3, 4);

/*
 * Sets what is written and where: `level` as in CHI_LOG, `file` a path that is appended to, or NULL
 * for standard error. The environment's CHI_LOG and CHI_DEBUG win over `level`. 0, -EINVAL, -errno
 * of open.
 */
CHI_API int chi_log_configure(const char *level, const char *file);

CHI_END_DECLS

#define CHI_LOG_AT(topic, level, ...)                                                              \
    do {                                                                                           \
        if (chi_log_enabled((topic), (level)))                                                     \
            chi_log_write((topic), (level), __VA_ARGS__);                                          \
    } while (0)
#define chi_log_error(topic, ...) CHI_LOG_AT(topic, CHI_LOG_ERROR, __VA_ARGS__)
#define chi_log_warn(topic, ...)  CHI_LOG_AT(topic, CHI_LOG_WARN, __VA_ARGS__)
#define chi_log_info(topic, ...)  CHI_LOG_AT(topic, CHI_LOG_INFO, __VA_ARGS__)
#define chi_log_debug(topic, ...) CHI_LOG_AT(topic, CHI_LOG_DEBUG, __VA_ARGS__)

#endif
