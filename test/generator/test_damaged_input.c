/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the generator on truncated and altered copies of the corpus's module kv (the first argument
 * is that repository). It may refuse or accept them, but must end by itself: a sanitizer's report
 * is a signal or another exit code. CHI_TEST_ROUNDS sets how many copies are tried for each file.
 * The generator is linked into this program and runs in a child of it: to start a program for each
 * copy takes many times as long, with sanitizers above all.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FILE_MAX 16384
#if defined(__SANITIZE_ADDRESS__)
#define ROUNDS 40u /* to look for leaks takes many times as long as the generator */
#else
#define ROUNDS 150u
#endif

/* main() of chi_refresh_repo. */
int generator_main(int argc, char **argv);

static const char *corpus;
static char folder[] = "/tmp/chi_damaged_XXXXXX";
static uint64_t random_state;

static const char *const files[] = {
    "chimaera_repo.yaml",
    "kv/chimaera_mod.yaml",
    "kv/include/chimaera/kv/kv_tasks.h",
};

static size_t random_below(size_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % limit;
}

static size_t file_load(const char *name, char *data)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", corpus, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(data, 1, FILE_MAX, file);
    fclose(file);
    return size;
}

static void file_store(const char *name, const char *data, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static size_t damage(char *data, size_t size)
{
    static const char marks[] = "{}()[];,:*#\"'\\/\n -&@\0\xff";
    size_t count = 1 + random_below(4);
    for (size_t i = 0; i < count && size > 1; i++) {
        size_t at = random_below(size);
        size_t length = 1 + random_below(size - at < 64 ? size - at : 64);
        size_t from = random_below(size - length + 1);
        switch (random_below(5)) {
        case 0: /* cut off */
            size = at;
            break;
        case 1: /* one character */
            data[at] = marks[random_below(sizeof(marks) - 1)];
            break;
        case 2: /* any byte */
            data[at] = (char)random_below(256);
            break;
        case 3: /* leave out */
            memmove(data + at, data + at + length, size - at - length);
            size -= length;
            break;
        default: /* repeat another part */
            memmove(data + at, data + from, length);
            break;
        }
    }
    return size;
}

static int run(void)
{
    static const int cmockas[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};
    char *arguments[] = {"chi_refresh_repo", folder, "--check", NULL};
    int status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, 1);
        if (!getenv("CHI_TEST_VERBOSE"))
            dup2(null, 2);
        for (size_t i = 0; i < sizeof(cmockas) / sizeof(*cmockas); i++)
            signal(cmockas[i], SIG_DFL);
        alarm(120);
        exit(generator_main(3, arguments));
    }
    assert_true(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void damaged_files_are_refused_or_read_but_never_crash(void **state)
{
    char whole[FILE_MAX];
    char copy[FILE_MAX];
    const char *rounds_text = getenv("CHI_TEST_ROUNDS");
    size_t rounds = rounds_text ? strtoul(rounds_text, NULL, 10) : ROUNDS;
    (void)state;
    for (size_t f = 0; f < sizeof(files) / sizeof(*files); f++) {
        size_t size = file_load(files[f], whole);
        for (size_t i = 0; i < rounds; i++) {
            random_state = f << 32 | i;
            memcpy(copy, whole, size);
            file_store(files[f], copy, damage(copy, size));
            int status = run();
            if (status != 0 && status != 1) {
                file_store("damaged", copy, size);
                fail_msg("%s, round %zu: exit %d; the folder %s is kept", files[f], i, status,
                         folder);
            }
        }
        file_store(files[f], whole, size);
    }
}

static int folder_create(void **state)
{
    static const char *const folders[] = {"kv", "kv/include", "kv/include/chimaera",
                                          "kv/include/chimaera/kv"};
    char path[512];
    char data[FILE_MAX];
    static const char repo[] = "namespace: chimaera\nmodules:\n  - kv\n";
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
        if (mkdir(path, 0700))
            return -1;
    }
    for (size_t i = 1; i < sizeof(files) / sizeof(*files); i++)
        file_store(files[i], data, file_load(files[i], data));
    file_store(files[0], repo, sizeof(repo) - 1);
    return 0;
}

static int folder_remove(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_refused_or_read_but_never_crash),
    };
    if (argc != 2)
        return 2;
    corpus = argv[1];
    return cmocka_run_group_tests(tests, folder_create, folder_remove);
}
