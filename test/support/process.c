/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs and children of tests. */
#include "support/process.h"

#include <errno.h>

#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cmocka_all.h"

int chi_test_run(char output[CHI_TEST_OUTPUT_MAX], const char *format, ...)
{
    char command[2048];
    va_list arguments;

    int n = snprintf(command, sizeof(command), "exec 2>&1; ");
    va_start(arguments, format);
    vsnprintf(command + n, sizeof(command) - (size_t)n, format, arguments);
    va_end(arguments);
    fflush(NULL);
    FILE *pipe = popen(command, "re");
    assert_non_null(pipe);
    size_t size = fread(output, 1, CHI_TEST_OUTPUT_MAX - 1, pipe);
    output[size] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

pid_t chi_test_fork(int (*function)(void *argument), void *argument)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(function(argument));
    }
    return child;
}

int chi_test_join(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int chi_test_in_child(int (*function)(void *argument), void *argument)
{
    return chi_test_join(chi_test_fork(function, argument));
}
