/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that lives until the generator ends, and text that grows. The program ends with a message
 * where memory runs out, so nothing here returns NULL.
 */
#ifndef GEN_ARENA_H
#define GEN_ARENA_H

#include "chimaera/types.h"

/* Zeroed memory. */
void *gen_alloc(size_t size);

/* A copy of `size` bytes, followed by \0. */
char *gen_copy(const char *data, size_t size);

char *gen_format(const char *format, ...) CHI_PRINTF(1, 2);

/* A copy with `word` for each '@'. */
char *gen_replace(const char *text, const char *word);

/* Has gen_arena_fini() call `destroy` for an object that does not lie in this memory. */
void gen_arena_keep(void *object, void (*destroy)(void *object));

/* Frees everything; nothing from here may be used after it. */
void gen_arena_fini(void);

/* An array that grows: `items` becomes an array with room for one more than `count`. */
void *gen_grow(void *items, size_t count, size_t item_size);

/* Zeroed is empty. */
struct gen_text {
    char *data;
    size_t size;
    size_t capacity;
};

void gen_text_add(struct gen_text *text, const char *format, ...) CHI_PRINTF(2, 3);

/*
 * The content of a file of at most GEN_FILE_MAX bytes, followed by \0. Returns 0, or -errno
 * (-EFBIG over that).
 */
#define GEN_FILE_MAX (1u << 20)
int gen_file_read(const char *path, char **data, size_t *size);

#endif
