/* SPDX-License-Identifier: BSD-3-Clause */
/* Needs a library that lies in a folder beside it. Has no descriptor, which is seen later. */
int test_helper_answer(void);
int test_needs_helper(void);

int test_needs_helper(void)
{
    return test_helper_answer();
}
