/* SPDX-License-Identifier: BSD-3-Clause */
/* Its constructor does not return as long as the file that CHI_TEST_HANG names exists. */
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void hang(void)
{
    const char *path = getenv("CHI_TEST_HANG");
    while (path != NULL && access(path, F_OK) == 0)
        usleep(1000);
}
