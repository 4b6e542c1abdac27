/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters of the plugin, from nbdkit's command line. */
#ifndef CHIMAERA_NBDKIT_SETTINGS_H
#define CHIMAERA_NBDKIT_SETTINGS_H

#include <chimaera/bdev/bdev_tasks.h>

/* Constant once threads exist. */
struct settings {
    const char *pool;
    uint32_t container;
    bool create; /* create the pool if it is missing; the next three are for that only */
    enum chimaera_bdev_type type;
    enum chimaera_bdev_engine engine;
    uint32_t io_depth;
    uint64_t size;   /* bytes; an existing pool must have this size; 0: any */
    uint64_t memory; /* bytes of buffers that all requests may use at a time */
};
extern struct settings settings;

/* Sets one parameter. Returns 0, or -1 with nbdkit_error(). */
int settings_set(const char *key, const char *value);

/* Checks the parameters together. Returns 0, or -1 with nbdkit_error(). */
int settings_check(void);

/* Describes the parameters, a line each. */
extern const char settings_help[];

#endif
