/* SPDX-License-Identifier: BSD-3-Clause */
/* Error messages of the commands. */
#include "say.h"

#include <stdio.h>
#include <stdlib.h>

#include "chimaera/status.h"

int usage(const char *message, const char *what)
{
    fprintf(stderr, "chimaera: %s%s%s\nTry 'chimaera help'.\n", message, what != NULL ? " " : "",
            what != NULL ? what : "");
    return EXIT_USAGE;
}

int no_such(const char *kind, const struct chi_nearest *nearest)
{
    char hint[CHI_NEAREST_HINT_SIZE];
    fprintf(stderr, "chimaera: there is no %s %s%s\nTry 'chimaera help'.\n", kind, nearest->word,
            chi_nearest_hint(nearest, hint));
    return EXIT_USAGE;
}

int fail(void)
{
    fprintf(stderr, "chimaera: %s\n", chi_last_error());
    return EXIT_FAILURE;
}
