/* SPDX-License-Identifier: BSD-3-Clause */
/* The same as tally_in_c in C++. */
#include <chimaera/chimaera.h>
#include <iostream>
#include <myproject/tally/tally_client.h>

int main()
{
    const chi_pool_query_t here = chi_pool_query_local();
    myproject_tally_client tally{};
    int64_t total = 0;
    if (chi_client_init() != 0 || myproject_tally_create(&tally, here, "tally", 40) != 0 ||
        myproject_tally_add(&tally, here, 2, &total) != 0) {
        std::cerr << chi_last_error() << '\n';
        return 1;
    }
    std::cout << "C++: " << total << '\n';
    chi_client_fini();
    return 0;
}
