/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock of an instance. See instance.h. */
#include "runtime/control/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chimaera/status.h"
#include "runtime/control/control.h"
#include "runtime/core/runtime.h"
#include "shm/own_file.h"
#include "shm/segment.h"

#define DEFAULT_PREFIX "/tmp/chimaera-"

/* The locks of this process. A lock exists as long as any copy of its descriptor, so a forked child
 * closes its copies: it must not keep the instance locked after this process has ended. */
static int held[2] = {-1, -1};

static void let_go_in_child(void)
{
    for (int i = 0; i < 2; i++) {
        if (held[i] >= 0)
            close(held[i]);
        held[i] = -1; /* the number is soon that of another file, which its children keep */
    }
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, let_go_in_child);
}

/* Of the folder, to make it again. */
static struct stat folder;

static int make_folder(const char *dir)
{
    struct stat st;
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return chi_error(-errno, "cannot create the folder %s: %s", dir, strerror(errno));
    if (lstat(dir, &st) < 0)
        return chi_error(-errno, "cannot read the attributes of %s: %s", dir, strerror(errno));
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022) != 0)
        return chi_error(-EPERM,
                         "%s is not a folder that belongs to you and that only you can write; "
                         "remove it or set runtime.socket_dir",
                         dir);
    return 0;
}

/* Names the process that holds the lock, which has written its pid into the file. */
static int explain_busy(const struct chi_paths *paths, int fd)
{
    char pid[32] = "";
    ssize_t got = pread(fd, pid, sizeof(pid) - 1, 0);
    pid[got > 0 ? got : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    return chi_error(-EBUSY,
                     "instance %s is already running as pid %s; stop it with `chimaera "
                     "stop`, or choose another CHI_INSTANCE",
                     paths->instance, pid[0] != '\0' ? pid : "?");
}

/* Opens and locks the file that has this path now: a runtime removes it before it unlocks it. */
static int open_locked(const struct chi_paths *paths, int *out)
{
    for (;;) {
        struct stat by_fd, by_path;
        int fd = open(paths->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return chi_error(-errno, "cannot open the lock file %s: %s", paths->lock,
                             strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            int rc = errno == EWOULDBLOCK ? explain_busy(paths, fd) : -errno;
            close(fd);
            return rc;
        }
        if (fstat(fd, &by_fd) == 0 && stat(paths->lock, &by_path) == 0 &&
            by_fd.st_ino == by_path.st_ino && by_fd.st_dev == by_path.st_dev) {
            *out = fd;
            return 0;
        }
        close(fd);
    }
}

/* Whether what stands under the names of segments is this user's, and no pipe, which would block.
 */
static int check_names(const struct chi_paths *paths)
{
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        char path[sizeof("/dev/shm") + sizeof(paths->segment[s])];
        struct stat st;
        snprintf(path, sizeof(path), "/dev/shm%s", paths->segment[s]);
        if (lstat(path, &st) < 0)
            continue;
        if (st.st_uid != geteuid())
            return chi_error(-EPERM,
                             "%s belongs to user %u, so it is not this user's to remove; choose "
                             "another CHI_INSTANCE",
                             path, (unsigned)st.st_uid);
        if (!S_ISREG(st.st_mode))
            return chi_error(-EEXIST, "%s is not shared memory, and no runtime made it; remove it",
                             path);
    }
    return 0;
}

static int remove_left_overs(const struct chi_paths *paths)
{
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++) {
        int rc = chi_segment_unlink(paths->segment[s]);
        if (rc < 0)
            return chi_error(rc, "cannot remove /dev/shm%s, which is in the way: %s",
                             paths->segment[s], chi_strerror(rc));
    }
    return 0; /* the socket: by listener.c */
}

/* Checks for a live runtime whose lock file is in another folder: it has locked its main segment.
 */
static int check_segment(const struct chi_paths *paths)
{
    int fd = shm_open(paths->segment[CHI_SEGMENT_MAIN], O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return errno == ENOENT ? 0
                               : chi_error(-errno, "cannot open /dev/shm%s: %s",
                                           paths->segment[CHI_SEGMENT_MAIN], strerror(errno));
    int rc = 0;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        rc = chi_error(-EBUSY, "instance %s is already running with another socket folder than %s",
                       paths->instance, paths->dir);
    close(fd);
    return rc;
}

int chi_instance_lock_segment(const struct chi_paths *paths)
{
    /* A separate descriptor: that of the segment is passed to clients, which would keep the lock.
     */
    int fd = shm_open(paths->segment[CHI_SEGMENT_MAIN], O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int rc = -errno;
        if (fd >= 0)
            close(fd);
        return chi_error(rc, "cannot lock /dev/shm%s: %s", paths->segment[CHI_SEGMENT_MAIN],
                         chi_strerror(rc));
    }
    held[1] = fd;
    return 0;
}

static int write_pid(const struct chi_paths *paths, int fd)
{
    char text[32];
    int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)length, 0) < length)
        return chi_error(-errno, "cannot write %s: %s", paths->lock, strerror(errno));
    return 0;
}

static bool is_default(const struct chi_paths *paths)
{
    return strncmp(paths->dir, DEFAULT_PREFIX, sizeof(DEFAULT_PREFIX) - 1) == 0;
}

int chi_instance_lock(const struct chi_paths *paths, bool make_dir, int *out)
{
    int fd = -1;
    int rc = 0;

    if (make_dir && is_default(paths))
        rc = make_folder(paths->dir);
    if (rc == 0)
        rc = open_locked(paths, &fd);
    if (rc < 0)
        return rc;
    rc = check_names(paths);
    if (rc == 0)
        rc = check_segment(paths);
    if (rc == 0)
        rc = remove_left_overs(paths);
    if (rc == 0)
        rc = write_pid(paths, fd);
    if (rc < 0) {
        chi_instance_unlock(paths, fd);
        return rc;
    }
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    held[0] = *out = fd;
    if (lstat(paths->dir, &folder) < 0)
        memset(&folder, 0, sizeof(folder));
    return 0;
}

/* The default folder must be this user's; one that was named gets the mode that it had. */
static int make_folder_again(const struct chi_paths *paths)
{
    if (is_default(paths))
        return make_folder(paths->dir);
    if (mkdir(paths->dir, 0700) < 0)
        return errno == EEXIST ? 0
                               : chi_error(-errno, "cannot create the folder %s: %s", paths->dir,
                                           strerror(errno));
    if (folder.st_ino != 0 && (chown(paths->dir, (uid_t)-1, folder.st_gid) < 0 ||
                               chmod(paths->dir, folder.st_mode & 07777) < 0))
        return chi_error(-errno, "cannot set the mode of %s: %s", paths->dir, strerror(errno));
    return 0;
}

int chi_instance_relock(const struct chi_paths *paths, int *out)
{
    struct chi_file_id lock = chi_file_of_fd(*out);
    int fd = -1;

    if (chi_file_is(&lock, paths->lock))
        return 0;
    int rc = make_folder_again(paths);
    if (rc == 0)
        rc = open_locked(paths, &fd);
    if (rc == 0)
        rc = write_pid(paths, fd);
    if (rc < 0) {
        if (fd >= 0)
            close(fd);
        return rc;
    }
    int before = *out;
    held[0] = *out = fd;
    close(before);
    return 0;
}

void chi_instance_unlock(const struct chi_paths *paths, int fd)
{
    if (fd < 0)
        return;
    struct chi_file_id lock = chi_file_of_fd(fd);
    int segment = held[1];
    chi_file_remove_own(&lock, paths->lock);
    held[0] = held[1] = -1; /* first: a child that is forked meanwhile closes no other file */
    close(fd);
    if (segment >= 0)
        close(segment);
    if (is_default(paths))
        rmdir(paths->dir); /* fails where another instance uses it */
}

void chi_instance_remove_names(struct chi_runtime *runtime)
{
    for (int s = 0; s < CHI_SEGMENT_COUNT; s++)
        if (runtime->segments[s].base != NULL)
            chi_segment_unlink_own(runtime->paths.segment[s], &runtime->segments[s]);
    if (runtime->control != NULL)
        chi_control_remove_name(runtime->control);
    chi_instance_unlock(&runtime->paths, runtime->lock_fd);
}
