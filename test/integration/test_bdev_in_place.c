/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * With the runtime in this process: the addresses that the kernel is given for an aligned transfer
 * lie in the client data segment, just where the client's buffer lies. With a build of the module
 * that has a hook for it.
 */
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "test_paths.h"

#define HERE chi_pool_query_local()
#define SIZE ((size_t)3 << 20)

static chi_shm_ptr_t buffer_begin;
static atomic_uint seen, elsewhere;

/* Where in the client data segment an address of this process lies; UINT64_MAX for nowhere. */
static uint64_t offset_of(const void *memory)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    uint64_t found = UINT64_MAX, address = (uint64_t)(uintptr_t)memory;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uint64_t begin, end, offset;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &begin, &end, &offset) == 3 &&
            address >= begin && address < end && strstr(line, ".client_data") != NULL)
            found = address - begin + offset;
    }
    if (maps != NULL)
        fclose(maps);
    return found;
}

static void look(const void *memory, uint64_t offset, uint64_t size)
{
    (void)offset;
    uint64_t at = offset_of(memory), begin = chi_shm_offset(buffer_begin);
    bool inside = at != UINT64_MAX && at >= begin && at + size <= begin + SIZE;
    atomic_fetch_add(inside ? &seen : &elsewhere, 1);
}

static void the_kernel_gets_the_clients_own_memory(void **state)
{
    (void)state;
    struct chimaera_bdev_client disk;
    struct chimaera_bdev_block block;
    struct chimaera_bdev_stats stats;
    struct chi_buffer buffer;
    char folder[] = "/tmp/chi_bdev_XXXXXX", path[64];
    size_t count = 1;
    void (**hook)(const void *, uint64_t, uint64_t);

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/device", folder);
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, 16 << 20, 0, 0, NULL), 0);
    assert_int_equal(chi_buffer_alloc(SIZE, &buffer), 0);
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, SIZE, &block, &count), 0);
    memset(chi_buffer_data(&buffer), 5, SIZE);

    void *module =
        dlopen(CHI_TEST_HOOKED_DIR "/libchimaera_bdev_runtime.so", RTLD_NOW | RTLD_NOLOAD);
    assert_non_null(module);
    hook = dlsym(module, "bdev_io_hook");
    assert_non_null(hook);
    buffer_begin = buffer.data;
    *hook = look;
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &block, 1, &buffer), 0);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &block, 1, &buffer), 0);
    *hook = NULL;
    dlclose(module);
    assert_int_equal(atomic_load(&seen), 6); /* pieces of 1 MiB, each way */
    assert_int_equal(atomic_load(&elsewhere), 0);

    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &stats), 0);
    assert_int_equal(stats.bytes_in_place, 2 * SIZE);
    assert_int_equal(stats.bytes_bounced, 0);
    if (!stats.direct)
        print_message("skipped: no O_DIRECT here; the page cache copies\n");
    chi_buffer_free(&buffer);
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_kernel_gets_the_clients_own_memory)};
    struct chi_test_daemon daemon;

    chi_test_watchdog(60);
    chi_test_daemon_prepare(&daemon); /* names and a folder; the runtime is this process */
    setenv("CHI_WITH_RUNTIME", "1", 1);
    setenv("CHI_REPO_PATH", CHI_TEST_HOOKED_DIR ":" CHI_TEST_LIB_DIR, 1);
    if (chi_client_init() != 0) {
        fprintf(stderr, "%s\n", chi_last_error());
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    chi_client_fini();
    chi_test_daemon_finish(&daemon);
    return failed;
}
