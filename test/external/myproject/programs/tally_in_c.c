/* SPDX-License-Identifier: BSD-3-Clause */
/* Adds 2 to the tally that the daemon's configuration starts at 40, and prints what comes back. */
#include <chimaera/chimaera.h>
#include <myproject/tally/tally_client.h>
#include <stdio.h>

int main(void)
{
    chi_pool_query_t here = chi_pool_query_local();
    struct myproject_tally_client tally = {0};
    int64_t total;
    if (chi_client_init() != 0 || myproject_tally_create(&tally, here, "tally", 40) != 0 ||
        myproject_tally_add(&tally, here, 2, &total) != 0)
        return fprintf(stderr, "%s\n", chi_last_error()), 1;
    printf("C: %lld\n", (long long)total);
    chi_client_fini();
    return 0;
}
