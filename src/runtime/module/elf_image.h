/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A shared library's file in memory, before the dynamic linker gets it. The linker trusts the file:
 * it maps what the headers say, and a process that touches a page behind the end of the file is
 * killed. Called by library.c, on any thread. Reads only within the image.
 */
#ifndef CHI_RUNTIME_MODULE_ELF_IMAGE_H
#define CHI_RUNTIME_MODULE_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chi_elf_image {
    const uint8_t *bytes;
    size_t size;
};

/*
 * Checks that it is a shared library for this machine, whose segments and sections lie within it.
 * Returns NULL, or what is wrong.
 */
const char *chi_elf_check(const struct chi_elf_image *image);

/*
 * Calls `visit` for each library that it needs. `search` are the folders that it names for them,
 * separated by ':' and with $ORIGIN unexpanded; "" if it names none.
 */
void chi_elf_visit_needed(const struct chi_elf_image *image,
                          void (*visit)(void *context, const char *needed, const char *search),
                          void *context);

/*
 * Finds the function at an address, relative to where the library is loaded, in its table of
 * symbols. The image has passed chi_elf_check(). Async-signal-safe.
 *   name     set to the function's name, cut to `size` bytes
 *   offset   set to the distance from its begin
 * Returns false if the library is stripped, or if no function lies there.
 */
bool chi_elf_find_function(const struct chi_elf_image *image, uint64_t address, char *name,
                           size_t size, uint64_t *offset);

#endif
