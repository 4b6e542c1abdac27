/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime/host/crash.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/thread.h"
#include "chimaera/log.h"
#include "runtime/control/instance.h"
#include "runtime/core/current.h"
#include "runtime/core/record.h"
#include "runtime/core/runtime.h"
#include "runtime/host/crash_frames.h"
#include "runtime/worker/task_text.h"
#include "runtime/worker/worker.h"

#define REPORT_SECONDS 10
#define READER_MS      1000 /* how long one who reads standard error or the log may hold it up */
#define FRAMES_MAX     1024
#define FRAMES_SHOWN   48

static struct {
    struct chi_runtime *_Atomic runtime; /* NULL: nothing is watched */
    char path[sizeof(struct chi_paths)];
    pid_t pid;           /* of the daemon: a process that a module forked has this struct, too */
    atomic_int reporter; /* 0, or the signal that is being reported */
    pthread_t thread;    /* that reports */
    bool at_exit;
} crash;

/* ---- writing */

struct sink {
    int fds[3]; /* -1: none, or one that takes no more */
};

static bool write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        if (poll(&ready, 1, READER_MS) == 0)
            return false;
        ssize_t n = write(fd, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        size -= (size_t)n;
    }
    return true;
}

static void put(struct sink *sink, const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof(sink->fds) / sizeof(sink->fds[0]); i++)
        if (sink->fds[i] >= 0 && !write_all(sink->fds[i], text, size))
            sink->fds[i] = -1;
}

static void say(struct sink *sink, const char *format, ...) CHI_PRINTF(2, 3);

static void say(struct sink *sink, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (n > 0)
        put(sink, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* The file first: the others may have a reader that does not read. */
static struct sink open_sink(void)
{
    int fd = open(crash.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int log = chi_log_descriptor();
    return (struct sink){{fd, log != STDERR_FILENO ? log : -1, STDERR_FILENO}};
}

/* ---- the content */

static void say_registers(struct sink *sink, const ucontext_t *context)
{
#if defined(__x86_64__)
    static const struct {
        const char *name;
        int at;
    } names[] = {{"rip", REG_RIP}, {"rsp", REG_RSP}, {"rbp", REG_RBP}, {"rax", REG_RAX},
                 {"rbx", REG_RBX}, {"rcx", REG_RCX}, {"rdx", REG_RDX}, {"rsi", REG_RSI},
                 {"rdi", REG_RDI}, {"r8", REG_R8},   {"r9", REG_R9},   {"r10", REG_R10},
                 {"r11", REG_R11}, {"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14},
                 {"r15", REG_R15}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        say(sink, "%s%s %016llx%s", i % 4 == 0 ? "  " : " ", names[i].name,
            (unsigned long long)context->uc_mcontext.gregs[names[i].at],
            i % 4 == 3 || i == 16 ? "\n" : "");
#elif defined(__aarch64__)
    say(sink, "  pc %016llx sp %016llx\n", (unsigned long long)context->uc_mcontext.pc,
        (unsigned long long)context->uc_mcontext.sp);
    for (int i = 0; i < 31; i++)
        say(sink, "%sx%d %016llx%s", i % 4 == 0 ? "  " : " ", i,
            (unsigned long long)context->uc_mcontext.regs[i], i % 4 == 3 || i == 30 ? "\n" : "");
#else
    (void)context;
    say(sink, "  not known on this kind of machine\n");
#endif
}

/* Where the program counter of the fault is known, what lies above it is this file's. */
static void say_frames(struct sink *sink, const struct chi_runtime *runtime, const void *pc)
{
    static void *frames[FRAMES_MAX]; /* there is one reporter */
    char text[600];
    int first = 0, count = backtrace(frames, FRAMES_MAX);
    for (int i = 0; i < count; i++)
        if (frames[i] == pc)
            first = i;
    for (int i = first; i < count; i++) {
        if (i - first == FRAMES_SHOWN / 2 && count - i > FRAMES_SHOWN / 2) {
            say(sink, "  ... %d more\n", count - i - FRAMES_SHOWN / 2);
            i = count - FRAMES_SHOWN / 2;
        }
        /* A call that does not return may be the last instruction of its function. */
        const char *at = (const char *)frames[i] - (frames[i] == pc ? 0 : 1);
        chi_crash_describe_frame(runtime, at, text, sizeof(text));
        say(sink, "  #%-2d %p %s\n", i - first, frames[i], text);
    }
}

static const void *pc_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (const void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (const void *)context->uc_mcontext.pc;
#else
    (void)context;
    return NULL;
#endif
}

static void say_recent(struct sink *sink, const struct chi_worker *worker)
{
    uint64_t now = atomic_load_explicit(&worker->stats.tasks, memory_order_relaxed);
    say(sink, "last tasks of worker %u, the newest first:", worker->id);
    for (uint32_t i = 0; i < CHI_RECENT_TASKS; i++) {
        const struct chi_task_schema *schema = worker->recent[(now - i) % CHI_RECENT_TASKS];
        if (schema != NULL)
            say(sink, " %s", schema->type.name);
    }
    say(sink, "\n");
}

static void say_task(struct sink *sink)
{
    const struct chi_worker *worker = chi_worker_self;
    const struct chi_record *record = worker != NULL ? worker->current : NULL;
    char text[600];
    if (record != NULL) {
        chi_record_describe(record, text, sizeof(text));
        say(sink, "in %s\n", text);
    } else {
        say(sink, worker != NULL ? "in a worker, outside of handlers\n"
                                 : "in a thread that is no worker's\n");
    }
}

/* Whether the address lies in the guard below the running fiber's stack. */
static bool is_overrun(const void *address)
{
    return chi_worker_self != NULL && chi_fiber_in_guard(chi_fiber_current(), address);
}

static const char *name_of(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGSEGV, "SIGSEGV: invalid memory access"},
                 {SIGBUS, "SIGBUS: memory that is not there"},
                 {SIGFPE, "SIGFPE: invalid arithmetic"},
                 {SIGILL, "SIGILL: invalid instruction"},
                 {SIGABRT, "SIGABRT: abort(), a failed assertion, or a C++ exception that nobody "
                           "caught"},
                 {SIGTRAP, "SIGTRAP: a trap"},
                 {SIGSYS, "SIGSYS: a forbidden system call"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].number == number)
            return names[i].name;
    return "?";
}

static void report(int number, const siginfo_t *info, const ucontext_t *context)
{
    struct chi_runtime *runtime = atomic_load(&crash.runtime);
    struct sink sink = open_sink();
    bool fault = number == SIGSEGV || number == SIGBUS;

    say(&sink, "chimaera_runtime: instance %s, process %d, ends by signal %d (%s)",
        runtime->paths.instance, (int)getpid(), number, name_of(number));
    if (fault)
        say(&sink, ", at address %p", info->si_addr);
    say(&sink, "\n");
    say_task(&sink);
    if (fault && is_overrun(info->si_addr))
        say(&sink, "the handler's stack is full: raise runtime.stack_size, or "
                   "chi_container_set_stack_size() for this method\n");
    say(&sink, "backtrace:\n");
    say_frames(&sink, runtime, pc_of(context));
    say(&sink, "registers:\n");
    say_registers(&sink, context);
    if (chi_worker_self != NULL)
        say_recent(&sink, chi_worker_self);
    say(&sink, "this report is in %s\n", crash.path);
}

/* ---- signals */

static void unblock(int number)
{
    sigset_t this;
    sigemptyset(&this);
    sigaddset(&this, number);
    pthread_sigmask(SIG_UNBLOCK, &this, NULL);
}

static void end_by(int number)
{
    signal(number, SIG_DFL);
    unblock(number);
    raise(number);
    kill(getpid(), number);
    _exit(128 + number);
}

static void on_alarm(int number)
{
    (void)number;
    end_by(atomic_load(&crash.reporter));
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    int nobody = 0;
    if (getpid() != crash.pid)
        end_by(number); /* the report would be about the daemon, which goes on */
    if (!atomic_compare_exchange_strong(&crash.reporter, &nobody, number)) {
        if (pthread_equal(crash.thread, pthread_self()))
            end_by(nobody); /* the report itself failed */
        for (;;)
            pause(); /* the other thread ends the process */
    }
    crash.thread = pthread_self();
    const struct itimerval limit = {.it_value.tv_sec = REPORT_SECONDS};
    signal(SIGALRM, on_alarm);
    unblock(SIGALRM); /* other threads may have inherited a mask that blocks it, too */
    setitimer(ITIMER_REAL, &limit, NULL);
    report(number, info, context);
    end_by(number);
}

/* ---- exit() */

/* A module may not end the daemon, and nobody else calls exit() while a runtime is watched. */
static void on_exit_of_process(void)
{
    struct chi_runtime *runtime = atomic_load(&crash.runtime);
    if (runtime == NULL || getpid() != crash.pid) /* names are the daemon's, which goes on */
        return;
    struct sink sink = open_sink();
    say(&sink, "chimaera_runtime: instance %s, process %d, ends because exit() was called\n",
        runtime->paths.instance, (int)getpid());
    say_task(&sink);
    say(&sink, "backtrace:\n");
    say_frames(&sink, runtime, NULL);
    chi_instance_remove_names(runtime);
    _exit(EXIT_FAILURE);
}

/* ---- begin and end */

static void mention_last(void)
{
    char line[300] = "", seen[sizeof(crash.path) + 8];
    int fd = open(crash.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    ssize_t got = read(fd, line, sizeof(line) - 1);
    close(fd);
    line[got > 0 ? got : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    snprintf(seen, sizeof(seen), "%s.last", crash.path);
    if (rename(crash.path, seen) < 0)
        return;
    chi_log_warn("runtime", "the last run of this instance crashed: %s; its report is in %s", line,
                 seen);
}

void chi_crash_watch(struct chi_runtime *runtime)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    void *frame;

    snprintf(crash.path, sizeof(crash.path), "%s/chimaera.%s.crash", runtime->paths.dir,
             runtime->paths.instance);
    mention_last();
    (void)backtrace(&frame, 1); /* loads what it needs now, not in a handler */
    sigfillset(&action.sa_mask);
    for (const int *signal = chi_fault_signals; *signal != 0; signal++)
        sigdelset(&action.sa_mask, *signal);
    sigdelset(&action.sa_mask, SIGALRM);
    crash.pid = getpid();
    atomic_store(&crash.runtime, runtime);
    if (!crash.at_exit)
        crash.at_exit = atexit(on_exit_of_process) == 0;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    chi_thread_add_signal_stack();
    for (const int *signal = chi_fault_signals; *signal != 0; signal++)
        sigaction(*signal, &action, NULL);
#endif
}

void chi_crash_unwatch(struct chi_runtime *runtime)
{
    if (atomic_load(&crash.runtime) != runtime)
        return;
    atomic_store(&crash.runtime, NULL);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    for (const int *number = chi_fault_signals; *number != 0; number++)
        signal(*number, SIG_DFL);
#endif
}
