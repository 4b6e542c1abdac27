# SPDX-License-Identifier: BSD-3-Clause
# Writes the version script of the shared libraries: what a public header declares has the version
# CHIMAERA_<major>.<minor>, other exported symbols CHIMAERA_PRIVATE: these are for the libraries and
# programs of this source tree, and may change with any build.
#
#   cmake -DHEADERS=<folder> -DVERSION=<x.y.z> -DOUTPUT=<file> -P version_script.cmake
cmake_minimum_required(VERSION 3.20)

file(GLOB headers "${HEADERS}/*.h")
set(names "")
foreach(header IN LISTS headers)
  file(READ "${header}" text)
  string(REPLACE ";" "@" text "${text}") # it would end an item of the lists below
  # From CHI_API to the parameters, or to the end where it is a variable.
  string(REGEX MATCHALL "CHI_API[^@(){}#\"]*[(@]" declarations "${text}")
  foreach(declaration IN LISTS declarations)
    if(declaration MATCHES "(chi_[a-z0-9_]+)[ \n]*[(@]$")
      list(APPEND names "${CMAKE_MATCH_1}")
    endif()
  endforeach()
endforeach()
list(SORT names)
list(REMOVE_DUPLICATES names)

string(REGEX MATCH "^[0-9]+\\.[0-9]+" version "${VERSION}")
set(script "CHIMAERA_${version} {\nglobal:\n")
foreach(name IN LISTS names)
  string(APPEND script "  ${name};\n")
endforeach()
string(APPEND script "local:\n  *;\n};\n\nCHIMAERA_PRIVATE {\nglobal:\n  chi_*;\n};\n")
file(WRITE "${OUTPUT}" "${script}")
