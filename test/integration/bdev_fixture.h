/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of devices share: a daemon, a folder, and blocks with known content. Included once by
 * each. */
#ifndef CHI_TEST_INTEGRATION_BDEV_FIXTURE_H
#define CHI_TEST_INTEGRATION_BDEV_FIXTURE_H

#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"

#define MIB  ((uint64_t)1 << 20)
#define HERE chi_pool_query_local()

struct fixture {
    struct chi_test_daemon daemon;
    char folder[64];
};

static struct chimaera_bdev_client disk;
static char path[128];
static unsigned numbers;

/* ---- helpers */

static const char *fresh_path(const struct fixture *f)
{
    snprintf(path, sizeof path, "%s/file%u", f->folder, numbers++);
    return path;
}

static inline int make(const char *name, enum chimaera_bdev_type type, uint64_t size,
                       const struct chimaera_bdev_options *options)
{
    return chimaera_bdev_create(&disk, HERE, name, type, size, 0, 0, options);
}

static inline int make_file(const char *name, uint64_t size, enum chimaera_bdev_engine engine)
{
    const struct chimaera_bdev_options options = {.engine = engine};
    return make(name, CHIMAERA_BDEV_TYPE_FILE, size, &options);
}

static inline void done(void)
{
    assert_int_equal(chimaera_bdev_destroy(&disk, HERE), 0);
}

static inline struct chimaera_bdev_stats stats(void)
{
    struct chimaera_bdev_stats s;
    assert_int_equal(chimaera_bdev_get_stats(&disk, HERE, &s), 0);
    return s;
}

static inline struct chimaera_bdev_block allocate(uint64_t size)
{
    struct chimaera_bdev_block block;
    size_t count = 1;
    assert_int_equal(chimaera_bdev_allocate_blocks(&disk, HERE, size, &block, &count), 0);
    return block;
}

static inline struct chi_buffer buffer_of(size_t size)
{
    struct chi_buffer buffer = {0};
    assert_int_equal(chi_buffer_alloc(size, &buffer), 0);
    return buffer;
}

static inline void fill(uint8_t *bytes, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 31 + (i >> 8) * 7 + seed);
}

static inline void check(const uint8_t *bytes, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != (uint8_t)(i * 31 + (i >> 8) * 7 + seed))
            fail_msg("byte %zu of %zu is %u", i, size, bytes[i]);
}

static inline bool uring_works(void)
{
    const char *name = "/nowhere/at/all";
    (void)name;
    static int works = -1;
    if (works < 0) {
        char probe[160];
        snprintf(probe, sizeof probe, "%s.probe", path[0] != '\0' ? path : "/tmp/chi_bdev");
        works = make_file(probe, MIB, CHIMAERA_BDEV_ENGINE_URING) == 0;
        if (works)
            done();
        unlink(probe);
        if (!works)
            print_message("skipped: io_uring is not available; only threads are tested\n");
    }
    return works;
}

/* ---- frame */

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    chi_test_daemon_prepare(&f->daemon);
    chi_test_watchdog(110);
    chi_test_daemon_start(&f->daemon, CHI_TEST_TWO_WORKERS);
    snprintf(f->folder, sizeof f->folder, "/tmp/chi_bdev_XXXXXX");
    if (mkdtemp(f->folder) == NULL || chi_client_init() != 0)
        return -1;
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    char command[96];
    chi_client_fini();
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    int rc = system(command);
    assert_int_equal(chi_test_daemon_stop(&f->daemon), 0);
    chi_test_daemon_finish(&f->daemon);
    free(f);
    return rc;
}

static inline void write_then_read(struct chimaera_bdev_block part, size_t shift, unsigned seed)
{
    const struct chi_buffer none = {0};
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &part, 1, &none), -EFAULT);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &part, 1, NULL), -EFAULT);
    struct chi_buffer memory = buffer_of(part.size + shift);
    struct chi_buffer used = chi_buffer_slice(&memory, shift, part.size);
    fill(chi_buffer_data(&used), part.size, seed);
    assert_int_equal(chimaera_bdev_write(&disk, HERE, &part, 1, &used), 0);
    memset(chi_buffer_data(&used), 0xA5, part.size);
    assert_int_equal(chimaera_bdev_read(&disk, HERE, &part, 1, &used), 0);
    check(chi_buffer_data(&used), part.size, seed);
    chi_buffer_free(&memory);
}

#endif
