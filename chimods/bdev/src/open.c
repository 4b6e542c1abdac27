/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening and closing a device: memory, or a file that is empty, ours, raw or refused. In Create
 * and Destroy of a container.
 */
#include "bdev_runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_AT      ((uint64_t)1 << 20) /* bytes at both ends of a block device, to find it empty */
#define BUSY_NS      500000000u          /* how long a file may seem in use */
#define BUSY_STEP_NS 5000000u

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

/* A file on its way to become a device. */
struct opened {
    const char *path;
    int fd;
    bool regular;
    bool created;  /* by us; removed again where Create fails */
    bool empty;    /* holds nothing that could be lost */
    uint64_t size; /* bytes */
};

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

/* ---- the file */

static bool is_zero(int fd, uint64_t offset, uint64_t size, void *memory)
{
    const uint64_t *words = memory;
    if (pread(fd, memory, size, (off_t)offset) != (ssize_t)size)
        return false;
    for (uint64_t i = 0; i < size / sizeof *words; i++)
        if (words[i] != 0)
            return false;
    return true;
}

/* A file without data, or a block device that begins and ends with zeros. */
static bool is_empty(const struct opened *file)
{
    if (file->regular)
        return file->size == 0 || (lseek(file->fd, 0, SEEK_DATA) < 0 && errno == ENXIO);
    uint64_t size = file->size < LOOK_AT ? file->size / 4096 * 4096 : LOOK_AT;
    void *memory = aligned_alloc(4096, LOOK_AT);
    bool empty = memory != NULL && is_zero(file->fd, 0, size, memory) &&
                 is_zero(file->fd, (file->size - size) / 4096 * 4096, size, memory);
    free(memory);
    return empty;
}

static int find_size(struct opened *file)
{
    struct stat info;
    if (fstat(file->fd, &info) < 0)
        return -errno;
    file->regular = S_ISREG(info.st_mode);
    if (!file->regular && !S_ISBLK(info.st_mode))
        return bdev_refuse(-EINVAL, "%s is neither a file nor a block device", file->path);
    file->size = (uint64_t)info.st_size;
    if (!file->regular && ioctl(file->fd, BLKGETSIZE64, &file->size) < 0)
        return -errno;
    file->empty = is_empty(file);
    return 0;
}

/* Makes an empty file as long as total_size. */
static int make_size(struct opened *file, const struct chimaera_bdev_create_params *params)
{
    uint64_t wanted = params->total_size;
    if (!file->regular || !file->empty || wanted <= file->size)
        return file->size > 0 ? 0
                              : bdev_refuse(-ENOSPC,
                                            "%s is empty, and total_size does not say how large "
                                            "the device shall be",
                                            file->path);
    int rc = fallocate(file->fd, 0, 0, (off_t)wanted) < 0 ? -errno : 0;
    if (rc == -EOPNOTSUPP)
        rc = ftruncate(file->fd, (off_t)wanted) < 0 ? -errno : 0;
    if (rc < 0)
        return bdev_refuse(rc, "cannot make %s %" PRIu64 " bytes long: %s", file->path, wanted,
                           chi_strerror(rc));
    file->size = wanted;
    return 0;
}

/* A file that was made here is to be found after a loss of power. */
static int sync_folder(const struct opened *file)
{
    char folder[CHI_POOL_NAME_MAX + 1];
    snprintf(folder, sizeof folder, "%s", file->path);
    strrchr(folder, '/')[1] = '\0'; /* an absolute path has one */
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return rc;
}

static void let_go(struct opened *file)
{
    if (file->created)
        unlink(file->path);
    close(file->fd);
}

static int try_open(const char *path, const struct chimaera_bdev_create_params *params,
                    struct opened *file)
{
    struct stat info;
    int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK; /* a FIFO must not keep us */

    *file = (struct opened){.path = path};
    if (path[0] != '/')
        return bdev_refuse(
            -EINVAL, "pool \"%s\": the name of a file device is its path, which begins with /",
            path);
    if (stat(path, &info) == 0 && S_ISBLK(info.st_mode))
        flags |= O_EXCL; /* not one that is mounted */
    file->fd = open(path, flags);
    if (file->fd < 0 && errno == ENOENT && params->total_size > 0) {
        file->fd = open(path, flags | O_CREAT | O_EXCL, 0600);
        file->created = file->fd >= 0;
    }
    if (file->fd < 0) {
        int rc = -errno;
        return rc == -EBUSY ? rc : bdev_refuse(rc, "cannot open %s: %s", path, chi_strerror(rc));
    }
    int rc = flock(file->fd, LOCK_EX | LOCK_NB) < 0 ? (errno == EWOULDBLOCK ? -EBUSY : -errno) : 0;
    if (rc == 0)
        rc = find_size(file);
    if (rc < 0)
        let_go(file);
    return rc;
}

/* The system takes a moment to take a file from the io_uring of a process that was killed. */
static int open_file(const char *path, const struct chimaera_bdev_create_params *params,
                     struct opened *file)
{
    int rc = try_open(path, params, file);
    for (uint64_t waited = 0; rc == -EBUSY && waited < BUSY_NS; waited += BUSY_STEP_NS) {
        chi_task_sleep(BUSY_STEP_NS);
        rc = try_open(path, params, file);
    }
    return rc == -EBUSY
               ? bdev_refuse(rc, "%s is in use by another pool, another daemon or the system", path)
               : rc;
}

/* ---- what it holds */

/* A map of the device in `super`, as it is on the file or anew. */
static int open_blocks(struct chimaera_bdev *self, const struct bdev_superblock *super, bool format)
{
    struct bdev_map map;
    int rc = bdev_map_init(&map, super->data_size, super->unit_shift);
    if (rc < 0)
        return rc;
    rc = format ? bdev_log_format(&self->log, &self->store.base, super, &map)
                : bdev_log_open(&self->log, &self->store.base, super, &map);
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

static int format_blocks(struct chimaera_bdev *self, uint64_t size)
{
    struct bdev_superblock super;
    uint32_t shift = (uint32_t)__builtin_ctz(self->params.alignment);
    int rc = bdev_super_lay_out(&super, size, shift, random_number());
    if (rc < 0)
        return bdev_refuse(rc, "%s: %" PRIu64 " bytes are too %s for a map and blocks of %" PRIu32,
                           self->base.pool_name, size, rc == -ENOSPC ? "few" : "many",
                           self->params.alignment);
    return open_blocks(self, &super, true);
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
    return open_blocks(self, super, false);
}

/* Decides by what the superblock's place holds. `found`: of bdev_super_read(). */
static int adopt(struct chimaera_bdev *self, struct opened *file, int found,
                 const struct bdev_superblock *super, bool alignment_given)
{
    const char *path = self->base.pool_name;
    bool force = self->params.force != 0;

    if (found < 0 && found != -ENOENT && found != -EUCLEAN && found != -ENOTSUP && found != -ENOSPC)
        return bdev_refuse(found, "cannot read %s: %s", path, chi_strerror(found));
    if (found != 0 && self->params.total_size > file->size)
        return bdev_refuse(-ENOSPC, "%s has %" PRIu64 " bytes; total_size asks for %" PRIu64, path,
                           file->size, self->params.total_size);
    if (self->params.mode == CHIMAERA_BDEV_MODE_RAW) {
        if (found != -ENOENT && !force)
            return bdev_refuse(-EEXIST,
                               "%s holds a block map; mode raw would let it be overwritten. Give "
                               "force to have it so",
                               path);
        self->size = self->params.total_size != 0 ? self->params.total_size : file->size;
        return 0;
    }
    if (found == 0)
        return reopen_blocks(self, super, alignment_given);
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
    return format_blocks(self, self->params.total_size != 0 ? self->params.total_size : file->size);
}

static int open_device(struct chimaera_bdev *self, bool alignment_given)
{
    struct chimaera_bdev_create_params *params = &self->params;
    struct bdev_superblock super;
    struct opened file;

    int rc = open_file(self->base.pool_name, params, &file);
    if (rc < 0)
        return rc;
    rc = make_size(&file, params);
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
        rc = sync_folder(&file);
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
    let_go(&file);
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

int bdev_close(struct chimaera_bdev *self)
{
    int rc = self->has_space ? bdev_space_flush(&self->space) : 0;
    if (rc < 0)
        chi_log_error("bdev", "%s: what was last allocated and freed is not on the device: %s",
                      self->base.pool_name, chi_strerror(rc));
    close_space(self);
    if (self->file_open)
        bdev_device_fini(&self->file);
    bdev_ram_fini(&self->ram);
    bdev_metrics_fini(&self->metrics);
    self->file_open = false;
    return rc;
}
