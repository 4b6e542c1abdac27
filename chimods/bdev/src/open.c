/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens and closes a device. See open.h. */
#include "open.h"

#include "create_error.h"
#include "path.h"
#include "ram.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/random.h>
#include <unistd.h>

static uint64_t random_number(void)
{
    uint64_t number = 0;
    while ((uint32_t)number == 0) /* the half that blocks name */
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

/* ---- mode blocks on a file */

enum how { LOAD, FORMAT_EMPTY, FORMAT_OVER_DATA };

/* Loads or formats the map that `super` describes. */
static int open_blocks(struct chimaera_bdev *self, const struct bdev_superblock *super,
                       enum how how)
{
    struct bdev_map map;
    int rc = bdev_map_init(&map, super->data_size, super->unit_shift);
    if (rc < 0)
        return rc;
    rc = how == LOAD
             ? bdev_log_open(&self->log, &self->store.base, super, &map)
             : bdev_log_format(&self->log, &self->store.base, super, &map, how == FORMAT_EMPTY);
    if (rc == 0)
        rc = bdev_space_init(&self->space, &map, &self->log, (uint32_t)super->device);
    if (rc < 0) {
        bdev_log_fini(&self->log);
        bdev_map_fini(&map);
        return rc == -EUCLEAN ? bdev_fail(rc, "the map of %s is damaged", self->base.pool_name)
                              : bdev_fail(rc, "cannot read or write the map of %s: %s",
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
        return bdev_fail(
            rc,
            "%s: a size of %" PRIu64 " bytes is too %s for a map and blocks of %" PRIu32 " bytes",
            self->base.pool_name, size, rc == -ENOSPC ? "small" : "large", self->params.alignment);
    return open_blocks(self, &super, empty ? FORMAT_EMPTY : FORMAT_OVER_DATA);
}

static int reopen_blocks(struct chimaera_bdev *self, const struct bdev_superblock *super,
                         bool alignment_given)
{
    const char *path = self->base.pool_name;
    if (alignment_given && self->params.alignment != 1u << super->unit_shift)
        return bdev_fail(-EINVAL, "%s was formatted with an alignment of %u bytes, not %" PRIu32,
                         path, 1u << super->unit_shift, self->params.alignment);
    if (self->params.total_size != 0 && self->params.total_size != super->size)
        return bdev_fail(-EINVAL,
                         "%s was formatted with a total_size of %" PRIu64 " bytes, not %" PRIu64,
                         path, super->size, self->params.total_size);
    return open_blocks(self, super, LOAD);
}

/* Decides what to do with the file. `found`: the code of bdev_super_read(). */
static int adopt(struct chimaera_bdev *self, struct bdev_path *file, int found,
                 const struct bdev_superblock *super, bool alignment_given)
{
    const char *path = self->base.pool_name;
    bool force = self->params.force != 0;

    if (found < 0 && found != -ENOENT && found != -EUCLEAN && found != -ENOTSUP && found != -ENOSPC)
        return bdev_fail(found, "cannot read %s: %s", path, chi_strerror(found));
    if ((found != 0 || self->params.mode == CHIMAERA_BDEV_MODE_RAW) &&
        self->params.total_size > file->size)
        return bdev_fail(-ENOSPC, "%s has %" PRIu64 " bytes, less than the total_size of %" PRIu64,
                         path, file->size, self->params.total_size);
    if (self->params.mode == CHIMAERA_BDEV_MODE_RAW) {
        if (found != -ENOENT && !force)
            return bdev_fail(-EEXIST,
                             "%s holds a block map, which mode raw would overwrite; use force to "
                             "erase it",
                             path);
        self->size = self->params.total_size != 0 ? self->params.total_size : file->size;
        /* Erases a map, and the marker of an interrupted format, before the owner writes there. */
        return found != -ENOENT || file->interrupted
                   ? bdev_super_begin_format(&self->store.base, false)
                   : 0;
    }
    if (found == 0) {
        found = reopen_blocks(self, super, alignment_given);
        if (found != -EUCLEAN || !force)
            return found;
    }
    if (!force && found == -EUCLEAN)
        return bdev_fail(found, "the superblock of %s is damaged; use force to format it anew",
                         path);
    if (!force && found == -ENOTSUP)
        return bdev_fail(found, "%s was formatted by another version of this module", path);
    if (!force && found == -ENOSPC)
        return bdev_fail(found, "%s is smaller than when it was formatted", path);
    if (!force && !file->empty)
        return bdev_fail(-EEXIST,
                         "%s holds other data, which a pool would overwrite; use force to "
                         "overwrite it",
                         path);
    return format_blocks(self, self->params.total_size != 0 ? self->params.total_size : file->size,
                         file->empty);
}

static int open_device(struct chimaera_bdev *self, bool alignment_given)
{
    struct chimaera_bdev_create_params *params = &self->params;
    struct bdev_superblock super;
    struct bdev_path file;

    int rc = bdev_path_open(&self->base, self->base.pool_name, params, &file);
    if (rc < 0)
        return rc;
    rc = bdev_path_set_size(&file, params);
    if (rc < 0)
        goto close_path;
    int flags = fcntl(file.fd, F_GETFL) & ~O_NONBLOCK;
    (void)fcntl(file.fd, F_SETFL, flags);
    (void)fcntl(file.fd, F_SETFL,
                flags | O_DIRECT); /* fails where the file system has no direct I/O */
    rc = bdev_device_init_file(&self->device, file.fd, file.size, params->io_depth, params->engine);
    if (rc < 0) {
        bdev_fail(rc, "pool \"%s\": cannot use engine %s: %s", file.path,
                  params->engine == CHIMAERA_BDEV_ENGINE_URING ? "uring" : "threads",
                  chi_strerror(rc));
        goto close_path;
    }
    bdev_device_store_init(&self->store, &self->device);
    rc = bdev_super_read(&self->store.base, file.size, &super);
    rc = adopt(self, &file, rc, &super, alignment_given);
    if (rc == 0 && file.created)
        rc = bdev_path_sync(&file);
    if (rc < 0) {
        close_space(self);
        if (file.created)
            unlink(file.path);
        bdev_device_fini(&self->device);
        return rc;
    }
    self->device_open = true;
    return 0;

close_path:
    bdev_path_close(&file);
    return rc;
}

/* ---- RAM */

static int open_ram(struct chimaera_bdev *self)
{
    const struct chimaera_bdev_create_params *params = &self->params;
    const char *name = self->base.pool_name;
    struct bdev_map map;

    if (params->total_size < params->alignment)
        return bdev_fail(-EINVAL,
                         "pool \"%s\": total_size is %" PRIu64
                         " bytes; it must be at least the alignment, %" PRIu32,
                         name, params->total_size, params->alignment);
    int rc = bdev_device_init_ram(&self->device, params->total_size, params->io_depth);
    if (rc < 0)
        return bdev_fail(rc,
                         "pool \"%s\": cannot reserve %" PRIu64
                         " bytes of memory; beside other RAM pools %" PRIu64 " are available",
                         name, params->total_size, bdev_ram_available());
    self->device_open = true;
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
        bdev_device_fini(&self->device);
        self->device_open = false;
        return bdev_fail(rc, "pool \"%s\": no memory for the block map of %" PRIu64 " bytes", name,
                         params->total_size);
    }
    self->has_space = true;
    self->size = self->space.map.size;
    return 0;
}

/* ---- open, flush, close */

int bdev_open(struct chimaera_bdev *self)
{
    bool alignment_given = self->params.alignment != 0;
    if (!alignment_given)
        self->params.alignment = 4096;
    if (self->params.io_depth == 0)
        self->params.io_depth = 32;
    if (bdev_metrics_init(&self->metrics) < 0)
        return -ENOMEM;
    int rc = self->params.type == CHIMAERA_BDEV_TYPE_RAM ? open_ram(self)
                                                         : open_device(self, alignment_given);
    if (rc < 0)
        bdev_metrics_fini(&self->metrics);
    return rc;
}

int bdev_flush(struct chimaera_bdev *self)
{
    if (self->has_space)
        return bdev_space_flush(&self->space);
    struct bdev_op op = {.kind = BDEV_OP_FLUSH};
    return self->device_open ? bdev_op_run(&self->device, &op) : 0;
}

int bdev_close(struct chimaera_bdev *self)
{
    int rc = bdev_flush(self);
    if (rc < 0)
        chi_log_error("bdev", "%s: cannot flush the latest changes to the device: %s",
                      self->base.pool_name, chi_strerror(rc));
    close_space(self);
    if (self->device_open)
        bdev_device_fini(&self->device);
    bdev_metrics_fini(&self->metrics);
    self->device_open = false;
    return rc;
}
