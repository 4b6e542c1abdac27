/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STACK_SIZE ((size_t)64 << 10)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_SIGNAL_STACK 0 /* the sanitizer has its own, and frees it at a thread's end */
#else
#define OWN_SIGNAL_STACK 1
#endif

const int chi_fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, 0};

struct start {
    char name[16];
    void *(*function)(void *argument);
    void *argument;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* its destructor frees a thread's stack */

static void free_stack(void *memory)
{
    const stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(memory, STACK_SIZE);
}

static void make_key(void)
{
    pthread_key_create(&key, free_stack);
}

int chi_thread_add_signal_stack(void)
{
    if (!OWN_SIGNAL_STACK)
        return 0;
    pthread_once(&once, make_key);
    stack_t stack = {.ss_size = STACK_SIZE};
    stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return -ENOMEM;
    if (sigaltstack(&stack, NULL) < 0 || pthread_setspecific(key, stack.ss_sp) != 0) {
        free_stack(stack.ss_sp);
        return -ENOMEM;
    }
    return 0;
}

static void *run(void *argument)
{
    struct start start;
    memcpy(&start, argument, sizeof(start));
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    chi_thread_add_signal_stack(); /* without one a full stack ends the process without a word */
    return start.function(start.argument);
}

int chi_thread_create(pthread_t *thread, const char *name, void *(*function)(void *),
                      void *argument)
{
    struct start *start = malloc(sizeof(*start));
    pthread_attr_t attributes;
    sigset_t most, before;
    pthread_t ignored;

    if (start == NULL)
        return -ENOMEM;
    *start = (struct start){.function = function, .argument = argument};
    snprintf(start->name, sizeof(start->name), "%s", name);
    sigfillset(&most);
    for (const int *signal = chi_fault_signals; *signal != 0; signal++)
        sigdelset(&most, *signal);
    pthread_attr_init(&attributes);
    if (thread == NULL)
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_BLOCK, &most, &before);
    int rc = pthread_create(thread != NULL ? thread : &ignored, &attributes, run, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (rc != 0)
        free(start);
    return -rc;
}
