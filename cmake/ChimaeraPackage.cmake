# SPDX-License-Identifier: BSD-3-Clause
# Packages for CMake and pkg-config, for the core and for each module alike. ChimaeraCommon.cmake
# includes this file; nobody else needs it.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

# Says which package a target belongs to, and its name there. Others that link it, in this build or
# from the installed package, learn by these properties what they have to find.
function(chi_set_package target package version export_name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${export_name}
    CHIMAERA_PACKAGE ${package} CHIMAERA_PACKAGE_VERSION ${version})
  set_property(TARGET ${target} APPEND PROPERTY
    EXPORT_PROPERTIES CHIMAERA_PACKAGE CHIMAERA_PACKAGE_VERSION)
endfunction()

# Installs a library. It finds others in its own folder, wherever that is moved, then in folders
# outside the build from which it was linked.
function(chi_install_library target namelink_component)
  include(GNUInstallDirs)
  get_target_property(package ${target} CHIMAERA_PACKAGE)
  set_target_properties(${target} PROPERTIES
    INSTALL_RPATH "$ORIGIN;${CMAKE_INSTALL_RPATH}" INSTALL_RPATH_USE_LINK_PATH TRUE)
  install(TARGETS ${target} EXPORT ${package}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
            NAMELINK_COMPONENT ${namelink_component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

# Installs the package files. CLIENT and RUNTIME name the targets of these components; EXTRA is CMake
# code that the package runs at its end.
function(chi_install_package package)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "VERSION;NAMESPACE;CLIENT;RUNTIME;DESCRIPTION;EXTRA"
    "DEPENDS")
  include(GNUInstallDirs)
  set(destination "${CMAKE_INSTALL_LIBDIR}/cmake/${package}")
  set(written "${CMAKE_CURRENT_BINARY_DIR}/${package}Config.cmake")
  install(EXPORT ${package} NAMESPACE ${arg_NAMESPACE}:: FILE ${package}Targets.cmake
    DESTINATION "${destination}" COMPONENT development)
  # Before 1.0.0 a minor version may change the interface.
  set(compatibility SameMajorVersion)
  if(arg_VERSION VERSION_LESS 1)
    set(compatibility SameMinorVersion)
  endif()
  write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/${package}ConfigVersion.cmake"
    VERSION ${arg_VERSION} COMPATIBILITY ${compatibility})
  install(FILES "${written}" "${CMAKE_CURRENT_BINARY_DIR}/${package}ConfigVersion.cmake"
    DESTINATION "${destination}" COMPONENT development)
  if(arg_CLIENT)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${package}.pc"
      DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
  endif()
  # At the end of this folder, when all that the libraries link is known.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL chi_write_package [[${package}]]
    [[${arg_VERSION}]] [[${arg_CLIENT}]] [[${arg_RUNTIME}]] [[${arg_DESCRIPTION}]] [[${arg_EXTRA}]]
    [[${arg_DEPENDS}]])")
endfunction()

# Writes <package>Config.cmake and <package>.pc into the build folder.
function(chi_write_package package version client runtime description extra depends)
  set(dependencies "")
  set(requires "")
  set(components "")
  foreach(kind IN ITEMS client runtime)
    if("${${kind}}" STREQUAL "")
      continue()
    endif()
    list(APPEND components ${kind})
    get_target_property(links ${${kind}} LINK_LIBRARIES)
    foreach(link IN LISTS links)
      if(NOT TARGET "${link}")
        continue()
      endif()
      get_target_property(other "${link}" CHIMAERA_PACKAGE)
      get_target_property(other_version "${link}" CHIMAERA_PACKAGE_VERSION)
      if(NOT other OR other STREQUAL package)
        continue()
      endif()
      list(APPEND dependencies
        "find_dependency(${other} ${other_version} HINTS \"\${CMAKE_CURRENT_LIST_DIR}/../${other}\")")
      if(kind STREQUAL "client")
        list(APPEND requires "${other} >= ${other_version}")
      endif()
    endforeach()
  endforeach()
  foreach(other IN LISTS depends)
    list(APPEND dependencies "find_dependency(${other})")
  endforeach()
  list(REMOVE_DUPLICATES dependencies)
  list(REMOVE_DUPLICATES requires)
  list(JOIN dependencies "\n" dependencies)
  list(JOIN requires ", " requires)
  configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/chimaera-package.cmake.in"
    "${CMAKE_CURRENT_BINARY_DIR}/${package}Config.cmake" @ONLY)
  if(client)
    set(library ${client})
    include(GNUInstallDirs)
    file(RELATIVE_PATH up "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
    string(REGEX REPLACE "/$" "" up "${up}")
    foreach(dir IN ITEMS BINDIR INCLUDEDIR LIBDIR)
      set(${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
      if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
        set(${dir} "${CMAKE_INSTALL_${dir}}")
      endif()
    endforeach()
    configure_file("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/chimaera-package.pc.in"
      "${CMAKE_CURRENT_BINARY_DIR}/${package}.pc" @ONLY)
  endif()
endfunction()
