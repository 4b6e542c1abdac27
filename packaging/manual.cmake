# SPDX-License-Identifier: BSD-3-Clause
# The manual pages: tools/manual asks the programs that were built, so these must run here.
find_program(CHI_PERL perl)
find_program(CHI_GZIP gzip)
mark_as_advanced(CHI_PERL CHI_GZIP)
if(NOT CHI_PERL OR NOT CHI_GZIP OR CMAKE_CROSSCOMPILING OR CHI_SANITIZE)
  message(STATUS "chimaera: no manual pages (they need perl, gzip, and programs that run here)")
  return()
endif()
set(manual "${CMAKE_CURRENT_BINARY_DIR}/man")
file(GLOB manual_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/chimaera/*.h")
add_custom_command(OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/man.stamp"
  COMMAND "${CHI_PERL}" "${PROJECT_SOURCE_DIR}/tools/manual"
          "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "${manual}"
  COMMAND ${CMAKE_COMMAND} -E touch "${CMAKE_CURRENT_BINARY_DIR}/man.stamp"
  DEPENDS chimaera_cli chimaera_runtime chi_refresh_repo ${manual_headers}
          "${PROJECT_SOURCE_DIR}/tools/manual" "${PROJECT_SOURCE_DIR}/tools/lib/headers.pl"
          "${PROJECT_SOURCE_DIR}/tools/chi_new_mod/chi_new_mod.in"
          "${PROJECT_SOURCE_DIR}/docs/reference/config.md"
  COMMENT "Writing the manual pages" VERBATIM)
add_custom_target(manual ALL DEPENDS "${CMAKE_CURRENT_BINARY_DIR}/man.stamp")
foreach(section IN ITEMS 1 5)
  install(DIRECTORY "${manual}/man${section}" DESTINATION ${CMAKE_INSTALL_MANDIR}
    COMPONENT runtime PATTERN "chi_*" EXCLUDE)
endforeach()
install(DIRECTORY "${manual}/man1" DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT development
  FILES_MATCHING PATTERN "chi_*")
install(DIRECTORY "${manual}/man3" DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT development)
