# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` puts where, except for modules, which install_chimod() installs. The
# component `runtime` is what a machine needs that runs daemons and applications; `development` is
# the rest. Included before any target is made.

# A library for applications or module authors: chimaera::<name> here and in package chimaera-core.
function(chi_export_library target name)
  add_library(chimaera::${name} ALIAS ${target})
  chi_set_package(${target} chimaera-core ${PROJECT_VERSION} ${name})
  chi_install_library(${target} development)
endfunction()

# Likewise a program, of the install component `component`.
function(chi_export_program target name component)
  add_executable(chimaera::${name} ALIAS ${target})
  chi_set_package(${target} chimaera-core ${PROJECT_VERSION} ${name})
  file(RELATIVE_PATH libraries "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(${target} PROPERTIES
    INSTALL_RPATH "$ORIGIN/${libraries};${CMAKE_INSTALL_RPATH}" INSTALL_RPATH_USE_LINK_PATH TRUE)
  install(TARGETS ${target} EXPORT chimaera-core
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
endfunction()

install(DIRECTORY include/chimaera DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.h")
install(FILES cmake/ChimaeraCommon.cmake cmake/ChimaeraPackage.cmake
  cmake/chimaera-package.cmake.in cmake/chimaera-package.pc.in
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/chimaera-core COMPONENT development)
chi_install_package(chimaera-core VERSION ${PROJECT_VERSION} NAMESPACE chimaera
  CLIENT chimaera RUNTIME chimaera_runtime_lib DESCRIPTION "${PROJECT_DESCRIPTION}"
  EXTRA [[

if(NOT TARGET chimaera::cxx)
  add_library(chimaera::cxx ALIAS chimaera::core)
endif()
# From here on include(ChimaeraCommon) works; without it its functions are there all the same.
if(NOT CMAKE_CURRENT_LIST_DIR IN_LIST CMAKE_MODULE_PATH)
  list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/ChimaeraCommon.cmake")]])

# Documents keep their places, so that the links between them work: tools/lib/links.pl checks that.
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(FILES README.md CONTRIBUTING.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT development)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.md" PATTERN "*.svg")
install(DIRECTORY chimods DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development
  FILES_MATCHING PATTERN "README.md" PATTERN include EXCLUDE PATTERN src EXCLUDE PATTERN test EXCLUDE
  PATTERN admin EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime
  FILES_MATCHING PATTERN "*.c" PATTERN "*.yaml" PATTERN kv_store EXCLUDE)
install(DIRECTORY examples/kv_store DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
  COMPONENT development)

if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
  add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} -DBUILD_DIR=${CMAKE_BINARY_DIR}
            -P "${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake" VERBATIM)
else() # include(ChimaeraCommon) shall work in the project that took this one in
  set(CMAKE_MODULE_PATH "${CMAKE_MODULE_PATH}" PARENT_SCOPE)
endif()
