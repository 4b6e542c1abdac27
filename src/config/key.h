/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of the configuration file: one table for reading, defaults, bounds and the reference
 * page. Used at start only.
 */
#ifndef CHI_CONFIG_KEY_H
#define CHI_CONFIG_KEY_H

#include "config/config.h"
#include "yaml/yaml.h"

enum chi_key_type {
    CHI_KEY_SIZE,     /* uint64_t, bytes */
    CHI_KEY_COUNT,    /* uint32_t */
    CHI_KEY_DURATION, /* uint64_t, ns; only 0 needs no unit */
    CHI_KEY_POLICY,   /* uint32_t, enum chi_lane_map_policy */
    CHI_KEY_WORD,     /* char *, [A-Za-z0-9_-] */
    CHI_KEY_TEXT,     /* char *, not empty */
    CHI_KEY_LEVEL,    /* char *, as in CHI_LOG */
    CHI_KEY_PATHS,    /* char **, ended by NULL */
    CHI_KEY_RIGHTS,   /* uint32_t, enum chi_right */
    CHI_KEY_QUERY,    /* chi_pool_query_t */
    CHI_KEY_POOL_ID,  /* chi_pool_id_t */
};

enum chi_key_flags {
    CHI_KEY_POWER_OF_TWO = 1,
    CHI_KEY_REQUIRED = 2,
};

struct chi_key {
    const char *section; /* "compose" for the keys of a pool */
    const char *name;
    enum chi_key_type type;
    unsigned flags;           /* enum chi_key_flags */
    size_t offset;            /* in struct chi_config, or in struct chi_config_pool */
    const char *fallback;     /* the default in the syntax of the file; NULL: zero */
    const char *shown;        /* description of the default, if `fallback` is NULL or unclear */
    uint64_t lowest, highest; /* inclusive, of numbers; of texts: length in bytes */
    uint64_t unit;            /* sizes are rounded up to a multiple of it; 0: none */
    const char *help;
};

/* All keys, grouped by section; the last one has a NULL name. */
extern const struct chi_key chi_keys[];

/* Returns the key, or NULL if it does not exist. */
const struct chi_key *chi_key_find(const char *section, const char *name);

/*
 * Parses `text` into the key's member of `object`.
 * Returns 0, or
 *   CHI_ECONFIG   the text is invalid; the message has no position
 *   -ENOMEM       out of memory
 */
int chi_key_read(const struct chi_key *key, const char *text, void *object);

/* As chi_key_read(), from YAML and with the position in the message. */
int chi_key_read_yaml(const struct chi_key *key, const char *file, const struct chi_yaml *value,
                      void *object);

/* Sets the defaults of the keys of a section (NULL: of all but compose). Returns 0 or -ENOMEM. */
int chi_keys_default(const char *section, void *object);

/* Frees the members of those keys. */
void chi_keys_fini(const char *section, void *object);

#endif
