/* SPDX-License-Identifier: BSD-3-Clause */
/* The program of docs/first_client.md: writes a text to a disk in memory and reads it back. */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    chi_pool_query_t here = chi_pool_query_local();
    struct chimaera_bdev_client disk = {0};
    struct chimaera_bdev_block block;
    struct chi_buffer buffer = {0};
    size_t blocks = 1;

    if (chi_client_init() != 0)
        return fprintf(stderr, "%s\n", chi_last_error()), 1;
    int rc = chimaera_bdev_create(&disk, here, "ram_disk", CHIMAERA_BDEV_TYPE_RAM, 256u << 20, 0, 0,
                                  NULL);
    if (rc == 0)
        rc = chi_buffer_alloc(4096, &buffer); /* memory that client and daemon both map */
    if (rc == 0)
        rc = chimaera_bdev_allocate_blocks(&disk, here, 4096, &block, &blocks);
    if (rc == 0) {
        strcpy(chi_buffer_data(&buffer), "hello");
        rc = chimaera_bdev_write(&disk, here, &block, 1, &buffer);
        memset(chi_buffer_data(&buffer), 0, 4096);
        if (rc >= 0)
            rc = chimaera_bdev_read(&disk, here, &block, 1, &buffer);
        if (rc >= 0)
            printf("read back: %s\n", (char *)chi_buffer_data(&buffer));
        int freed = chimaera_bdev_free_blocks(&disk, here, &block, 1);
        rc = rc < 0 ? rc : freed;
    }
    if (rc < 0)
        fprintf(stderr, "%s\n", chi_last_error());
    chi_buffer_free(&buffer);
    chi_client_fini();
    return rc < 0;
}
