# SPDX-License-Identifier: BSD-3-Clause
# How modules are built, in this repository and in others:
#
#   add_chimod_both(CHIMOD_NAME kv RUNTIME_SOURCES src/kv_runtime.c CLIENT_SOURCES src/kv_client.c)
#   add_chimod_runtime(CHIMOD_NAME kv RUNTIME_SOURCES ...)
#   add_chimod_client(CHIMOD_NAME kv CLIENT_SOURCES ...)
#   install_chimod(CHIMOD_NAME kv)
#   add_chimods()                  add_subdirectory() of each module that chimaera_repo.yaml lists
#   add_chimod_test(CHIMOD_NAME kv TEST_SOURCES test/test_kv.c)
#
# Called from the module's folder. The namespace is that of the first chimaera_repo.yaml from there
# up. Targets are <ns>_<mod>_runtime and <ns>_<mod>_client, also as <ns>::<mod>_runtime and
# <ns>::<mod>_client; the global properties <mod>_RUNTIME_TARGET and <mod>_CLIENT_TARGET hold their
# names. Generated sources are added by themselves; where they are stale the build stops.
include_guard(GLOBAL)

# The namespace of the calling folder, and the file that says so.
function(chi_read_namespace out_namespace out_file)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  while(NOT EXISTS "${folder}/chimaera_repo.yaml")
    get_filename_component(parent "${folder}" DIRECTORY)
    if(parent STREQUAL folder)
      message(FATAL_ERROR
        "No chimaera_repo.yaml in ${CMAKE_CURRENT_SOURCE_DIR} or above it; it gives the namespace")
    endif()
    set(folder "${parent}")
  endwhile()
  set(file "${folder}/chimaera_repo.yaml")
  file(STRINGS "${file}" line REGEX "^namespace[ \t]*:")
  if(NOT line MATCHES "^namespace[ \t]*:[ \t]*[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?[ \t]*(#.*)?$")
    message(FATAL_ERROR "${file}: a line like 'namespace: chimaera' is missing")
  endif()
  set(${out_namespace} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  set(${out_file} "${file}" PARENT_SCOPE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
endfunction()

# The first of the targets that there is; empty where there is none.
function(chi_first_target out)
  set(${out} "" PARENT_SCOPE)
  foreach(target IN LISTS ARGN)
    if(TARGET ${target})
      set(${out} ${target} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# A target <ns>_<mod>_generated that fails where the module's generated files are stale.
function(chi_check_generated namespace module repo_file)
  set(target ${namespace}_${module}_generated)
  if(TARGET ${target})
    return()
  endif()
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  chi_first_target(generator chi_refresh_repo chimaera::chi_refresh_repo)
  if(generator)
    set(program $<TARGET_FILE:${generator}>)
  else()
    find_program(CHI_REFRESH_REPO_PROGRAM chi_refresh_repo)
    mark_as_advanced(CHI_REFRESH_REPO_PROGRAM)
    set(program "${CHI_REFRESH_REPO_PROGRAM}")
    set(generator "${CHI_REFRESH_REPO_PROGRAM}")
    if(NOT program)
      message(STATUS "${namespace}_${module}: no chi_refresh_repo, generated files are not checked")
      add_custom_target(${target})
      return()
    endif()
  endif()
  file(GLOB inputs CONFIGURE_DEPENDS
    "${folder}/chimaera_mod.yaml" "${folder}/src/autogen/*.c"
    "${folder}/include/${namespace}/${module}/${module}_tasks.h"
    "${folder}/include/${namespace}/${module}/autogen/*.h")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${target}.stamp")
  add_custom_command(OUTPUT "${stamp}"
    COMMAND ${program} "${folder}" --check
    COMMAND ${CMAKE_COMMAND} -E touch "${stamp}"
    DEPENDS ${generator} ${inputs} "${repo_file}"
    COMMENT "Checking the generated files of ${namespace}_${module}" VERBATIM)
  add_custom_target(${target} DEPENDS "${stamp}")
endfunction()

# One library of a module. kind: runtime or client.
function(chi_add_chimod_library kind module)
  chi_read_namespace(namespace repo_file)
  set(target ${namespace}_${module}_${kind})
  string(TOUPPER ${kind} kind_upper)

  set(generated "src/autogen/${module}_schema.c")
  if("${namespace}_${module}" STREQUAL "chimaera_admin" AND TARGET chimaera)
    set(generated "") # libchimaera has it, for every module
  endif()
  if(kind STREQUAL "runtime")
    list(APPEND generated "src/autogen/${module}_lib_exec.c")
  endif()
  set(sources ${ARGN})
  foreach(source IN LISTS generated)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${source}") # the check below says what to do
      set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/${source}" PROPERTIES GENERATED TRUE)
    endif()
    if(NOT source IN_LIST sources AND NOT "${CMAKE_CURRENT_SOURCE_DIR}/${source}" IN_LIST sources)
      list(APPEND sources ${source})
    endif()
  endforeach()

  add_library(${target} SHARED ${sources})
  add_library(${namespace}::${module}_${kind} ALIAS ${target})
  set_property(GLOBAL PROPERTY ${module}_${kind_upper}_TARGET ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${module}_${kind}
    C_STANDARD 17 C_STANDARD_REQUIRED ON C_EXTENSIONS ON C_VISIBILITY_PRESET hidden)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  target_compile_definitions(${target} PRIVATE
    CHI_CHIMOD_NAME="${module}" CHI_NAMESPACE="${namespace}" CHIMAERA_RUNTIME=1
    $<$<STREQUAL:${kind},client>:CHIMAERA_CLIENT=1>)

  chi_first_target(core chimaera chimaera::core)
  if(NOT core)
    message(FATAL_ERROR "${target}: no target chimaera::core; call find_package(chimaera-core)")
  endif()
  target_link_libraries(${target} PUBLIC ${core})
  if(TARGET chi_flags)
    target_link_libraries(${target} PRIVATE chi_flags)
  endif()
  if(NOT "${namespace}_${module}" STREQUAL "chimaera_admin")
    chi_first_target(admin chimaera_admin_client chimaera::admin_client)
    if(admin)
      target_link_libraries(${target} PUBLIC ${admin})
    endif()
  endif()
  if(kind STREQUAL "runtime")
    chi_first_target(runtime chimaera_runtime_lib chimaera::runtime)
    if(runtime)
      target_link_libraries(${target} PRIVATE ${runtime})
      # A handler that is missing shall be found now, not when the runtime loads the library.
      if(NOT (CMAKE_C_COMPILER_ID MATCHES "Clang" AND (CHI_SANITIZE OR CMAKE_C_FLAGS MATCHES "fsanitize")))
        target_link_options(${target} PRIVATE LINKER:-z,defs)
      endif()
    endif()
  endif()

  chi_check_generated(${namespace} ${module} "${repo_file}")
  add_dependencies(${target} ${namespace}_${module}_generated)
endfunction()

function(add_chimod_runtime)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "RUNTIME_SOURCES")
  chi_check_chimod_arguments(add_chimod_runtime "${arg_CHIMOD_NAME}" "${arg_UNPARSED_ARGUMENTS}"
    "${arg_RUNTIME_SOURCES}")
  chi_add_chimod_library(runtime ${arg_CHIMOD_NAME} ${arg_RUNTIME_SOURCES})
endfunction()

function(add_chimod_client)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "CLIENT_SOURCES")
  chi_check_chimod_arguments(add_chimod_client "${arg_CHIMOD_NAME}" "${arg_UNPARSED_ARGUMENTS}"
    "${arg_CLIENT_SOURCES}")
  chi_add_chimod_library(client ${arg_CHIMOD_NAME} ${arg_CLIENT_SOURCES})
endfunction()

function(add_chimod_both)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "RUNTIME_SOURCES;CLIENT_SOURCES")
  chi_check_chimod_arguments(add_chimod_both "${arg_CHIMOD_NAME}" "${arg_UNPARSED_ARGUMENTS}"
    "${arg_RUNTIME_SOURCES}" "${arg_CLIENT_SOURCES}")
  chi_add_chimod_library(client ${arg_CHIMOD_NAME} ${arg_CLIENT_SOURCES})
  chi_add_chimod_library(runtime ${arg_CHIMOD_NAME} ${arg_RUNTIME_SOURCES})
endfunction()

# The folders of the modules that chimaera_repo.yaml lists, as chi_refresh_repo finds them: beside that
# file, or in the calling folder.
function(add_chimods)
  chi_read_namespace(namespace repo_file)
  get_filename_component(repo_folder "${repo_file}" DIRECTORY)
  file(READ "${repo_file}" text)
  set(entries "")
  if(text MATCHES "(^|\n)modules[ \t]*:[ \t]*\\[([^]]*)\\]")
    string(REGEX MATCHALL "[A-Za-z0-9_./-]+" entries "${CMAKE_MATCH_2}")
  else()
    file(STRINGS "${repo_file}" lines REGEX "^[ \t]*-[ \t]")
    foreach(line IN LISTS lines)
      if(line MATCHES "^[ \t]*-[ \t]+[\"']?([A-Za-z0-9_./-]+)")
        list(APPEND entries "${CMAKE_MATCH_1}")
      endif()
    endforeach()
  endif()
  foreach(entry IN LISTS entries)
    if(EXISTS "${repo_folder}/${entry}/CMakeLists.txt")
      add_subdirectory("${repo_folder}/${entry}" "${CMAKE_CURRENT_BINARY_DIR}/${entry}")
    elseif(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${entry}/CMakeLists.txt")
      add_subdirectory("${CMAKE_CURRENT_SOURCE_DIR}/${entry}" "${CMAKE_CURRENT_BINARY_DIR}/${entry}")
    else()
      message(FATAL_ERROR "${repo_file} lists '${entry}', but there is no ${entry}/CMakeLists.txt")
    endif()
  endforeach()
endfunction()

# Installs the libraries and headers of a module that was added before.
function(install_chimod)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "")
  chi_check_chimod_arguments(install_chimod "${arg_CHIMOD_NAME}" "${arg_UNPARSED_ARGUMENTS}")
  include(GNUInstallDirs)
  foreach(kind IN ITEMS RUNTIME CLIENT)
    get_property(target GLOBAL PROPERTY ${arg_CHIMOD_NAME}_${kind}_TARGET)
    if(target)
      install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    endif()
  endforeach()
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

# One test program of a module that was added before, written with chimaera/test.h, and its ctest case
# <ns>_<mod>_test, or TEST_NAME. cmocka is found and linked where a source includes it; without it that
# test is left out with a warning. Left out as well where BUILD_TESTING or CHI_BUILD_TESTS is off.
function(add_chimod_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME;TEST_NAME" "TEST_SOURCES")
  chi_check_chimod_arguments(add_chimod_test "${arg_CHIMOD_NAME}" "${arg_UNPARSED_ARGUMENTS}"
    "${arg_TEST_SOURCES}")
  foreach(switch IN ITEMS BUILD_TESTING CHI_BUILD_TESTS)
    if(DEFINED ${switch} AND NOT ${switch})
      return()
    endif()
  endforeach()
  chi_read_namespace(namespace repo_file)
  set(module ${arg_CHIMOD_NAME})
  set(name ${namespace}_${module}_test)
  if(arg_TEST_NAME)
    set(name ${arg_TEST_NAME})
  endif()
  chi_first_target(kit chimaera_test_lib chimaera::test)
  if(NOT kit)
    message(FATAL_ERROR "${name}: no target chimaera::test; call find_package(chimaera-core)")
  endif()
  get_property(runtime GLOBAL PROPERTY ${module}_RUNTIME_TARGET)
  get_property(client GLOBAL PROPERTY ${module}_CLIENT_TARGET)
  if(NOT runtime)
    message(FATAL_ERROR "${name}: call add_chimod_both(CHIMOD_NAME ${module} ...) before")
  endif()

  set(uses_cmocka FALSE)
  foreach(source IN LISTS arg_TEST_SOURCES)
    file(STRINGS "${source}" lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]cmocka" ENCODING UTF-8)
    if(lines)
      set(uses_cmocka TRUE)
    endif()
  endforeach()
  if(uses_cmocka)
    find_path(CHI_CMOCKA_INCLUDE_DIR cmocka.h)
    find_library(CHI_CMOCKA_LIBRARY cmocka)
    mark_as_advanced(CHI_CMOCKA_INCLUDE_DIR CHI_CMOCKA_LIBRARY)
    if(NOT CHI_CMOCKA_INCLUDE_DIR OR NOT CHI_CMOCKA_LIBRARY)
      message(WARNING "${name} is not built: it includes cmocka.h, and there is no cmocka here "
        "(Debian: libcmocka-dev; CMAKE_PREFIX_PATH says where to look)")
      return()
    endif()
  endif()

  # The module's libraries hide its schemas; a test that makes tasks itself has them too.
  add_executable(${name} ${arg_TEST_SOURCES} src/autogen/${module}_schema.c)
  target_link_libraries(${name} PRIVATE ${kit} ${client})
  if(TARGET chi_flags)
    target_link_libraries(${name} PRIVATE chi_flags)
  endif()
  if(uses_cmocka)
    target_include_directories(${name} PRIVATE "${CHI_CMOCKA_INCLUDE_DIR}")
    target_link_libraries(${name} PRIVATE "${CHI_CMOCKA_LIBRARY}")
  endif()
  target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/include")
  target_compile_definitions(${name} PRIVATE CHI_TEST_MODULES="$<TARGET_FILE_DIR:${runtime}>")
  set_target_properties(${name} PROPERTIES C_STANDARD 17 C_STANDARD_REQUIRED ON C_EXTENSIONS ON
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
  add_dependencies(${name} ${runtime})
  if(TARGET chimaera_admin_runtime)
    add_dependencies(${name} chimaera_admin_runtime)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS module TIMEOUT 60)
endfunction()

# Refuses a call without a name, with unknown words or with an empty list of sources.
function(chi_check_chimod_arguments function name unknown)
  if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "${function}: CHIMOD_NAME '${name}' is no name of a module")
  endif()
  if(unknown)
    message(FATAL_ERROR "${function}(CHIMOD_NAME ${name}): '${unknown}' is not understood")
  endif()
  foreach(sources IN LISTS ARGN)
    if(sources STREQUAL "")
      message(FATAL_ERROR "${function}(CHIMOD_NAME ${name}): a list of sources is missing")
    endif()
  endforeach()
endfunction()
