/* SPDX-License-Identifier: BSD-3-Clause */
int test_helper_answer(void);

int test_helper_answer(void)
{
    return 42;
}
