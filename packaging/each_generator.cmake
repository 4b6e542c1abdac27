# SPDX-License-Identifier: BSD-3-Clause
# Read by cpack before each kind of package. Only .deb has packages of debug symbols, and takes the symbols
# away itself; the others are stripped.
if(NOT CPACK_GENERATOR STREQUAL "DEB" OR NOT CPACK_DEBIAN_DEBUGINFO_PACKAGE)
  set(CPACK_STRIP_FILES ON)
endif()
