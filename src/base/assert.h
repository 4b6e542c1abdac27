/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Assertions against a programmer's mistakes. They stay in every build type but Release. A test
 * replaces chi_assert_hook to see that a mistake is caught.
 */
#ifndef CHI_BASE_ASSERT_H
#define CHI_BASE_ASSERT_H

#include "base/cpu.h"
#include "chimaera/types.h"

/* Called with the place and the message. May return, which a test's hook does: execution goes on
 * behind the assertion. */
typedef void chi_assert_hook_fn(const char *file, int line, const char *message);

/* Never NULL; set it while no other thread asserts. The default logs the message and aborts. */
extern CHI_API chi_assert_hook_fn *chi_assert_hook;

CHI_API void chi_assert_failed(const char *file, int line, const char *condition,
                               const char *format, ...) CHI_PRINTF(4, 5);

#ifdef NDEBUG
#define CHI_ASSERT(condition, ...)                                                                 \
    do {                                                                                           \
        if (0 && (condition))                                                                      \
            chi_assert_failed(__FILE__, __LINE__, #condition, __VA_ARGS__);                        \
    } while (0)
#else
/* CHI_ASSERT(lock->holds > 0, "unlock of %p, which no task holds", (void *)lock); */
#define CHI_ASSERT(condition, ...)                                                                 \
    do {                                                                                           \
        if (CHI_UNLIKELY(!(condition)))                                                            \
            chi_assert_failed(__FILE__, __LINE__, #condition, __VA_ARGS__);                        \
    } while (0)
#endif

#endif
