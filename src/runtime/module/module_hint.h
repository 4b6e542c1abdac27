/* SPDX-License-Identifier: BSD-3-Clause */
/* Which module may be meant by a name that none has, for the message. */
#ifndef CHI_RUNTIME_MODULE_MODULE_HINT_H
#define CHI_RUNTIME_MODULE_MODULE_HINT_H

#define CHI_MODULE_HINT_SIZE 192

/*
 * Writes `; did you mean chimaera_bdev?`, or "" where none is near, and returns `hint`. Reads the
 * folders; blocks the thread meanwhile.
 *   folders   absolute ones, separated by ", "
 */
char *chi_module_hint(const char *folders, const char *name, char hint[CHI_MODULE_HINT_SIZE]);

#endif
