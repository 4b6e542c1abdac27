/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Logging for the runtime, modules and tools: each call writes one line immediately. The
 * environment variables CHI_LOG (a level, or level,topic:level,...) and CHI_DEBUG=1 (all topics at
 * debug) override the configuration. Any thread; never parks.
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

/* Returns whether a message of this topic and level is written. Costs a few instructions. */
CHI_API bool chi_log_enabled(const char *topic, enum chi_log_level level);

/*
 * Writes the line "<time> <level> <topic>: <message>".
 *   topic    a short lower-case word, such as the name of a module
 *   format   as for printf(), without a final newline
 */
CHI_API void chi_log_write(const char *topic, enum chi_log_level level, const char *format, ...)
    CHI_PRINTF(3, 4);

/*
 * Sets the levels and the destination of the log.
 *   level   as in CHI_LOG; NULL: warn. CHI_LOG and CHI_DEBUG take precedence
 *   file    path of a file to append to; NULL: standard error
 * Returns 0, or with nothing changed
 *   -EINVAL        `level` is malformed
 *   -ENOMEM        out of memory
 *   other -errno   the file could not be opened
 */
CHI_API int chi_log_configure(const char *level, const char *file);

/* Returns the descriptor that lines are written to. Async-signal-safe. */
CHI_API int chi_log_descriptor(void);

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
