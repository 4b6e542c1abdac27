/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A YAML document as a tree with positions. A subset: mappings with plain keys, lists, scalars; no
 * anchors, aliases, tags, merge keys or second documents. Used at start only.
 */
#ifndef CHI_CONFIG_YAML_H
#define CHI_CONFIG_YAML_H

#include "chimaera/types.h"

enum chi_yaml_kind {
    CHI_YAML_SCALAR,
    CHI_YAML_LIST,
    CHI_YAML_MAP,
};

struct chi_yaml {
    enum chi_yaml_kind kind;
    bool null;        /* a scalar that is empty, ~ or null, and not in quotes */
    int line, column; /* of the value, from 1 */
    char *key;        /* in a map; else NULL */
    int key_line, key_column;
    char *text;             /* of a scalar; else NULL */
    struct chi_yaml *first; /* of a list or map */
    struct chi_yaml *next;  /* the next sibling */
};

/*
 * Parses `text`.
 *   name   precedes line and column in messages
 *   root   receives the tree, or NULL if the text has no document
 * Returns 0, or
 *   CHI_ECONFIG   the text is malformed or outside the subset
 *   -ENOMEM       out of memory
 */
int chi_yaml_parse(const char *name, const char *text, size_t size, struct chi_yaml **root);

/* Frees a tree. NULL is allowed. */
void chi_yaml_destroy(struct chi_yaml *root);

#endif
