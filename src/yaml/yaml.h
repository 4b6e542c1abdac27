/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One YAML document as a tree that remembers where everything stood: for the runtime's
 * configuration and for the files of modules that chi_refresh_repo reads. A subset: mappings with
 * plain keys, lists, scalars; no anchors, aliases, tags, merge keys or second documents. Any
 * thread; a tree belongs to one.
 */
#ifndef CHI_YAML_YAML_H
#define CHI_YAML_YAML_H

#include "chimaera/types.h"

enum chi_yaml_kind {
    CHI_YAML_SCALAR,
    CHI_YAML_LIST,
    CHI_YAML_MAP,
};

struct chi_yaml {
    enum chi_yaml_kind kind;
    bool null;        /* a scalar that is empty, ~ or null, and not in quotes */
    bool incomplete;  /* of a list or map: an error in it was reported and what it is about left out
                       */
    int line, column; /* of the value, from 1 */
    char *key;        /* in a map; else NULL */
    int key_line, key_column;
    char *text;             /* of a scalar; else NULL */
    struct chi_yaml *first; /* of a list or map */
    struct chi_yaml *next;  /* the sibling behind */
};

/* Told of each error, in the order of the text. Line and column count from 1. */
typedef void chi_yaml_report_fn(void *context, int line, int column, const char *message);

/*
 * Reads `text`. `root` gets the tree, or NULL where the text holds no document. A broken text gives
 * no tree; other errors are all reported, what they are about is left out, and `root` gets the
 * rest. 0, -EINVAL (errors were reported), -ENOMEM (no tree, nothing is reported of it).
 */
int chi_yaml_parse(const char *text, size_t size, chi_yaml_report_fn *report, void *context,
                   struct chi_yaml **root);

/* The value of `key` in a map, or NULL. */
struct chi_yaml *chi_yaml_get(const struct chi_yaml *map, const char *key);

/* Frees a tree; NULL is allowed. */
void chi_yaml_destroy(struct chi_yaml *root);

#endif
