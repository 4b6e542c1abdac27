/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding functions in files of libraries, also where their sections are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include "runtime/module/elf_image.h"

#define ADDRESS 0x1000u

enum { SYMBOLS, STRINGS, SECTIONS };

/* A library with one function, and no code. */
struct file {
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    ElfW(Shdr) sections[SECTIONS];
    ElfW(Dyn) dynamic;
    ElfW(Sym) symbol;
    char strings[8];
};

static struct file make(void)
{
    struct file file = {
        .segment = {.p_type = PT_DYNAMIC,
                    .p_offset = offsetof(struct file, dynamic),
                    .p_filesz = sizeof(file.dynamic),
                    .p_memsz = sizeof(file.dynamic)},
        .sections = {[SYMBOLS] = {.sh_type = SHT_SYMTAB,
                                  .sh_offset = offsetof(struct file, symbol),
                                  .sh_size = sizeof(file.symbol),
                                  .sh_link = STRINGS},
                     [STRINGS] = {.sh_type = SHT_STRTAB,
                                  .sh_offset = offsetof(struct file, strings),
                                  .sh_size = sizeof(file.strings)}},
        .symbol = {.st_name = 1, .st_info = STT_FUNC, .st_value = ADDRESS, .st_size = 16},
        .strings = "\0handle"};
    /* Class, byte order and machine are those of this program. */
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, &file.header, sizeof(file.header)), sizeof(file.header));
    close(fd);
    file.header.e_type = ET_DYN;
    file.header.e_phoff = offsetof(struct file, segment);
    file.header.e_phnum = 1;
    file.header.e_shoff = offsetof(struct file, sections);
    file.header.e_shnum = SECTIONS;
    return file;
}

static bool find(const struct file *file, uint64_t address, char name[16], uint64_t *offset)
{
    const struct chi_elf_image image = {.bytes = (const uint8_t *)file, .size = sizeof(*file)};
    assert_null(chi_elf_check(&image));
    return chi_elf_find_function(&image, address, name, 16, offset);
}

static void a_function_is_found_by_an_address_within_it(void **state)
{
    struct file file = make();
    uint64_t offset;
    char name[16];
    (void)state;
    assert_true(find(&file, ADDRESS + 5, name, &offset));
    assert_string_equal(name, "handle");
    assert_int_equal(offset, 5);
    assert_false(find(&file, ADDRESS - 1, name, &offset));
    assert_false(find(&file, ADDRESS + 16, name, &offset));
}

/* The check does not read where a section lies that has no bytes in the file. */
static void names_are_read_from_a_table_of_strings_only(void **state)
{
    struct file file = make();
    uint64_t offset;
    char name[16];
    (void)state;
    file.sections[STRINGS].sh_type = SHT_NOBITS;
    file.sections[STRINGS].sh_offset = (uint64_t)1 << 40;
    assert_false(find(&file, ADDRESS, name, &offset));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_found_by_an_address_within_it),
        cmocka_unit_test(names_are_read_from_a_table_of_strings_only),
    };
    return cmocka_run_group_tests_name("elf image", tests, NULL, NULL);
}
