/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls a fuzz target with every file of a folder, and with every beginning of each: the corpus as
 * a test, without a fuzzer. Fails where there is no file.
 */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

#define SIZE_MAX_BYTES 65536
#define BEGINNINGS_MAX 512 /* of longer files every n-th, so that each test stays short */

static size_t replay(const char *path)
{
    static uint8_t data[SIZE_MAX_BYTES];
    FILE *file = fopen(path, "rbe");
    if (!file)
        return 0;
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    size_t step = size / BEGINNINGS_MAX + 1;
    for (size_t part = 0; part <= size; part += step) {
        uint8_t *copy = malloc(part ? part : 1); /* so that a step outside is seen */
        MUST(copy);
        memcpy(copy, data, part);
        LLVMFuzzerTestOneInput(copy, part);
        free(copy);
    }
    LLVMFuzzerTestOneInput(data, size);
    return 1;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    MUST(argc == 2);
    DIR *folder = opendir(argv[1]);
    MUST(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        count += replay(path);
    }
    closedir(folder);
    printf("%zu files\n", count);
    return count ? 0 : 1;
}
