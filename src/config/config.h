/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a runtime: the validated content of the YAML file, with defaults for the
 * rest. Read once at start, on the starting thread; read-only afterwards.
 */
#ifndef CHI_CONFIG_CONFIG_H
#define CHI_CONFIG_CONFIG_H

#include "chimaera/pool_query.h"
#include "chimaera/types.h"

#include <stdio.h>

#define CHI_CONFIG_INSTANCE_MAX 64 /* bytes */

enum chi_lane_map_policy {
    CHI_LANE_MAP_ROUND_ROBIN = 0,
    CHI_LANE_MAP_LEAST_LOADED = 1,
};

/* What a client may do besides calling pools. */
enum chi_right {
    CHI_RIGHT_CREATE = 1,  /* create pools */
    CHI_RIGHT_DESTROY = 2, /* destroy pools */
    CHI_RIGHT_STOP = 4,    /* stop the runtime */
    CHI_RIGHTS_ALL = 7,
};

/* A key of a compose entry that belongs to the module: for chi_params_set(). */
struct chi_config_param {
    char *key;
    bool is_list;
    char *value;              /* the items of a list are separated by commas */
    int line, column;         /* of the value */
    int key_line, key_column; /* of its name */
};

struct chi_config_pool {
    char *mod_name;
    char *pool_name;
    chi_pool_query_t pool_query;
    chi_pool_id_t pool_id; /* {0, 0}: any */
    uint32_t containers;   /* per node */
    struct chi_config_param *params;
    size_t param_count;
    int line, column;
};

struct chi_config {
    char *name; /* of the file, for messages */

    /* memory; multiples of 64 KiB */
    uint64_t main_segment_size;
    uint64_t client_data_segment_size;
    uint64_t runtime_data_segment_size;

    /* runtime */
    char *instance;     /* NULL: CHI_INSTANCE, else one per user */
    char *socket_dir;   /* NULL: CHI_SOCKET_DIR, XDG_RUNTIME_DIR, else /tmp/chimaera-<uid> */
    char *group;        /* group that may attach; NULL: none */
    uint32_t group_may; /* enum chi_right: of its members */
    char *
        *group_paths; /* folders in which their pools may open files; NULL-terminated; NULL: none */
    uint32_t sched_threads;
    uint32_t slow_threads;
    uint64_t stack_size; /* bytes */
    uint32_t max_fibers; /* per worker */
    uint32_t queue_depth;
    uint32_t lane_map_policy; /* enum chi_lane_map_policy */
    uint64_t first_busy_wait_ns;
    uint64_t max_sleep_ns;
    uint32_t stall_ms; /* 0: no take-over of lanes */
    uint32_t max_clients;
    uint64_t grace_period_ns;

    /* logging */
    char *log_level;
    char *log_file; /* NULL: standard error */

    /* modules */
    char **module_paths; /* NULL-terminated; NULL: none */

    /* compose */
    struct chi_config_pool *pools;
    size_t pool_count;
};

CHI_BEGIN_DECLS

/*
 * Reads the configuration. On failure `config` is zeroed and holds nothing.
 *   path   NULL: the file that CHI_SERVER_CONF names, else defaults
 * Returns 0, or a negative code with chi_last_error() set:
 *   CHI_ECONFIG    the file is invalid; the message starts with "file:line:column: "
 *   -ENOMEM        out of memory
 *   -EFBIG         the file is larger than 1 MiB
 *   other -errno   the file cannot be opened or read
 */
CHI_API int chi_config_load(const char *path, struct chi_config *config);

/*
 * Parses a configuration in memory. On failure `config` is zeroed and holds nothing.
 *   name   stands for the file in messages
 * Returns 0, or
 *   CHI_ECONFIG   the text is invalid
 *   -ENOMEM       out of memory
 */
CHI_API int chi_config_parse(const char *name, const char *text, size_t size,
                             struct chi_config *config);

/* Frees the content and zeroes it. */
CHI_API void chi_config_fini(struct chi_config *config);

/* Writes the table of keys with types, defaults and bounds as Markdown. */
CHI_API void chi_config_describe(FILE *out);

CHI_END_DECLS

#endif
