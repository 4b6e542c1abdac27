/* SPDX-License-Identifier: BSD-3-Clause */
#include "shm_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static void new_segment_is_mapped_zeroed_and_not_yet_backed(void **state)
{
    const uint64_t size = 64 << 20;
    struct chi_segment_map map;
    struct stat status;
    (void)state;

    assert_int_equal(chi_segment_create(shm_test_name(), size, &map), 0);
    assert_int_equal(map.size, size);
    assert_int_equal(fstat(map.fd, &status), 0);
    assert_int_equal(status.st_size, size);
    assert_int_equal(status.st_blocks, 0);
    assert_int_equal(((unsigned char *)map.base)[size - 1], 0);
    ((unsigned char *)map.base)[size - 1] = 1;
    chi_segment_close(&map);
    assert_int_equal(chi_segment_unlink(shm_test_name()), 0);
}

static void creating_a_name_that_exists_fails_and_harms_nothing(void **state)
{
    struct chi_segment_map map, second;
    (void)state;

    assert_int_equal(chi_segment_create(shm_test_name(), 4096, &map), 0);
    strcpy(map.base, "mine");
    assert_int_equal(chi_segment_create(shm_test_name(), 4096, &second), -EEXIST);
    assert_null(second.base);
    assert_string_equal(map.base, "mine");
    chi_segment_close(&second);
    chi_segment_close(&map);
    assert_int_equal(chi_segment_unlink(shm_test_name()), 0);
}

static void impossible_sizes_and_names_are_refused_and_leave_no_name(void **state)
{
    struct chi_segment_map map;
    (void)state;

    assert_int_equal(chi_segment_create(shm_test_name(), 0, &map), -EINVAL);
    assert_int_equal(chi_segment_create(shm_test_name(), UINT64_MAX, &map), -EFBIG);
    assert_true(chi_segment_create(shm_test_name(), INT64_MAX, &map) < 0);
    assert_int_equal(chi_segment_create("/", 4096, &map), -EINVAL);
    assert_null(map.base);
}

static void mode_is_exact_whatever_the_umask(void **state)
{
    struct chi_segment_map map;
    struct stat status;
    mode_t before = umask(0777);
    (void)state;

    assert_int_equal(chi_segment_create(shm_test_name(), 4096, &map), 0);
    umask(before);
    assert_int_equal(fstat(map.fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(fcntl(map.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    chi_segment_close(&map);
    assert_int_equal(chi_segment_unlink(shm_test_name()), 0);
}

static void two_mappings_of_a_segment_show_the_same_bytes(void **state)
{
    struct chi_segment_map map = shm_segment(1 << 20);
    struct chi_segment_map reader;
    (void)state;

    assert_int_equal(chi_segment_map_fd(dup(map.fd), 1 << 20, PROT_READ, &reader), 0);
    assert_ptr_not_equal(reader.base, map.base);
    strcpy((char *)map.base + 5000, "seen");
    assert_string_equal((char *)reader.base + 5000, "seen");
    chi_segment_close(&reader);
    chi_segment_close(&map);
}

static void refused_mapping_leaves_the_descriptor_to_the_caller(void **state)
{
    struct chi_segment_map map = shm_segment(8192);
    struct chi_segment_map other;
    char path[64];
    int fd = dup(map.fd);
    int reader;
    (void)state;

    assert_int_equal(chi_segment_map_fd(fd, 8193, PROT_READ, &other), -EINVAL);
    assert_int_equal(chi_segment_map_fd(fd, UINT64_MAX, PROT_READ, &other), -EINVAL);
    assert_int_equal(chi_segment_map_fd(fd, 0, PROT_READ, &other), -EINVAL);
    assert_int_equal(chi_segment_map_fd(-1, 4096, PROT_READ, &other), -EBADF);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    reader = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(reader >= 0);
    assert_int_equal(chi_segment_map_fd(reader, 4096, PROT_READ | PROT_WRITE, &other), -EACCES);
    assert_int_equal(close(reader), 0);
    assert_int_equal(close(fd), 0);
    chi_segment_close(&map);
}

static void closing_twice_or_nothing_is_harmless(void **state)
{
    struct chi_segment_map none = {0};
    struct chi_segment_map map = shm_segment(4096);
    (void)state;

    chi_segment_close(&none);
    assert_true(fcntl(0, F_GETFD) >= 0); /* a zeroed map does not own descriptor 0 */
    chi_segment_close(&map);
    chi_segment_close(&map);
    assert_null(map.base);
}

static void unlinking_an_absent_name_is_no_error(void **state)
{
    (void)state;
    assert_int_equal(chi_segment_unlink(shm_test_name()), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHM_TEST(new_segment_is_mapped_zeroed_and_not_yet_backed),
        SHM_TEST(creating_a_name_that_exists_fails_and_harms_nothing),
        SHM_TEST(impossible_sizes_and_names_are_refused_and_leave_no_name),
        SHM_TEST(mode_is_exact_whatever_the_umask),
        SHM_TEST(two_mappings_of_a_segment_show_the_same_bytes),
        SHM_TEST(refused_mapping_leaves_the_descriptor_to_the_caller),
        SHM_TEST(closing_twice_or_nothing_is_harmless),
        SHM_TEST(unlinking_an_absent_name_is_no_error),
    };

    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
