/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory, text and file reading of the generator. One thread. */
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct block {
    struct block *next;
    _Alignas(max_align_t) char data[];
};

/* An object of others that goes with the blocks. */
struct kept {
    struct kept *next;
    void *object;
    void (*destroy)(void *object);
};

static struct block *blocks;
static struct kept *kept;

static _Noreturn void out_of_memory(void)
{
    fputs("chi_refresh_repo: out of memory\n", stderr);
    exit(1);
}

void *gen_alloc(size_t size)
{
    struct block *block = calloc(1, sizeof(*block) + size);
    if (!block)
        out_of_memory();
    block->next = blocks;
    blocks = block;
    return block->data;
}

char *gen_copy(const char *data, size_t size)
{
    char *copy = gen_alloc(size + 1);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

void gen_arena_keep(void *object, void (*destroy)(void *object))
{
    struct kept *fresh = gen_alloc(sizeof(*fresh));
    *fresh = (struct kept){.next = kept, .object = object, .destroy = destroy};
    kept = fresh;
}

void gen_arena_fini(void)
{
    for (; kept; kept = kept->next)
        kept->destroy(kept->object);
    while (blocks) {
        struct block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

void *gen_grow(void *items, size_t count, size_t item_size)
{
    /* Doubles at powers of two, so that no capacity has to be kept. */
    if (count && (count & (count - 1)))
        return items;
    void *grown = gen_alloc((count ? count * 2 : 1) * item_size);
    if (count)
        memcpy(grown, items, count * item_size);
    return grown;
}

static void text_add_list(struct gen_text *text, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int needed = vsnprintf(NULL, 0, format, list);
    if (needed < 0)
        out_of_memory();
    size_t size = text->size + (size_t)needed;
    if (size + 1 > text->capacity) {
        size_t capacity = size * 2 + 64;
        char *data = gen_alloc(capacity);
        if (text->size)
            memcpy(data, text->data, text->size);
        text->data = data;
        text->capacity = capacity;
    }
    vsnprintf(text->data + text->size, (size_t)needed + 1, format, again);
    va_end(again);
    text->size = size;
}

void gen_text_add(struct gen_text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(text, format, list);
    va_end(list);
}

char *gen_format(const char *format, ...)
{
    struct gen_text text = {0};
    va_list list;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    return text.data;
}

int gen_file_read(const char *path, char **data, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would wait for its writer */
    if (fd < 0)
        return -errno;
    struct stat status;
    FILE *file = NULL;
    if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode))
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    else
        file = fdopen(fd, "rb");
    if (!file) {
        int error = errno;
        close(fd);
        return -error;
    }
    struct gen_text text = {.data = gen_alloc(4096), .capacity = 4096};
    int rc = 0;
    while (!rc) {
        if (text.size + 1 == text.capacity) {
            char *grown = gen_alloc(text.capacity * 2);
            memcpy(grown, text.data, text.size);
            text.data = grown;
            text.capacity *= 2;
        }
        errno = 0;
        size_t got = fread(text.data + text.size, 1, text.capacity - 1 - text.size, file);
        if (!got) {
            rc = ferror(file) ? -(errno ? errno : EIO) : 0;
            break;
        }
        text.size += got;
        if (text.size > GEN_FILE_MAX)
            rc = -EFBIG;
    }
    fclose(file);
    if (rc)
        return rc;
    text.data[text.size] = '\0';
    *data = text.data;
    *size = text.size;
    return 0;
}

char *gen_replace(const char *text, const char *word)
{
    struct gen_text out = {0};
    for (; *text; text++) {
        if (*text == '@')
            gen_text_add(&out, "%s", word);
        else
            gen_text_add(&out, "%c", *text);
    }
    return out.data;
}
