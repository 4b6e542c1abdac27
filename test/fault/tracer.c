/* SPDX-License-Identifier: BSD-3-Clause */
/* See tracer.h. */
#include "tracer.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define INT3     0xCCu
#define SYSCALL0 0x0Fu
#define SYSCALL1 0x05u

/* The mark itself is one byte of int3; the child is past it when it stops. */
extern const char tracer_end_mark[];

#ifdef __clang__
#define ONE_COPY __attribute__((noinline))
#else
#define ONE_COPY __attribute__((noinline, noclone))
#endif

ONE_COPY static void run_marked(void (*function)(void *), void *argument)
{
    __asm__ volatile("int3" ::: "memory");
    function(argument);
    __asm__ volatile(".globl tracer_end_mark\n"
                     "tracer_end_mark:\n"
                     "int3" ::
                         : "memory");
}

_Noreturn void tracer_run(void (*function)(void *), void *argument)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) {
        perror("ptrace");
        _exit(1);
    }
    run_marked(function, argument);
    _exit(0);
}

static bool await_trap(pid_t child)
{
    int state;
    while (waitpid(child, &state, __WALL) < 0)
        if (errno != EINTR)
            return false;
    if (WIFSTOPPED(state) && WSTOPSIG(state) == SIGTRAP)
        return true;
    if (WIFSTOPPED(state))
        fprintf(stderr, "the traced child got signal %d at %s\n", WSTOPSIG(state),
                tracer_name((uintptr_t)ptrace(PTRACE_PEEKUSER, child,
                                              offsetof(struct user_regs_struct, rip), NULL)));
    else
        fprintf(stderr, "the traced child ended with wait status 0x%x\n", state);
    return false;
}

static uintptr_t where(pid_t child)
{
    return (uintptr_t)ptrace(PTRACE_PEEKUSER, child, offsetof(struct user_regs_struct, rip), NULL);
}

static bool one_step(pid_t child)
{
    return ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0 && await_trap(child);
}

bool tracer_await_start(pid_t child)
{
    return await_trap(child) &&
           ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(uintptr_t)PTRACE_O_EXITKILL) == 0;
}

bool tracer_step(pid_t child, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (where(child) == (uintptr_t)tracer_end_mark || !one_step(child))
            return false;
    return where(child) != (uintptr_t)tracer_end_mark;
}

void tracer_kill(pid_t child)
{
    int state;
    kill(child, SIGKILL);
    while (waitpid(child, &state, __WALL) == child && !WIFSIGNALED(state) && !WIFEXITED(state)) {
    }
}

/* ---- which instructions are ours */

static struct {
    struct range {
        uintptr_t first, end;
    } ranges[32];
    size_t count;
} own;

static void learn_ranges(void)
{
    char line[512], permissions[8], path[384], self[384];
    unsigned long first, end;

    if (own.count > 0)
        return;
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[size > 0 ? size : 0] = '\0';
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        path[0] = '\0';
        sscanf(line, "%lx-%lx %7s %*s %*s %*s %383[^\n]", &first, &end, permissions, path);
        if (permissions[2] == 'x' &&
            (strstr(path, "/libchimaera") != NULL || strcmp(path, self) == 0) &&
            own.count < sizeof(own.ranges) / sizeof(own.ranges[0]))
            own.ranges[own.count++] = (struct range){first, end};
    }
    if (maps != NULL)
        fclose(maps);
}

static bool is_own(uintptr_t address)
{
    for (size_t i = 0; i < own.count; i++)
        if (address >= own.ranges[i].first && address < own.ranges[i].end)
            return true;
    return false;
}

/* Read in our own image: the child's is the same. */
static bool is_system_call(uintptr_t address)
{
    const unsigned char *code = (const unsigned char *)address;
    return code[0] == SYSCALL0 && code[1] == SYSCALL1;
}

const char *tracer_name(uintptr_t address)
{
    static char text[256];
    Dl_info info;
    if (dladdr((void *)address, &info) == 0) {
        snprintf(text, sizeof(text), "0x%lx", (unsigned long)address);
        return text;
    }
    const char *file = strrchr(info.dli_fname, '/');
    file = file != NULL ? file + 1 : info.dli_fname;
    /* Offsets for addr2line -f -e FILE: hidden functions have no name here. */
    snprintf(text, sizeof(text), "%s+0x%lx", file,
             (unsigned long)(address - (uintptr_t)info.dli_fbase));
    return text;
}

/* ---- how often each address was passed: a hash table without removal */

struct counts {
    struct tracer_point *slots;
    size_t size; /* a power of two */
    size_t used;
};

static uint32_t count_up(struct counts *counts, uintptr_t address)
{
    if (counts->used * 2 >= counts->size) {
        struct counts larger = {.size = counts->size > 0 ? counts->size * 2 : 4096};
        larger.slots = calloc(larger.size, sizeof(*larger.slots));
        for (size_t i = 0; i < counts->size; i++) {
            if (counts->slots[i].address == 0)
                continue;
            size_t at = counts->slots[i].address * 0x9E3779B97F4A7C15u & (larger.size - 1);
            while (larger.slots[at].address != 0)
                at = (at + 1) & (larger.size - 1);
            larger.slots[at] = counts->slots[i];
            larger.used++;
        }
        free(counts->slots);
        *counts = larger;
    }
    size_t at = address * 0x9E3779B97F4A7C15u & (counts->size - 1);
    while (counts->slots[at].address != 0 && counts->slots[at].address != address)
        at = (at + 1) & (counts->size - 1);
    if (counts->slots[at].address == 0) {
        counts->slots[at].address = address;
        counts->used++;
    }
    return ++counts->slots[at].nth;
}

bool tracer_learn(pid_t child, bool all, uint32_t most, struct tracer_points *points)
{
    struct counts counts = {0};
    size_t room = 0;
    bool after_call = false;
    bool good = true;

    learn_ranges();
    memset(points, 0, sizeof(*points));
    for (;;) {
        uintptr_t address = where(child);
        if (address == (uintptr_t)tracer_end_mark)
            break;
        uint32_t nth = count_up(&counts, address);
        bool call = is_system_call(address);
        points->instructions++;
        if (all || is_own(address) || call || after_call) {
            if (points->count == room) {
                room = room > 0 ? room * 2 : 1024;
                points->points = realloc(points->points, room * sizeof(*points->points));
            }
            if (nth <= most)
                points->points[points->count++] = (struct tracer_point){address, nth};
            else
                points->left_out++;
        }
        after_call = call;
        if (!one_step(child)) {
            good = false;
            break;
        }
    }
    free(counts.slots);
    return good;
}

void tracer_points_fini(struct tracer_points *points)
{
    free(points->points);
    memset(points, 0, sizeof(*points));
}

/* ---- breakpoints */

static bool poke_byte(pid_t child, uintptr_t address, unsigned char byte)
{
    uintptr_t aligned = address & ~(uintptr_t)7;
    unsigned shift = (unsigned)(address - aligned) * 8;
    errno = 0;
    unsigned long word = (unsigned long)ptrace(PTRACE_PEEKTEXT, child, (void *)aligned, NULL);
    if (errno != 0)
        return false;
    word = (word & ~(0xFFul << shift)) | (unsigned long)byte << shift;
    return ptrace(PTRACE_POKETEXT, child, (void *)aligned, (void *)word) == 0;
}

bool tracer_run_to(pid_t child, const struct tracer_point *point)
{
    const unsigned char original = *(const unsigned char *)point->address;
    uint32_t passed = 0;

    for (;;) {
        if (where(child) == point->address) {
            if (++passed == point->nth)
                return true;
            if (!one_step(child))
                return false;
            continue;
        }
        if (where(child) == (uintptr_t)tracer_end_mark)
            return false;
        if (!poke_byte(child, point->address, INT3) || ptrace(PTRACE_CONT, child, NULL, NULL) < 0 ||
            !await_trap(child))
            return false;
        if (where(child) != point->address + 1)
            return false; /* the second mark */
        poke_byte(child, point->address, original);
        ptrace(PTRACE_POKEUSER, child, offsetof(struct user_regs_struct, rip),
               (void *)point->address);
    }
}
