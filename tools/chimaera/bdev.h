/* SPDX-License-Identifier: BSD-3-Clause */
/* `chimaera bdev`: shows block devices, and copies files to and from them. */
#ifndef CHIMAERA_TOOL_BDEV_H
#define CHIMAERA_TOOL_BDEV_H

/* Runs the command. Returns the exit status. */
int command_bdev(int argc, char **argv);

#endif
