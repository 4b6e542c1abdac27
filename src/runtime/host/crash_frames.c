/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime/host/crash_frames.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/core/runtime.h"
#include "runtime/module/elf_image.h"
#include "runtime/module/module.h"
#include "runtime/module/pool.h"

/* Finds the function by the table of symbols of the file. */
static bool find_symbol(int fd, uint64_t address, char *name, size_t size, uint64_t *offset)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0)
        return false;
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return false;
    const struct chi_elf_image image = {.bytes = bytes, .size = (size_t)st.st_size};
    bool found =
        chi_elf_check(&image) == NULL && chi_elf_find_function(&image, address, name, size, offset);
    munmap(bytes, (size_t)st.st_size);
    return found;
}

void chi_crash_describe_frame(const struct chi_runtime *runtime, const void *address, char *text,
                              size_t size)
{
    char name[256] = "";
    uint64_t offset = 0;
    Dl_info info = {0};

    if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
        snprintf(text, size, "?");
        return;
    }
    const struct chi_module *module = chi_module_at(&runtime->pools->modules, info.dli_fbase);
    const char *file = module != NULL ? module->path : info.dli_fname;
    uint64_t relative = (uint64_t)((const char *)address - (const char *)info.dli_fbase);
    bool copied = module != NULL && module->library.copy >= 0;
    int fd = copied ? module->library.copy : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (!find_symbol(fd, relative, name, sizeof(name), &offset) && info.dli_sname != NULL) {
        snprintf(name, sizeof(name), "%s", info.dli_sname);
        offset = (uint64_t)((const char *)address - (const char *)info.dli_saddr);
    }
    if (fd >= 0 && !copied)
        close(fd);
    if (name[0] != '\0')
        snprintf(text, size, "%s+0x%llx (%s+0x%llx)", name, (unsigned long long)offset, file,
                 (unsigned long long)relative);
    else
        snprintf(text, size, "(%s+0x%llx)", file, (unsigned long long)relative);
}
