/* SPDX-License-Identifier: BSD-3-Clause */
/* An application of both modules and of a block device. Prints the tally and what it read back. */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <other/relay/relay_client.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    chi_pool_query_t here = chi_pool_query_local();
    struct myproject_tally_client tally = {0};
    struct other_relay_client relay = {0};
    struct chimaera_bdev_client disk = {0};
    struct chimaera_bdev_block block;
    struct chi_buffer out = {0}, in = {0};
    size_t blocks = 1;
    int64_t total;
    if (chi_client_init() != 0 || myproject_tally_create(&tally, here, "tally", 40) != 0 ||
        other_relay_create(&relay, here, "relay") != 0 ||
        other_relay_add_twice(&relay, here, &tally, 1, &total) != 0)
        goto failed;
    printf("relay: %lld\n", (long long)total);
    if (chimaera_bdev_create(&disk, here, "disk", CHIMAERA_BDEV_TYPE_RAM, 1u << 20, 0, 0, NULL) !=
            0 ||
        chimaera_bdev_allocate_blocks(&disk, here, 4096, &block, &blocks) != 0 ||
        chi_buffer_alloc(4096, &out) != 0 || chi_buffer_alloc(4096, &in) != 0)
        goto failed;
    memset(chi_buffer_data(&out), 'x', out.size);
    if (chimaera_bdev_write(&disk, here, &block, 1, &out) != 0 ||
        chimaera_bdev_read(&disk, here, &block, 1, &in) != 0)
        goto failed;
    printf("disk: %s\n",
           memcmp(chi_buffer_data(&in), chi_buffer_data(&out), in.size) == 0 ? "same" : "other");
    chi_buffer_free(&in);
    chi_buffer_free(&out);
    chi_client_fini();
    return 0;
failed:
    fprintf(stderr, "%s\n", chi_last_error());
    return 1;
}
