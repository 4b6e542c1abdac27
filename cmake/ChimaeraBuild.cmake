# SPDX-License-Identifier: BSD-3-Clause
# How everything of this repository is compiled: warnings, sanitizers, visibility, libraries found.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # typeof, cleanup
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
# Assertions guard shared state; they stay in every build type but Release.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO "${CMAKE_C_FLAGS_RELWITHDEBINFO}")

# ccache finds objects again that another clone compiled: paths are hashed relative to this tree, and
# debug information names them so (start gdb here, or say "directory" to it).
option(CHI_CCACHE "Compile by way of ccache where it is installed" ON)
if(CHI_CCACHE AND CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR
   AND (NOT CMAKE_C_COMPILER_LAUNCHER OR CMAKE_C_COMPILER_LAUNCHER MATCHES "^([^;]*/)?ccache$"))
  find_program(CHI_CCACHE_PROGRAM ccache)
  mark_as_advanced(CHI_CCACHE_PROGRAM)
  if(CHI_CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER
      env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CHI_CCACHE_PROGRAM}")
    add_compile_options("-fdebug-prefix-map=${PROJECT_SOURCE_DIR}=.")
  endif()
endif()

include(GNUInstallDirs)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)

# Reads JSON, such as a runtime's status; none of the libraries of the runtime and its clients does.
pkg_check_modules(JANSSON IMPORTED_TARGET jansson)
if(NOT JANSSON_FOUND)
  message(STATUS "chimaera: without jansson (package libjansson-dev): no `chimaera bdev`, no "
    "libchimaera_test and no tests")
  set(CHI_BUILD_TESTS OFF)
endif()

add_library(chi_flags INTERFACE)
target_compile_options(chi_flags INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
  -Wno-missing-field-initializers -fno-strict-aliasing -fno-semantic-interposition -fno-plt
  -ftls-model=initial-exec
  $<$<BOOL:${CHI_WERROR}>:-Werror>)
target_compile_definitions(chi_flags INTERFACE _GNU_SOURCE)
target_include_directories(chi_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
if(CHI_SANITIZE)
  add_compile_options(-fsanitize=${CHI_SANITIZE} -fno-omit-frame-pointer)
  if(CHI_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_link_options(-fsanitize=${CHI_SANITIZE})
endif()

# Fibers switch with boost.context's C symbols where its static archive is there, else with ucontext.
find_library(CHI_BOOST_CONTEXT NAMES libboost_context.a)
if(CHI_FIBER STREQUAL "fcontext" AND NOT CHI_BOOST_CONTEXT)
  message(FATAL_ERROR "CHI_FIBER=fcontext needs libboost_context.a (package libboost-context-dev)")
endif()
if(CHI_BOOST_CONTEXT AND NOT CHI_FIBER STREQUAL "ucontext")
  set(CHI_FIBER_CONTEXT fcontext)
else()
  set(CHI_FIBER_CONTEXT ucontext)
endif()
message(STATUS "chimaera: fibers switch with ${CHI_FIBER_CONTEXT}")

# The path of a task crosses several source files; release builds inline across them.
include(CheckIPOSupported)
check_ipo_supported(RESULT chi_ipo LANGUAGES C OUTPUT chi_ipo_output)
if(chi_ipo AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CHI_SANITIZE)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
