/* SPDX-License-Identifier: BSD-3-Clause */
/* The repository that a path belongs to, and the modules that are meant. */
#ifndef GEN_REPO_H
#define GEN_REPO_H

#include "diagnostic.h"

#define GEN_REPO_FILE "chimaera_repo.yaml"

struct gen_repo {
    const char *namespace_; /* NULL where it is not known; that is reported */
    char **folders;         /* of modules, by name */
    size_t folder_count;
};

/*
 * Finds the repository file in `path` or above it, and the modules under `path`. Returns false
 * where anything is wrong; everything found has been reported, and `repo` holds what is known.
 */
bool gen_repo_read(const char *path, struct gen_repo *repo);

#endif
