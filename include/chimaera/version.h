/* SPDX-License-Identifier: BSD-3-Clause */
/* The version of these headers; CMakeLists.txt reads it from here. */
#ifndef CHIMAERA_VERSION_H
#define CHIMAERA_VERSION_H

#define CHI_VERSION_MAJOR 0
#define CHI_VERSION_MINOR 1
#define CHI_VERSION_PATCH 0
#define CHI_VERSION       "0.1.0"

#endif
