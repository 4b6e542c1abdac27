/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of `chimaera bdev`. See bdev.h. */
#include "bdev.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bdev_copy.h"
#include "bdev_show.h"
#include "chimaera/chimaera.h"
#include "say.h"

static void print_help(FILE *out)
{
    fputs(
        "Usage: chimaera bdev COMMAND [OPTION]...\n"
        "Block devices: pools of the module bdev.\n"
        "\n"
        "  ls [--json]                 list all, with type, size and free space\n"
        "  stat POOL [--json]          show properties and counters of a device\n"
        "  put POOL FILE [--offset N]  copy a file to the device, and flush\n"
        "  get POOL FILE [--offset N] [--size N]\n"
        "                              copy the device, or a range of it, to a file\n"
        "  help                        print this help\n"
        "\n"
        "POOL is a name, or an id such as 2.0. FILE - is standard input or output. put and get\n"
        "need a pool of mode raw. N is in bytes, or has a unit KB, MB, GB or TB (powers of 1024).\n"
        "stat, put and get take --container N for pools with several containers (default 0).\n",
        out);
}

enum { JSON = 1, CONTAINER = 2, OFFSET = 4, SIZE = 8 };

static const struct command {
    const char *name;
    int (*run)(const struct bdev_request *request);
    int arguments;
    unsigned options;
    const char *takes;
} commands[] = {
    {"ls", bdev_ls, 0, JSON, "bdev ls takes only --json"},
    {"stat", bdev_stat, 1, JSON | CONTAINER, "bdev stat takes POOL, --json and --container N"},
    {"put", bdev_copy_in, 2, CONTAINER | OFFSET,
     "bdev put takes POOL, FILE, --offset N, --container N"},
    {"get", bdev_copy_out, 2, CONTAINER | OFFSET | SIZE,
     "bdev get takes POOL, FILE, --offset N, --size N, --container N"},
};

static bool parse(int argc, char **argv, const struct command *command,
                  struct bdev_request *request)
{
    static const struct option table[] = {{"json", no_argument, NULL, JSON},
                                          {"container", required_argument, NULL, CONTAINER},
                                          {"offset", required_argument, NULL, OFFSET},
                                          {"size", required_argument, NULL, SIZE},
                                          {0}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == '?' || (command->options & (unsigned)option) == 0)
            return false;
        if (option == JSON)
            request->json = true;
        else if (option == CONTAINER &&
                 (chi_text_u64(optarg, &request->container) < 0 || request->container > UINT32_MAX))
            return false;
        else if (option == OFFSET && chi_text_size(optarg, &request->offset) < 0)
            return false;
        else if (option == SIZE && chi_text_size(optarg, &request->size) < 0)
            return false;
    }
    if (argc - optind != command->arguments)
        return false;
    request->pool = command->arguments > 0 ? argv[optind] : NULL;
    request->file = command->arguments > 1 ? argv[optind + 1] : NULL;
    return true;
}

static int run(const struct command *command, const struct bdev_request *request)
{
    if (chi_client_init() < 0)
        return fail();
    int rc = command->run(request);
    if (rc < 0)
        fail();
    chi_client_fini();
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_bdev(int argc, char **argv)
{
    struct bdev_request request = {.size = UINT64_MAX};
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(stdout);
            return EXIT_SUCCESS;
        }
    }
    struct chi_nearest nearest = {.word = argv[1]};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return parse(argc - 1, argv + 1, &commands[i], &request)
                       ? run(&commands[i], &request)
                       : usage(commands[i].takes, NULL);
        chi_nearest_offer(&nearest, commands[i].name);
    }
    return no_such("bdev command", &nearest);
}
