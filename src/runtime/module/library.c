/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime/module/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chimaera/log.h"
#include "chimaera/status.h"
#include "runtime/module/elf_image.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u /* Linux 6.3 */
#endif

#define SIZE_MAX_OF_FILE ((uint64_t)1 << 30)

/* ---- reading */

/* A file that shrinks meanwhile gives less, and fails the check. */
static int read_all(int fd, uint8_t *bytes, size_t size, size_t *got)
{
    for (*got = 0; *got < size;) {
        ssize_t n = read(fd, bytes + *got, size - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return 0;
}

static int read_image(const char *path, uint8_t **bytes, size_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
    if (fd < 0)
        return chi_error(-errno, "cannot open %s: %s", path, strerror(errno));
    int rc = fstat(fd, &st) < 0 ? -errno : 0;
    if (rc == 0 && !S_ISREG(st.st_mode))
        rc = chi_error(CHI_EBADMODULE, "%s is not a regular file", path);
    else if (rc == 0 && (uint64_t)st.st_size > SIZE_MAX_OF_FILE)
        rc = chi_error(CHI_EBADMODULE, "%s has more than 1 GiB", path);
    else if (rc < 0)
        chi_error(rc, "cannot read the attributes of %s: %s", path, chi_strerror(rc));
    *bytes = rc == 0 ? malloc((size_t)st.st_size + 1) : NULL;
    if (rc == 0 && *bytes == NULL)
        rc = chi_error(-ENOMEM, "out of memory while reading %s", path);
    if (rc == 0) {
        rc = read_all(fd, *bytes, (size_t)st.st_size, size);
        if (rc < 0)
            chi_error(rc, "cannot read %s: %s", path, chi_strerror(rc));
    }
    if (rc < 0) {
        free(*bytes);
        *bytes = NULL;
    }
    close(fd);
    return rc;
}

/* ---- the copy */

/* Returns a sealed file in memory with that content, or -1. */
static int make_copy(const char *path, const uint8_t *bytes, size_t size)
{
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = memfd_create(name, flags | MFD_EXEC);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, flags);
    for (size_t done = 0; fd >= 0 && done < size;) {
        ssize_t n = write(fd, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    if (fd >= 0)
        fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return fd;
}

/* The folder of the file, for $ORIGIN. */
struct needs {
    struct chi_library *library;
    const char *path;
    int folder; /* length */
};

/* Writes an element of a search path with $ORIGIN expanded. False: it has other variables, or is
 * relative. */
static bool expand(const struct needs *needs, const char *element, size_t length, char *out,
                   size_t size)
{
    static const char *const names[] = {"$ORIGIN", "${ORIGIN}"};
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        size_t skip = 0;
        for (int n = 0; n < 2; n++)
            if (length - i >= strlen(names[n]) &&
                strncmp(element + i, names[n], strlen(names[n])) == 0)
                skip = strlen(names[n]);
        int n = skip > 0 ? snprintf(out + used, size - used, "%.*s", needs->folder, needs->path)
                         : snprintf(out + used, size - used, "%c", element[i]);
        if (n < 0 || (size_t)n >= size - used || (skip == 0 && element[i] == '$'))
            return false;
        used += (size_t)n;
        i += skip > 0 ? skip : 1;
    }
    out[used] = '\0';
    return out[0] == '/';
}

/* Loads a needed library from where the original would find it. Later the dynamic linker finds it
 * loaded, by its name; what is found nowhere here, it searches for itself. */
static void load_needed(void *context, const char *needed, const char *search)
{
    struct needs *needs = context;
    struct chi_library *library = needs->library;
    char folder[PATH_MAX], file[PATH_MAX];

    void *loaded = dlopen(needed, RTLD_NOW | RTLD_NOLOAD);
    if (loaded != NULL) {
        dlclose(loaded);
        return;
    }
    while (*search != '\0' && library->needed_count < CHI_LIBRARY_NEEDED_MAX) {
        size_t length = strcspn(search, ":");
        int n = -1;
        if (expand(needs, search, length, folder, sizeof(folder)))
            n = snprintf(file, sizeof(file), "%s/%s", folder, needed);
        search += length + (search[length] == ':');
        if (n < 0 || (size_t)n >= sizeof(file) || access(file, F_OK) != 0)
            continue;
        loaded = dlopen(file, RTLD_NOW | RTLD_LOCAL);
        if (loaded == NULL)
            continue;
        library->needed[library->needed_count++] = loaded;
        return;
    }
}

/* Debuggers find the copy under this name, as long as the process lives. */
static void *open_by_number(int fd, int flags)
{
    char name[64];
    snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)getpid(), fd);
    return dlopen(name, flags);
}

static void open_copy(struct chi_library *library, const char *path,
                      const struct chi_elf_image *image)
{
    struct needs needs = {.library = library, .path = path};

    library->copy = make_copy(path, image->bytes, image->size);
    if (library->copy < 0)
        return;
    needs.folder = (int)(strrchr(path, '/') - path);
    chi_elf_visit_needed(image, load_needed, &needs);
    library->handle = open_by_number(library->copy, RTLD_NOW | RTLD_LOCAL);
    if (library->handle == NULL) {
        close(library->copy);
        library->copy = -1;
    }
}

int chi_library_open(struct chi_library *library, const char *path, bool copied)
{
    struct chi_elf_image image = {0};
    uint8_t *bytes = NULL;

    *library = (struct chi_library){.copy = -1};
    int rc = read_image(path, &bytes, &image.size);
    if (rc < 0)
        return rc;
    image.bytes = bytes;
    const char *wrong = chi_elf_check(&image);
    if (wrong != NULL) {
        rc = chi_error(CHI_EBADMODULE, "cannot load %s: %s", path, wrong);
    } else if (copied && strchr(path, '/') != NULL) {
        open_copy(library, path, &image);
    }
    free(bytes);
    if (rc < 0)
        return rc;
    if (library->handle == NULL) { /* also where the copy could not be loaded: for the message */
        library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library->handle != NULL && copied)
            chi_log_warn("modules",
                         "%s: no private copy could be loaded; do not change the file while this "
                         "process runs",
                         path);
    }
    if (library->handle == NULL) {
        rc = chi_error(CHI_EBADMODULE, "cannot load %s: %s", path, dlerror());
        chi_library_close(library);
        return rc;
    }
    struct link_map *map = NULL;
    if (dlinfo(library->handle, RTLD_DI_LINKMAP, &map) == 0)
        library->base = (const void *)map->l_addr;
    return 0;
}

/* The dynamic linker would give the library to who loads another copy under the same name. */
static bool keeps_name(int copy)
{
    void *handle = open_by_number(copy, RTLD_NOW | RTLD_NOLOAD);
    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}

void chi_library_close(struct chi_library *library)
{
    int copy = library->copy;
    if (library->handle != NULL)
        dlclose(library->handle);
    while (library->needed_count > 0)
        dlclose(library->needed[--library->needed_count]);
    if (copy >= 0 && !keeps_name(copy)) {
        close(copy);
        copy = -1;
    }
    *library = (struct chi_library){.copy = copy};
}
