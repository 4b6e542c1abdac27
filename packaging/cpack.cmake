# SPDX-License-Identifier: BSD-3-Clause
# Packages: docs/packages.md. A tree that installs into /usr makes .deb and .rpm, any other one an archive
# that runs from wherever it is unpacked. Components: runtime, development, nbd.
set(is_for_system OFF)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(is_for_system ON)
endif()

set(CPACK_PACKAGE_NAME chimaera)
set(CPACK_PACKAGE_VENDOR "The Chimaera authors")
set(CPACK_PACKAGE_CONTACT "The Chimaera authors <chimaera@example.org>" CACHE STRING
  "Who answers for the packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "runs tasks for other processes over shared memory")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_CURRENT_LIST_DIR}/each_generator.cmake")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL runtime development)
if(TARGET chimaera_nbdkit)
  list(APPEND CPACK_COMPONENTS_ALL nbd)
endif()
set(about "Chimaera is a daemon that runs tasks for other processes. Its modules are
libraries that the daemon loads; applications call them through a thin client
library.")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "${about}
This package has the daemon, the command line, the libraries and the modules.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "${about}
This package has what applications and modules are built with: headers,
packages for CMake and pkg-config, the generator and the template of modules,
manual pages and documents.")
set(CPACK_COMPONENT_NBD_DESCRIPTION "${about}
This package has the plugin of nbdkit that exports block devices of the daemon
over the network block device protocol.")

set(CPACK_GENERATOR TGZ)
if(is_for_system)
  set(CPACK_GENERATOR "DEB;RPM")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
endif()

# ---- Debian
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME chimaera)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA "${CMAKE_CURRENT_LIST_DIR}/debian/triggers")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libchimaera-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_NBD_PACKAGE_NAME nbdkit-plugin-chimaera)
set(CPACK_DEBIAN_NBD_PACKAGE_SECTION admin)
set(of_this_version "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "chimaera (= ${of_this_version})")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "cmake (>= 3.20), pkg-config")
set(CPACK_DEBIAN_NBD_PACKAGE_DEPENDS "chimaera (= ${of_this_version}), nbdkit (>= 1.30)")

# ---- RPM
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE BSD-3-Clause)
set(CPACK_RPM_PACKAGE_AUTOREQPROV ON)
set(CPACK_RPM_RUNTIME_PACKAGE_NAME chimaera)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME chimaera-devel)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "chimaera = ${PROJECT_VERSION}")
set(CPACK_RPM_NBD_PACKAGE_NAME nbdkit-plugin-chimaera)
set(CPACK_RPM_NBD_PACKAGE_REQUIRES "chimaera = ${PROJECT_VERSION}, nbdkit >= 1.30")
set(CPACK_RPM_RUNTIME_POST_INSTALL_SCRIPT_FILE "${CMAKE_CURRENT_LIST_DIR}/rpm/ldconfig.sh")
set(CPACK_RPM_RUNTIME_POST_UNINSTALL_SCRIPT_FILE "${CMAKE_CURRENT_LIST_DIR}/rpm/ldconfig.sh")
# Folders of the distribution, which must not belong to this package.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
  /usr/share/man /usr/share/man/man1 /usr/share/man/man3 /usr/share/man/man5
  /usr/share/bash-completion /usr/share/bash-completion/completions
  /usr/${CMAKE_INSTALL_LIBDIR}/cmake /usr/${CMAKE_INSTALL_LIBDIR}/pkgconfig
  /usr/${CMAKE_INSTALL_LIBDIR}/nbdkit /usr/${CMAKE_INSTALL_LIBDIR}/nbdkit/plugins
  /usr/lib/systemd /usr/lib/systemd/system /usr/lib/systemd/user)

# Each Debian package has its own folder of documents, with these two.
if(is_for_system)
  string(TIMESTAMP stamp "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH counts
  set(documents "${CMAKE_CURRENT_BINARY_DIR}/documents")
  configure_file(debian/copyright.in "${documents}/copyright" @ONLY)
  foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER ${component} upper)
    set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
    configure_file(debian/changelog.in "${documents}/${package}/changelog.Debian" @ONLY)
    execute_process(COMMAND gzip -9nf "${documents}/${package}/changelog.Debian"
      COMMAND_ERROR_IS_FATAL ANY)
    install(FILES "${documents}/copyright" "${documents}/${package}/changelog.Debian.gz"
      DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  endforeach()
endif()
include(CPack)
