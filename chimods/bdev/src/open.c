/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening and closing a device: memory, or a file that is empty, ours, raw or refused. In Create
 * and Destroy of a container.
 */
#include "bdev_runtime.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

int bdev_refuse(int code, const char *format, ...)
{
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    chi_log_error("bdev", "%s", text);
    return chi_error(code, "%s", text);
}

static uint64_t random_number(void)
{
    uint64_t number = 0;
    while ((uint32_t)number == 0) /* the half that stands in blocks */
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            number = bdev_now_ns() ^ (uint64_t)getpid() << 32;
    return number;
}

static void close_space(struct chimaera_bdev *self)
{
    if (!self->has_space)
        return;
    bdev_space_fini(&self->space);
    bdev_log_fini(&self->log);
    self->has_space = false;
}

/* ---- what it holds */

enum how { AS_IT_IS, ANEW_ON_EMPTY, ANEW_OVER_SOMETHING };

/* A map of the device in `super`. */
static int open_blocks(struct chimaera_bdev *self, const struct bdev_superblock *super,
                       enum how how)
{
    struct bdev_map map;
    int rc = bdev_map_init(&map, super->data_size, super->unit_shift);
    if (rc < 0)
        return rc;
    rc = how == AS_IT_IS
             ? bdev_log_open(&self->log, &self->store.base, super, &map)
             : bdev_log_format(&self->log, &self->store.base, super, &map, how == ANEW_ON_EMPTY);
    if (rc == 0)
        rc = bdev_space_init(&self->space, &map, &self->log, (uint32_t)super->device);
    if (rc < 0) {
        bdev_log_fini(&self->log);
        bdev_map_fini(&map);
        return rc == -EUCLEAN ? bdev_refuse(rc, "the map of %s is damaged", self->base.pool_name)
                              : bdev_refuse(rc, "cannot read or write the map of %s: %s",
                                            self->base.pool_name, chi_strerror(rc));
    }
    self->has_space = true;
    self->data_offset = super->data_offset;
    self->size = super->data_size;
    self->params.alignment = 1u << super->unit_shift;
    return 0;
}

static int format_blocks(struct chimaera_bdev *self, uint64_t size, bool empty)
{
    struct bdev_superblock super;
    uint32_t shift = (uint32_t)__builtin_ctz(self->params.alignment);
    int rc = bdev_super_lay_out(&super, size, shift, random_number());
    if (rc < 0)
        return bdev_refuse(rc, "%s: %" PRIu64 " bytes are too %s for a map and blocks of %" PRIu32,
                           self->base.pool_name, size, rc == -ENOSPC ? "few" : "many",
                           self->params.alignment);
    return open_blocks(self, &super, empty ? ANEW_ON_EMPTY : ANEW_OVER_SOMETHING);
}

static int reopen_blocks(struct chimaera_bdev *self, const struct bdev_superblock *super,
                         bool alignment_given)
{
    const char *path = self->base.pool_name;
    if (alignment_given && self->params.alignment != 1u << super->unit_shift)
        return bdev_refuse(-EINVAL, "%s has blocks of %u bytes, not of %" PRIu32, path,
                           1u << super->unit_shift, self->params.alignment);
    if (self->params.total_size != 0 && self->params.total_size != super->size)
        return bdev_refuse(-EINVAL, "%s was made for %" PRIu64 " bytes, not %" PRIu64, path,
                           super->size, self->params.total_size);
    return open_blocks(self, super, AS_IT_IS);
}

/* Decides by what the superblock's place holds. `found`: of bdev_super_read(). */
static int adopt(struct chimaera_bdev *self, struct bdev_path *file, int found,
                 const struct bdev_superblock *super, bool alignment_given)
{
    const char *path = self->base.pool_name;
    bool force = self->params.force != 0;

    if (found < 0 && found != -ENOENT && found != -EUCLEAN && found != -ENOTSUP && found != -ENOSPC)
        return bdev_refuse(found, "cannot read %s: %s", path, chi_strerror(found));
    if ((found != 0 || self->params.mode == CHIMAERA_BDEV_MODE_RAW) &&
        self->params.total_size > file->size)
        return bdev_refuse(-ENOSPC, "%s has %" PRIu64 " bytes; total_size asks for %" PRIu64, path,
                           file->size, self->params.total_size);
    if (self->params.mode == CHIMAERA_BDEV_MODE_RAW) {
        if (found != -ENOENT && !force)
            return bdev_refuse(-EEXIST,
                               "%s holds a block map, which mode raw would overwrite. Give force "
                               "to have it so",
                               path);
        self->size = self->params.total_size != 0 ? self->params.total_size : file->size;
        /* Nobody shall find a map, or the mark of one, where others write. */
        return found != -ENOENT || file->unfinished ? bdev_super_begin(&self->store.base, false)
                                                    : 0;
    }
    if (found == 0) {
        found = reopen_blocks(self, super, alignment_given);
        if (found != -EUCLEAN || !force)
            return found;
    }
    if (!force && found == -EUCLEAN)
        return bdev_refuse(found, "the superblock of %s is damaged; force makes it anew and empty",
                           path);
    if (!force && found == -ENOTSUP)
        return bdev_refuse(found, "%s was made by another version of this module", path);
    if (!force && found == -ENOSPC)
        return bdev_refuse(found, "%s is shorter than when its map was made", path);
    if (!force && !file->empty)
        return bdev_refuse(-EEXIST,
                           "%s holds something else, which a pool would overwrite. Give force to "
                           "have it so",
                           path);
    return format_blocks(self, self->params.total_size != 0 ? self->params.total_size : file->size,
                         file->empty);
}

static int open_device(struct chimaera_bdev *self, bool alignment_given)
{
    struct chimaera_bdev_create_params *params = &self->params;
    struct bdev_superblock super;
    struct bdev_path file;

    int rc = bdev_path_open(self->base.pool_name, params, &file);
    if (rc < 0)
        return rc;
    rc = bdev_path_make_size(&file, params);
    if (rc < 0)
        goto give_up;
    int flags = fcntl(file.fd, F_GETFL) & ~O_NONBLOCK;
    (void)fcntl(file.fd, F_SETFL, flags);
    (void)fcntl(file.fd, F_SETFL, flags | O_DIRECT); /* where the file system has it */
    rc = bdev_device_init(&self->file, file.fd, file.size, params->io_depth, params->engine);
    if (rc < 0) {
        bdev_refuse(rc, "pool \"%s\": engine uring is not to be had: %s", file.path,
                    chi_strerror(rc));
        goto give_up;
    }
    bdev_device_store_init(&self->store, &self->file);
    rc = bdev_super_read(&self->store.base, file.size, &super);
    rc = adopt(self, &file, rc, &super, alignment_given);
    if (rc == 0 && file.created)
        rc = bdev_path_sync(&file);
    if (rc < 0) {
        close_space(self);
        if (file.created)
            unlink(file.path);
        bdev_device_fini(&self->file);
        return rc;
    }
    self->file_open = true;
    return 0;

give_up:
    bdev_path_close(&file);
    return rc;
}

/* ---- memory */

static int open_memory(struct chimaera_bdev *self)
{
    const struct chimaera_bdev_create_params *params = &self->params;
    const char *name = self->base.pool_name;
    struct bdev_map map;
    uint64_t left;

    if (params->total_size < params->alignment)
        return bdev_refuse(-EINVAL,
                           "pool \"%s\": total_size is %" PRIu64
                           " bytes; the least is a unit of alignment, %" PRIu32,
                           name, params->total_size, params->alignment);
    int rc = bdev_ram_init(&self->ram, params->total_size, &left);
    if (rc < 0)
        return bdev_refuse(rc,
                           "pool \"%s\": cannot have %" PRIu64
                           " bytes of memory; beside the other RAM pools this machine has %" PRIu64,
                           name, params->total_size, left);
    self->size = params->total_size;
    if (params->mode == CHIMAERA_BDEV_MODE_RAW)
        return 0;
    rc = bdev_map_init(&map, params->total_size, (uint32_t)__builtin_ctz(params->alignment));
    if (rc == 0) {
        rc = bdev_space_init(&self->space, &map, NULL, (uint32_t)random_number());
        if (rc < 0)
            bdev_map_fini(&map);
    }
    if (rc < 0) {
        bdev_ram_fini(&self->ram);
        return bdev_refuse(rc, "pool \"%s\": no memory for the block map of %" PRIu64 " bytes",
                           name, params->total_size);
    }
    self->has_space = true;
    self->size = self->space.map.size;
    return 0;
}

/* ---- both */

int bdev_open(struct chimaera_bdev *self)
{
    bool alignment_given = self->params.alignment != 0;
    if (!alignment_given)
        self->params.alignment = 4096;
    if (self->params.io_depth == 0)
        self->params.io_depth = 32;
    if (bdev_metrics_init(&self->metrics) < 0)
        return -ENOMEM;
    int rc = self->params.type == CHIMAERA_BDEV_TYPE_RAM ? open_memory(self)
                                                         : open_device(self, alignment_given);
    if (rc < 0)
        bdev_metrics_fini(&self->metrics);
    return rc;
}

int bdev_flush(struct chimaera_bdev *self)
{
    if (self->has_space)
        return bdev_space_flush(&self->space);
    return self->file_open ? self->store.base.flush(&self->store.base) : 0;
}

int bdev_close(struct chimaera_bdev *self)
{
    int rc = bdev_flush(self);
    if (rc < 0)
        chi_log_error("bdev", "%s: what was last done is not on the device: %s",
                      self->base.pool_name, chi_strerror(rc));
    close_space(self);
    if (self->file_open)
        bdev_device_fini(&self->file);
    bdev_ram_fini(&self->ram);
    bdev_metrics_fini(&self->metrics);
    self->file_open = false;
    return rc;
}
