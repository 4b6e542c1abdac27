/* SPDX-License-Identifier: BSD-3-Clause */
/* The client program: one command on a pool of the kv module. */
#include <chimaera/chimaera.h>
#include <chimaera/status.h>
#include <errno.h>
#include <example/kv/kv_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: kv_tool POOL put KEY VALUE   keep VALUE under KEY\n"
    "       kv_tool POOL get KEY         print its value\n"
    "       kv_tool POOL delete KEY\n"
    "       kv_tool POOL list [PAGE]     print all keys in order, read PAGE at a time\n"
    "       kv_tool POOL fill COUNT      put COUNT keys\n"
    "POOL is made with two containers a node where it is not there.\n";

static int print_value(const struct example_kv_client *kv, const char *key)
{
    size_t size = 4096;
    char *value = NULL;
    int rc = -ENOBUFS;
    while (rc == -ENOBUFS) {
        size_t capacity = size;
        free(value);
        if ((value = malloc(capacity)) == NULL)
            return -ENOMEM;
        rc = example_kv_get(kv, key, value, capacity, &size, NULL);
    }
    if (rc == 0)
        printf("%.*s\n", (int)size, value);
    free(value);
    return rc;
}

static int print_keys(const struct example_kv_client *kv, uint32_t limit)
{
    struct example_kv_page page = {0};
    char after[EXAMPLE_KV_KEY_MAX + 1] = "";
    int rc;
    do {
        rc = example_kv_scan(kv, after, limit, &page);
        for (size_t i = 0; i < page.count; i++)
            printf("%s\n", page.keys[i]);
        if (page.count > 0)
            strcpy(after, page.keys[page.count - 1]);
        bool more = page.more;
        example_kv_page_fini(&page);
        if (!more)
            break;
    } while (rc == 0);
    return rc;
}

static int fill(const struct example_kv_client *kv, unsigned long count)
{
    int rc = 0;
    for (unsigned long i = 0; rc == 0 && i < count; i++) {
        char key[32];
        int size = snprintf(key, sizeof(key), "key%08lu", i);
        rc = example_kv_put(kv, key, key, (size_t)size, NULL);
    }
    return rc;
}

/* 2 where the command is not understood. */
static int run(const struct example_kv_client *kv, int count, char **words)
{
    const char *verb = words[0];
    if (strcmp(verb, "put") == 0 && count == 3)
        return example_kv_put(kv, words[1], words[2], strlen(words[2]), NULL);
    if (strcmp(verb, "get") == 0 && count == 2)
        return print_value(kv, words[1]);
    if (strcmp(verb, "delete") == 0 && count == 2)
        return example_kv_delete(kv, words[1]);
    if (strcmp(verb, "list") == 0 && count <= 2)
        return print_keys(kv, count == 2 ? (uint32_t)strtoul(words[1], NULL, 10) : 0);
    if (strcmp(verb, "fill") == 0 && count == 2)
        return fill(kv, strtoul(words[1], NULL, 10));
    return 2;
}

int main(int argc, char **argv)
{
    struct example_kv_client kv = {0};
    if (argc < 3)
        return fputs(usage, stderr), 2;
    int rc = chi_client_init();
    if (rc == 0)
        rc = example_kv_open(&kv, chi_pool_query_local(), argv[1]);
    if (rc == CHI_ENOPOOL)
        rc = example_kv_create(&kv, chi_pool_query_local(), argv[1], 0, NULL);
    if (rc == 0)
        rc = run(&kv, argc - 2, argv + 2);
    if (rc < 0)
        fprintf(stderr, "kv_tool: %s\n", chi_last_error());
    else if (rc == 2)
        fputs(usage, stderr);
    chi_client_fini();
    return rc < 0 ? 1 : rc;
}
