/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads /proc/self/fd. */
#include "test/descriptors.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

void chi_test_descriptors_get(struct chi_test_descriptors *descriptors)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    memset(descriptors, 0, sizeof(*descriptors));
    descriptors->count = -1;
    if (dir == NULL)
        return;
    descriptors->count = 0;
    while ((entry = readdir(dir)) != NULL) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] == '.' || fd == dirfd(dir))
            continue;
        descriptors->count++;
        if (fd < CHI_TEST_DESCRIPTORS_MAX)
            descriptors->open[fd] = true;
    }
    closedir(dir);
}

int chi_test_descriptors(void)
{
    struct chi_test_descriptors descriptors;
    chi_test_descriptors_get(&descriptors);
    return descriptors.count;
}
