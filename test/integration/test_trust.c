/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may talk to whom, tried as other users: runtimes that impostors serve, and members of
 * runtime.group. Needs root, to become other users.
 */
#include <chimaera/admin/admin_client.h>
#include <chimaera/bdev/bdev_client.h>
#include <chimaera/chimaera.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/daemon.h"
#include "support/process.h"
#include "support/raw_client.h"
#include "test_paths.h"

#define HERE   chi_pool_query_local()
#define MEMBER 65534u /* nobody; its group is that of runtime.group below */

static bool is_root(void)
{
    return geteuid() == 0 && getgrnam("nogroup") != NULL;
}

static void become(uid_t uid)
{
    gid_t group = MEMBER;
    if (setgroups(1, &group) != 0 || setresgid(group, group, group) != 0 ||
        setresuid(uid, uid, uid) != 0)
        _exit(100);
}

/* Fails in a child: prints, and the exit status tells the line. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s; last error: %s\n", __LINE__, #condition,                 \
                    chi_last_error());                                                             \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* ---- impostors */

struct impostor {
    char dir[64];
    mode_t mode;
    uid_t owner;  /* of the folder */
    uid_t server; /* listens */
    uid_t client;
    bool by_default; /* the client finds the folder by itself */
    bool refused;
    const char *says;
};

/* Owner of the credentials is who calls listen(). */
static int serve(void *argument)
{
    struct impostor *self = argument;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%.60s/chimaera.squat.sock", self->dir);
    become(self->server);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (bind(fd, (void *)&address, sizeof(address)) < 0 || chmod(address.sun_path, 0777) < 0 ||
        listen(fd, 5) < 0)
        return 2;
    /* Answers nothing that a client could use: hangs up. */
    int peer = accept(fd, NULL, NULL);
    char byte;
    bool got = peer >= 0 && recv(peer, &byte, 1, 0) > 0;
    unlink(address.sun_path);
    return got ? 3 : 4; /* 3: a client has sent something */
}

static int attach_as_client(void *argument)
{
    const struct impostor *self = argument;
    become(self->client);
    setenv("CHI_INSTANCE", "squat", 1);
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("CHI_WITH_RUNTIME");
    if (self->by_default)
        unsetenv("CHI_SOCKET_DIR");
    else
        setenv("CHI_SOCKET_DIR", self->dir, 1);
    int rc = chi_client_init();
    EXPECT(rc < 0);
    EXPECT((rc == -EPERM) == self->refused);
    if (self->says != NULL)
        EXPECT(strstr(chi_last_error(), self->says) != NULL);
    return 0;
}

static void meet(struct impostor *self)
{
    char socket[128];
    struct stat st;
    assert_int_equal(mkdir(self->dir, 0700), 0);
    assert_int_equal(chmod(self->dir, self->mode), 0);
    assert_int_equal(chown(self->dir, self->owner, MEMBER), 0);
    snprintf(socket, sizeof(socket), "%.60s/chimaera.squat.sock", self->dir);
    pid_t server = chi_test_fork(serve, self);
    while (stat(socket, &st) < 0 || (st.st_mode & 07777) != 0777)
        usleep(1000);
    assert_int_equal(chi_test_in_child(attach_as_client, self), 0);
    if (self->by_default) { /* the folder was refused before a connection */
        kill(server, SIGKILL);
        chi_test_join(server);
        unlink(socket);
    } else {
        assert_int_equal(chi_test_join(server), self->refused ? 4 : 3);
    }
    assert_int_equal(rmdir(self->dir), 0);
}

static void a_client_sends_nothing_to_an_impostor(void **state)
{
    (void)state;
    if (!is_root())
        skip();
    uid_t victim = 100000 + (uid_t)getpid() % 100000, other = victim + 100000;
    struct impostor cases[] = {
        /* The default folder of a user who runs nothing, made by another one. */
        {.mode = 0777,
         .owner = other,
         .server = other,
         .by_default = true,
         .refused = true,
         .says = "is not a folder that belongs to you"},
        {.mode = 0755,
         .owner = other,
         .server = other,
         .by_default = true,
         .refused = true,
         .says = "is not a folder that belongs to you"},
        /* A folder that was named, and that all can write, as /tmp. */
        {.mode = 01777, .owner = 0, .server = other, .refused = true, .says = "is served by"},
        {.mode = 0775, .owner = other, .server = other, .refused = true, .says = "is served by"},
        /* A folder that was named and belongs to the server's user. */
        {.mode = 0755, .owner = other, .server = other},
        /* Oneself, and root. */
        {.mode = 0755, .owner = victim, .server = victim},
        {.mode = 01777, .owner = other, .server = 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cases[i].client = victim;
        if (cases[i].by_default)
            snprintf(cases[i].dir, sizeof(cases[i].dir), "/tmp/chimaera-%u", (unsigned)victim);
        else
            snprintf(cases[i].dir, sizeof(cases[i].dir), "/tmp/chi-test-%s%d",
                     getenv("CHI_TEST_TAG") != NULL ? getenv("CHI_TEST_TAG") : "", (int)getpid());
        meet(&cases[i]);
    }
}

/* ---- members of the group */

#define GROUP CHI_TEST_ONE_WORKER "  group: nogroup\n"

static void begin(struct chi_test_daemon *daemon, const char *yaml)
{
    chi_test_watchdog(60);
    chi_test_daemon_prepare(daemon);
    assert_int_equal(chmod(daemon->dir, 0755), 0);
    chi_test_daemon_start(daemon, yaml);
}

static void finish(struct chi_test_daemon *daemon)
{
    assert_int_equal(chi_test_daemon_stop(daemon), 0);
    chi_test_daemon_finish(daemon);
    chi_test_watchdog(0);
}

/* Begins with a pool that exists, and does that as a member. */
static void begin_with_member(struct chi_test_daemon *daemon, int (*member)(void *))
{
    begin(daemon,
          GROUP "compose:\n"
                "  - {mod_name: chimaera_bdev, pool_name: memory, type: ram, total_size: 1MB}\n");
    assert_int_equal(chi_test_in_child(member, daemon), 0);
}

static bool says(const char *word)
{
    return strstr(chi_last_error(), word) != NULL;
}

static int member_calls_only(void *argument)
{
    static const char *const names[] = {"main", "client_data", "runtime_data"};
    const struct chi_test_daemon *daemon = argument;
    struct chimaera_bdev_client disk;
    chi_pool_id_t id;
    char path[128];

    become(MEMBER);
    EXPECT(chi_client_init() == 0);
    /* A pool that exists. */
    EXPECT(chimaera_bdev_create(&disk, HERE, "memory", CHIMAERA_BDEV_TYPE_RAM, 1 << 20, 0, 0,
                                NULL) == 0);
    EXPECT(chimaera_admin_flush(HERE) == 0);
    /* Others. */
    EXPECT(chimaera_bdev_create(&disk, HERE, "mine", CHIMAERA_BDEV_TYPE_RAM, 1 << 20, 0, 0, NULL) ==
           -EPERM);
    EXPECT(says("may not create pools") && says("group_may"));
    EXPECT(chimaera_bdev_create(&disk, HERE, "/etc/shadow", CHIMAERA_BDEV_TYPE_FILE, 0, 0, 0,
                                NULL) == -EPERM);
    struct chimaera_admin_pool_spec spec = {.pool_name = "memory"};
    EXPECT(chimaera_admin_open_pool(HERE, &spec, &id) == 0);
    EXPECT(chimaera_admin_destroy_pool(HERE, id) == -EPERM);
    EXPECT(chimaera_admin_stop_runtime(HERE, 0) == -EPERM);
    EXPECT(chimaera_admin_open_pool(HERE, &spec, &id) == 0); /* still there */
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "/chimaera.%s.%s", daemon->instance, names[i]);
        EXPECT(shm_open(path, O_RDONLY, 0) < 0 && errno == EACCES);
        EXPECT(shm_open(path, O_RDWR, 0) < 0 && errno == EACCES);
        EXPECT(shm_unlink(path) < 0);
    }
    chi_client_fini();
    return 0;
}

static void a_member_may_call_and_no_more(void **state)
{
    struct chi_test_daemon daemon;
    (void)state;
    if (!is_root())
        skip();
    begin_with_member(&daemon, member_calls_only);
    /* The owner still may. */
    assert_int_equal(chi_client_init(), 0);
    struct chimaera_bdev_client disk;
    assert_int_equal(
        chimaera_bdev_create(&disk, HERE, "more", CHIMAERA_BDEV_TYPE_RAM, 1 << 20, 0, 0, NULL), 0);
    assert_int_equal(chimaera_admin_destroy_pool(HERE, disk.base.pool_id), 0);
    chi_client_fini();
    finish(&daemon);
}

static int open_device(const char *dir, const char *name, uint64_t size)
{
    struct chimaera_bdev_client disk;
    char path[200];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int rc = chimaera_bdev_create(&disk, HERE, path, CHIMAERA_BDEV_TYPE_FILE, size, 0, 0, NULL);
    if (rc == 0)
        EXPECT(chimaera_admin_destroy_pool(HERE, disk.base.pool_id) == -EPERM); /* not granted */
    return rc;
}

static int member_opens_files(void *argument)
{
    const struct chi_test_daemon *daemon = argument;
    char shared[80];
    snprintf(shared, sizeof(shared), "%s/shared", daemon->dir);
    become(MEMBER);
    EXPECT(chi_client_init() == 0);
    EXPECT(open_device(shared, "good", 0) == 0);
    EXPECT(open_device(shared, "missing", 4 << 20) == -EPERM && says("that exist"));
    EXPECT(open_device(shared, "link", 0) < 0);
    EXPECT(open_device(shared, "hard_link", 0) == -EPERM && says("other names"));
    EXPECT(open_device(shared, "folder_link/secret", 0) < 0);
    EXPECT(open_device(shared, "../secret", 0) < 0);
    EXPECT(open_device(daemon->dir, "secret", 0) == -EPERM && says("group_paths"));
    EXPECT(open_device(daemon->dir, "shared_not/secret", 0) == -EPERM);
    EXPECT(open_device("", "etc/passwd", 0) == -EPERM);
    chi_client_fini();
    return 0;
}

static void make_file(const struct chi_test_daemon *daemon, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", daemon->dir, name);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0 && ftruncate(fd, 8 << 20) == 0);
    close(fd);
}

static void pools_of_members_open_files_of_the_granted_folders_only(void **state)
{
    struct chi_test_daemon daemon;
    char yaml[512], path[128], target[128];
    (void)state;
    if (!is_root())
        skip();
    chi_test_watchdog(60);
    chi_test_daemon_prepare(&daemon);
    assert_int_equal(chmod(daemon.dir, 0755), 0);
    snprintf(path, sizeof(path), "%s/shared", daemon.dir);
    assert_int_equal(mkdir(path, 0755), 0);
    make_file(&daemon, "secret");
    make_file(&daemon, "shared/good");
    snprintf(target, sizeof(target), "%s/secret", daemon.dir);
    snprintf(path, sizeof(path), "%s/shared/link", daemon.dir);
    assert_int_equal(symlink(target, path), 0);
    snprintf(path, sizeof(path), "%s/shared/hard_link", daemon.dir);
    assert_int_equal(link(target, path), 0);
    snprintf(path, sizeof(path), "%s/shared/folder_link", daemon.dir);
    assert_int_equal(symlink(daemon.dir, path), 0);
    snprintf(yaml, sizeof(yaml), GROUP "  group_may: [create]\n  group_paths: [%s/shared]\n",
             daemon.dir);
    chi_test_daemon_start(&daemon, yaml);
    assert_int_equal(chi_test_in_child(member_opens_files, &daemon), 0);
    assert_int_equal(chi_test_daemon_stop(&daemon), 0);
    static const char *const made[] = {"shared/good", "shared/link", "shared/hard_link",
                                       "shared/folder_link", "secret"};
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", daemon.dir, made[i]);
        assert_int_equal(unlink(path), 0);
    }
    snprintf(path, sizeof(path), "%s/shared", daemon.dir);
    assert_int_equal(rmdir(path), 0);
    chi_test_daemon_finish(&daemon);
    chi_test_watchdog(0);
}

/* What a program of the member can do without the library: each attempt fails. */
static int member_attacks(void *argument)
{
    const struct chi_test_daemon *daemon = argument;
    struct chi_test_raw raw;
    chi_pool_id_t id;
    char path[128];

    become(MEMBER);
    chi_test_raw_attach(&raw);
    int fd = raw.segment_fd[CHI_SEGMENT_RUNTIME_DATA];
    EXPECT(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    EXPECT(mprotect(raw.base[CHI_SEGMENT_RUNTIME_DATA], 4096, PROT_READ | PROT_WRITE) < 0);
    EXPECT(ftruncate(fd, 4096) < 0 && pwrite(fd, "x", 1, 0) < 0);
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        EXPECT(fchmod(raw.segment_fd[s], 0666) < 0 && errno == EPERM);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", raw.segment_fd[s]);
        EXPECT(open(path, O_RDWR | O_CLOEXEC) < 0 && errno == EACCES);
    }
    static const char *const files[] = {"sock", "lock"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/chimaera.%s.%s", daemon->dir, daemon->instance, files[i]);
        EXPECT(unlink(path) < 0 && errno == EACCES);
    }
    snprintf(path, sizeof(path), "%s/chimaera.%s.lock", daemon->dir, daemon->instance);
    EXPECT(open(path, O_RDWR) < 0 && errno == EACCES);

    /* Copies of a task for several containers are the member's, too. */
    EXPECT(chi_client_init() == 0);
    struct chimaera_admin_pool_spec spec = {.pool_name = "memory"};
    const struct chimaera_admin_destroy_spec by_name = {.pool_name = "memory", .cancel = true};
    EXPECT(chimaera_admin_open_pool(HERE, &spec, &id) == 0);
    const chi_pool_query_t queries[] = {HERE, chi_pool_query_broadcast(),
                                        chi_pool_query_range(0, 1), chi_pool_query_direct_id(0),
                                        chi_pool_query_dynamic()};
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        EXPECT(chimaera_admin_destroy_pool(queries[i], id) < 0);
        EXPECT(chimaera_admin_destroy_pool_with(queries[i], &by_name) < 0);
        EXPECT(chimaera_admin_stop_runtime(queries[i], 0) < 0);
        EXPECT(chimaera_admin_open_pool(HERE, &spec, &id) == 0);
    }
    chi_client_fini();

    char output[CHI_TEST_OUTPUT_MAX];
    EXPECT(chi_test_run(output, CHI_TEST_BIN "/chimaera stop --grace 0") != 0);
    EXPECT(chi_test_run(output, CHI_TEST_BIN "/chimaera destroy memory --cancel") != 0);
    EXPECT(chi_test_run(output, CHI_TEST_BIN "/chimaera ping") == 0);
    return 0;
}

static void a_member_cannot_get_more_by_other_ways(void **state)
{
    struct chi_test_daemon daemon;
    (void)state;
    if (!is_root())
        skip();
    begin_with_member(&daemon, member_attacks);
    finish(&daemon);
}

/* Attaches as often as it may. */
static int member_takes_slots(void *argument)
{
    const struct chi_control_request request = {
        .magic = CHI_CONTROL_MAGIC, .type = CHI_CONTROL_ATTACH, .abi = CHI_LAYOUT_ABI};
    const int *ends = argument;
    int count = 0, rc = 0;

    become(MEMBER);
    for (; rc == 0; count++) {
        struct chi_control_attached attached;
        int fds[CHI_CONTROL_FDS];
        size_t fd_count = CHI_CONTROL_FDS;
        int control = chi_test_raw_connect();
        EXPECT(chi_control_send(control, &request, sizeof(request), NULL, 0, 0) == 0);
        EXPECT(chi_control_receive(control, &attached, sizeof(attached), fds, &fd_count, 0) > 0);
        rc = attached.reply.status;
    }
    EXPECT(rc == -EUSERS && count == 15); /* 14 of 16, and the refusal */
    EXPECT(write(ends[1], "", 1) == 1);
    for (;;)
        pause();
}

static void members_leave_slots_to_the_owner(void **state)
{
    struct chi_test_daemon daemon;
    char byte;
    int ends[2];
    (void)state;
    if (!is_root())
        skip();
    begin(&daemon, GROUP "  max_clients: 16\n");
    assert_int_equal(pipe(ends), 0);
    pid_t member = chi_test_fork(member_takes_slots, ends);
    close(ends[1]);
    ssize_t got = read(ends[0], &byte, 1);
    close(ends[0]);
    int rc = got == 1 ? chi_client_init() : -EPIPE;
    if (rc == 0)
        rc = chimaera_admin_ping(HERE);
    chi_client_fini();
    kill(member, SIGKILL);
    chi_test_join(member);
    assert_int_equal(rc, 0);
    finish(&daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_sends_nothing_to_an_impostor),
        cmocka_unit_test(a_member_may_call_and_no_more),
        cmocka_unit_test(a_member_cannot_get_more_by_other_ways),
        cmocka_unit_test(members_leave_slots_to_the_owner),
        cmocka_unit_test(pools_of_members_open_files_of_the_granted_folders_only),
    };
    return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
