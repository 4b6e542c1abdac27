/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: one write(2) a line, to standard error or to a file opened for appending, so that lines
 * of several threads and processes never mix. Any thread; nothing here takes a lock that another
 * thread could hold across a fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/log_spec.h"
#include "chimaera/log.h"
#include "chimaera/status.h"

#define DEFAULT_LEVEL CHI_LOG_WARN /* of a process that configures nothing */
#define LINE_SIZE     1024         /* on the stack: handlers log, and their stacks are small */
#define LINE_MAX_SIZE 65536

struct published_spec {
    struct chi_log_spec spec;
    struct published_spec *retired; /* readers hold no count, so what was published stays */
};

static _Atomic(struct published_spec *) current;
static struct published_spec initial;
static pthread_mutex_t configure_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static atomic_int log_fd = STDERR_FILENO;
static atomic_uint dropped; /* lines that could not be written since the last that could */
static atomic_uint writers; /* threads between reading log_fd and the end of their write */

/* `spec` with the environment's wishes on top. Returns the name of a malformed variable or NULL. */
static const char *apply_environment(struct chi_log_spec *spec)
{
    const char *debug = secure_getenv("CHI_DEBUG");
    if (debug && strcmp(debug, "1") == 0) {
        *spec = (struct chi_log_spec){.level = CHI_LOG_DEBUG, .highest = CHI_LOG_DEBUG};
        return NULL;
    }
    const char *wish = secure_getenv("CHI_LOG");
    if (wish && *wish && chi_log_spec_parse(wish, spec) != 0)
        return "CHI_LOG";
    return NULL;
}

static void publish_initial(void)
{
    initial.spec = (struct chi_log_spec){.level = DEFAULT_LEVEL, .highest = DEFAULT_LEVEL};
    const char *malformed = apply_environment(&initial.spec);
    /* Release: pairs with the acquire in spec_now(). */
    atomic_store_explicit(&current, &initial, memory_order_release);
    if (malformed)
        chi_log_write("log", CHI_LOG_WARN, "%s is ignored: %s", malformed, chi_last_error());
}

static const struct chi_log_spec *spec_now(void)
{
    /* Acquire: pairs with the releases in publish_initial() and chi_log_configure(). */
    struct published_spec *published = atomic_load_explicit(&current, memory_order_acquire);
    if (!published) {
        pthread_once(&once, publish_initial);
        published = atomic_load_explicit(&current, memory_order_acquire);
    }
    return &published->spec;
}

bool chi_log_enabled(const char *topic, enum chi_log_level level)
{
    const struct chi_log_spec *spec = spec_now();
    return level != CHI_LOG_NONE && level <= spec->highest &&
           level <= chi_log_spec_level(spec, topic);
}

static int format_head(char *line, size_t size, const char *topic, enum chi_log_level level)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    return snprintf(line, size,
                    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %.64s: ", utc.tm_year + 1900,
                    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                    (int)(now.tv_nsec / 1000000), chi_log_level_name(level), topic);
}

/* One write of at most PIPE_BUF bytes to a pipe or terminal that has room; the rest is cut off. */
static ssize_t write_if_ready(int fd, const char *line, size_t size)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)line,
                         .iov_len = size < PIPE_BUF ? size : PIPE_BUF};
    struct pollfd ready = {.fd = fd, .events = POLLOUT};

    ssize_t written = pwritev2(fd, &part, 1, -1, RWF_NOWAIT);
    if (written >= 0 || errno != EOPNOTSUPP)
        return written;
    /* Before Linux 6.4, and terminals: another process can take the room in between. */
    if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT)) {
        errno = EAGAIN;
        return -1;
    }
    return write(fd, part.iov_base, part.iov_len);
}

/*
 * Never waits for who reads the log: a thread of the runtime must not depend on that. Returns
 * whether the line was written; a full disk loses it, too.
 */
static bool write_now(int fd, const char *line, size_t size)
{
    struct stat st;
    ssize_t written;
    do {
        if (fstat(fd, &st) < 0)
            return false;
        if (S_ISREG(st.st_mode))
            written = write(fd, line, size);
        else if (S_ISSOCK(st.st_mode))
            written = send(fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        else
            written = write_if_ready(fd, line, size);
    } while (written < 0 && errno == EINTR);
    return written > 0;
}

static void write_line(const char *line, size_t size)
{
    /*
     * seq_cst on both sides: either chi_log_configure() sees this writer and waits for it before it
     * closes the old descriptor, or this thread sees the new one.
     */
    atomic_fetch_add_explicit(&writers, 1, memory_order_seq_cst);
    int fd = atomic_load_explicit(&log_fd, memory_order_seq_cst);
    if (!write_now(fd, line, size)) {
        atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
    } else if (CHI_UNLIKELY(atomic_load_explicit(&dropped, memory_order_relaxed) > 0)) {
        char text[128];
        unsigned count = atomic_exchange_explicit(&dropped, 0, memory_order_relaxed);
        size_t head = (size_t)format_head(text, sizeof text, "log", CHI_LOG_WARN);
        int body = snprintf(text + head, sizeof text - head,
                            "%u lines were dropped: the log could not be written\n", count);
        if (!write_now(fd, text, head + (size_t)body))
            atomic_fetch_add_explicit(&dropped, count, memory_order_relaxed);
    }
    atomic_fetch_sub_explicit(&writers, 1, memory_order_release);
}

void chi_log_write(const char *topic, enum chi_log_level level, const char *format, ...)
{
    int saved_errno = errno;
    char small[LINE_SIZE];
    char *line = small;
    char *large = NULL;
    size_t capacity = sizeof small;
    size_t head = (size_t)format_head(small, sizeof small, topic, level);

    va_list arguments;
    va_start(arguments, format);
    errno = saved_errno; /* for %m */
    int body = vsnprintf(line + head, capacity - head, format, arguments);
    va_end(arguments);
    size_t size = head + (body > 0 ? (size_t)body : 0);
    if (size > LINE_MAX_SIZE - 1)
        size = LINE_MAX_SIZE - 1;
    if (size >= capacity && (large = malloc(size + 1)) != NULL) {
        memcpy(large, small, head);
        va_start(arguments, format);
        errno = saved_errno;
        vsnprintf(large + head, size + 1 - head, format, arguments);
        va_end(arguments);
        line = large;
        capacity = size + 1;
    }
    if (size >= capacity)
        size = capacity - 1;
    /* Texts of clients reach the log: they begin no lines of their own. */
    for (size_t i = head; i < size; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = ' ';
    }
    line[size] = '\n';
    write_line(line, size + 1);
    free(large);
    errno = saved_errno;
}

/* Lets lines go to `fd` from now on and closes the descriptor before it, unless standard error. */
static void redirect(int fd)
{
    int old = atomic_exchange_explicit(&log_fd, fd, memory_order_seq_cst);
    if (old == STDERR_FILENO)
        return;
    /* Acquire by seq_cst: pairs with the release at the end of write_line(). */
    uint64_t give_up_ns = chi_clock_now_ns() + CHI_NS_PER_S;
    while (atomic_load_explicit(&writers, memory_order_seq_cst) != 0) {
        /* In the child of a fork a writer may be counted that is not there: leave it open then. */
        if (chi_clock_now_ns() > give_up_ns)
            return;
        sched_yield();
    }
    close(old);
}

int chi_log_descriptor(void)
{
    return atomic_load_explicit(&log_fd, memory_order_relaxed);
}

int chi_log_configure(const char *level, const char *file)
{
    spec_now(); /* a malformed CHI_LOG is reported once, there */
    struct published_spec *next = calloc(1, sizeof *next);
    if (!next)
        return chi_error(-ENOMEM, "no memory for the log's levels");
    next->spec = (struct chi_log_spec){.level = DEFAULT_LEVEL, .highest = DEFAULT_LEVEL};
    int rc = level ? chi_log_spec_parse(level, &next->spec) : 0;
    if (rc)
        goto free_next;
    apply_environment(&next->spec);

    int fd = STDERR_FILENO;
    if (file) {
        /* A FIFO without a reader must not block. */
        fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
        rc = fd < 0 ? -errno : 0;
        if (rc) {
            chi_error(rc, "cannot open the log file %s: %s", file,
                      rc == -ENXIO ? "it is a FIFO that nobody reads" : chi_strerror(rc));
            goto free_next;
        }
    }
    pthread_mutex_lock(&configure_lock);
    next->retired = atomic_load_explicit(&current, memory_order_relaxed);
    /* Release: pairs with the acquire in spec_now(). */
    atomic_store_explicit(&current, next, memory_order_release);
    redirect(fd);
    pthread_mutex_unlock(&configure_lock);
    return 0;

free_next:
    free(next);
    return rc;
}
