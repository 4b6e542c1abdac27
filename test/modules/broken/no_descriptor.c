/* SPDX-License-Identifier: BSD-3-Clause */
/* A library with a module's name that is none. */
extern int test_nodescriptor_nothing;
__attribute__((visibility("default"))) int test_nodescriptor_nothing;
