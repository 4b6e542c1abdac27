/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime/module/elf_image.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#elif defined(__riscv)
#define MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define MACHINE EM_PPC64
#else
#define MACHINE EM_NONE /* not compared */
#endif

typedef ElfW(Ehdr) ehdr_t;
typedef ElfW(Phdr) phdr_t;
typedef ElfW(Shdr) shdr_t;
typedef ElfW(Dyn) dyn_t;
typedef ElfW(Sym) sym_t;

static bool is_inside(const struct chi_elf_image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

static ehdr_t header_of(const struct chi_elf_image *image)
{
    ehdr_t header;
    memcpy(&header, image->bytes, sizeof(header));
    return header;
}

static phdr_t segment_of(const struct chi_elf_image *image, const ehdr_t *header, uint32_t i)
{
    phdr_t segment;
    memcpy(&segment, image->bytes + header->e_phoff + (uint64_t)i * sizeof(segment),
           sizeof(segment));
    return segment;
}

static shdr_t section_of(const struct chi_elf_image *image, const ehdr_t *header, uint32_t i)
{
    shdr_t section;
    memcpy(&section, image->bytes + header->e_shoff + (uint64_t)i * sizeof(section),
           sizeof(section));
    return section;
}

static const char *check_header(const struct chi_elf_image *image)
{
    if (image->size < sizeof(ehdr_t) || memcmp(image->bytes, ELFMAG, SELFMAG) != 0)
        return "it is no ELF file";
    ehdr_t header = header_of(image);
    if (header.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
        header.e_ident[EI_DATA] !=
            (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB) ||
        (MACHINE != EM_NONE && header.e_machine != MACHINE))
        return "it was built for another kind of machine";
    if (header.e_type != ET_DYN)
        return "it is no shared library";
    if (header.e_phentsize != sizeof(phdr_t) || header.e_phnum == 0 ||
        !is_inside(image, header.e_phoff, (uint64_t)header.e_phnum * sizeof(phdr_t)))
        return "it is cut short, or damaged: its table of segments lies outside";
    return NULL;
}

const char *chi_elf_check(const struct chi_elf_image *image)
{
    const char *wrong = check_header(image);
    if (wrong != NULL)
        return wrong;
    ehdr_t header = header_of(image);
    bool dynamic = false;
    for (uint32_t i = 0; i < header.e_phnum; i++) {
        phdr_t segment = segment_of(image, &header, i);
        if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC)
            continue;
        if (!is_inside(image, segment.p_offset, segment.p_filesz) ||
            segment.p_memsz < segment.p_filesz)
            return "it is cut short, or damaged: a segment ends behind its end";
        dynamic |= segment.p_type == PT_DYNAMIC && segment.p_filesz >= sizeof(dyn_t);
    }
    if (!dynamic)
        return "it has no dynamic section";
    if (header.e_shoff == 0)
        return NULL;
    if (header.e_shentsize != sizeof(shdr_t) ||
        !is_inside(image, header.e_shoff, (uint64_t)header.e_shnum * sizeof(shdr_t)))
        return "it is cut short, or damaged: its table of sections lies outside";
    for (uint32_t i = 0; i < header.e_shnum; i++) {
        shdr_t section = section_of(image, &header, i);
        if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
            !is_inside(image, section.sh_offset, section.sh_size))
            return "it is cut short, or damaged: a section ends behind its end";
    }
    return NULL;
}

/* Returns where an address of the loaded library lies in the file; the image's size: nowhere. */
static uint64_t offset_of(const struct chi_elf_image *image, const ehdr_t *header, uint64_t address)
{
    for (uint32_t i = 0; i < header->e_phnum; i++) {
        phdr_t segment = segment_of(image, header, i);
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
            address - segment.p_vaddr < segment.p_filesz)
            return segment.p_offset + (address - segment.p_vaddr);
    }
    return image->size;
}

struct dynamic {
    uint64_t offset;
    uint64_t count;
    uint64_t strings; /* offset */
    uint64_t strings_size;
};

static dyn_t entry_of(const struct chi_elf_image *image, const struct dynamic *dynamic, uint64_t i)
{
    dyn_t entry;
    memcpy(&entry, image->bytes + dynamic->offset + i * sizeof(entry), sizeof(entry));
    return entry;
}

/* Returns the string, or NULL if it does not end within the table. */
static const char *string_at(const struct chi_elf_image *image, const struct dynamic *dynamic,
                             uint64_t at)
{
    if (at >= dynamic->strings_size)
        return NULL;
    const char *text = (const char *)image->bytes + dynamic->strings + at;
    return memchr(text, '\0', dynamic->strings_size - at) != NULL ? text : NULL;
}

static bool find_dynamic(const struct chi_elf_image *image, struct dynamic *dynamic)
{
    ehdr_t header = header_of(image);
    *dynamic = (struct dynamic){.strings = image->size};
    for (uint32_t i = 0; i < header.e_phnum; i++) {
        phdr_t segment = segment_of(image, &header, i);
        if (segment.p_type != PT_DYNAMIC)
            continue;
        dynamic->offset = segment.p_offset;
        dynamic->count = segment.p_filesz / sizeof(dyn_t);
    }
    for (uint64_t i = 0; i < dynamic->count; i++) {
        dyn_t entry = entry_of(image, dynamic, i);
        if (entry.d_tag == DT_NULL)
            dynamic->count = i;
        else if (entry.d_tag == DT_STRTAB)
            dynamic->strings = offset_of(image, &header, entry.d_un.d_ptr);
        else if (entry.d_tag == DT_STRSZ)
            dynamic->strings_size = entry.d_un.d_val;
    }
    return is_inside(image, dynamic->strings, dynamic->strings_size) && dynamic->strings_size > 0;
}

void chi_elf_visit_needed(const struct chi_elf_image *image,
                          void (*visit)(void *context, const char *needed, const char *search),
                          void *context)
{
    struct dynamic dynamic;
    const char *search = "";

    if (!find_dynamic(image, &dynamic))
        return;
    for (uint64_t i = 0; i < dynamic.count; i++) { /* DT_RUNPATH replaces DT_RPATH */
        dyn_t entry = entry_of(image, &dynamic, i);
        const char *text = NULL;
        if (entry.d_tag == DT_RUNPATH || (entry.d_tag == DT_RPATH && *search == '\0'))
            text = string_at(image, &dynamic, entry.d_un.d_val);
        search = text != NULL ? text : search;
    }
    for (uint64_t i = 0; i < dynamic.count; i++) {
        dyn_t entry = entry_of(image, &dynamic, i);
        const char *needed =
            entry.d_tag == DT_NEEDED ? string_at(image, &dynamic, entry.d_un.d_val) : NULL;
        if (needed != NULL)
            visit(context, needed, search);
    }
}

bool chi_elf_find_function(const struct chi_elf_image *image, uint64_t address, char *name,
                           size_t size, uint64_t *offset)
{
    ehdr_t header = header_of(image);
    for (uint32_t i = 0; header.e_shoff != 0 && i < header.e_shnum; i++) {
        shdr_t table = section_of(image, &header, i);
        if (table.sh_type != SHT_SYMTAB || table.sh_link >= header.e_shnum)
            continue;
        shdr_t strings = section_of(image, &header, table.sh_link);
        if (strings.sh_type != SHT_STRTAB) /* where others lie was not checked */
            continue;
        for (uint64_t at = 0; at + sizeof(sym_t) <= table.sh_size; at += sizeof(sym_t)) {
            sym_t symbol;
            memcpy(&symbol, image->bytes + table.sh_offset + at, sizeof(symbol));
            if ((symbol.st_info & 0xF) != STT_FUNC || address < symbol.st_value ||
                address - symbol.st_value >= symbol.st_size || symbol.st_name >= strings.sh_size)
                continue;
            uint64_t length = strings.sh_size - symbol.st_name;
            length = length < size - 1 ? length : size - 1;
            memcpy(name, image->bytes + strings.sh_offset + symbol.st_name, length);
            name[length] = '\0';
            *offset = address - symbol.st_value;
            return true;
        }
    }
    return false;
}
