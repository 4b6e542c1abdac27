# SPDX-License-Identifier: BSD-3-Clause
# How modules are built and installed, in this repository and in others:
#
#   add_chimod_both(CHIMOD_NAME kv RUNTIME_SOURCES src/kv_runtime.c CLIENT_SOURCES src/kv_client.c)
#   add_chimod_runtime(CHIMOD_NAME kv RUNTIME_SOURCES ...)
#   add_chimod_client(CHIMOD_NAME kv CLIENT_SOURCES ...)
#   install_chimod(CHIMOD_NAME kv [DEPENDS <package>...])
#   add_chimods()                  add_subdirectory() of each module that chimaera_repo.yaml lists
#   add_chimod_test(CHIMOD_NAME kv TEST_SOURCES test/test_kv.c)
#
# All but the last are called from the module's folder. docs/reference/cmake.md has every argument,
# target, property and definition.
include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/ChimaeraPackage.cmake")

# The file chimaera_repo.yaml that governs the calling folder, and its namespace.
function(chi_read_namespace out_namespace out_file)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  while(NOT EXISTS "${folder}/chimaera_repo.yaml")
    get_filename_component(parent "${folder}" DIRECTORY)
    if(parent STREQUAL folder)
      message(FATAL_ERROR "No chimaera_repo.yaml in ${CMAKE_CURRENT_SOURCE_DIR} or above it; write "
        "one with the line 'namespace: ...'")
    endif()
    set(folder "${parent}")
  endwhile()
  set(file "${folder}/chimaera_repo.yaml")
  chi_read_yaml("${file}" namespace namespace)
  if(NOT namespace MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "${file}: a line like 'namespace: chimaera' is missing")
  endif()
  set(${out_namespace} "${namespace}" PARENT_SCOPE)
  set(${out_file} "${file}" PARENT_SCOPE)
endfunction()

# The value of a key at the left margin of a YAML file; empty where there is none. The generator
# reads these files as YAML and checks them whole; the little that CMake needs stands on one line.
function(chi_read_yaml file key out)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(STRINGS "${file}" line REGEX "^${key}[ \t]*:" LIMIT_COUNT 1)
  set(${out} "" PARENT_SCOPE)
  if(line MATCHES "^${key}[ \t]*:[ \t]*[\"']?([^ \t\"'#]+)[\"']?[ \t]*(#.*)?$")
    set(${out} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  endif()
endfunction()

# What the yaml files say of the module in the calling folder: sets namespace, version, repo_file.
function(chi_read_module function module)
  chi_read_namespace(namespace repo_file)
  set(file "${CMAKE_CURRENT_SOURCE_DIR}/chimaera_mod.yaml")
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "${function}(CHIMOD_NAME ${module}): there is no ${file}; it names the "
      "module and its methods")
  endif()
  chi_read_yaml("${file}" module_name name)
  if(name STREQUAL "")
    chi_read_yaml("${file}" name name)
  endif()
  if(NOT name STREQUAL module)
    message(FATAL_ERROR "${function}(CHIMOD_NAME ${module}): ${file} names the module '${name}'; "
      "they must agree")
  endif()
  chi_read_yaml("${file}" namespace own_namespace)
  if(NOT own_namespace STREQUAL "" AND NOT own_namespace STREQUAL namespace)
    message(FATAL_ERROR "${function}(CHIMOD_NAME ${module}): ${file} has the namespace "
      "'${own_namespace}', but ${repo_file} has '${namespace}'; they must agree")
  endif()
  chi_read_yaml("${file}" version version)
  if(NOT version MATCHES "^[0-9]+(\\.[0-9]+)*$")
    message(FATAL_ERROR "${file}: a line like 'version: 1.0.0' is missing")
  endif()
  set(namespace "${namespace}" PARENT_SCOPE)
  set(version "${version}" PARENT_SCOPE)
  set(repo_file "${repo_file}" PARENT_SCOPE)
endfunction()

# Checks what cmake_parse_arguments() left in the caller's arg_*. `required` and ARGN are keywords.
function(chi_check_arguments function required)
  if("${arg_CHIMOD_NAME}" STREQUAL "")
    message(FATAL_ERROR "${function}: CHIMOD_NAME is missing")
  endif()
  if(NOT arg_CHIMOD_NAME MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "${function}: CHIMOD_NAME '${arg_CHIMOD_NAME}' is no C identifier")
  endif()
  set(unknown ${arg_UNPARSED_ARGUMENTS})
  foreach(keyword IN ITEMS RUNTIME_SOURCES CLIENT_SOURCES TEST_SOURCES DEPENDS)
    if(arg_${keyword} AND NOT "${keyword}" IN_LIST required AND NOT "${keyword}" IN_LIST ARGN)
      list(APPEND unknown ${keyword})
    endif()
  endforeach()
  if(unknown)
    message(FATAL_ERROR
      "${function}(CHIMOD_NAME ${arg_CHIMOD_NAME}): '${unknown}' is not understood")
  endif()
  foreach(keyword IN LISTS required arg_KEYWORDS_MISSING_VALUES)
    if(NOT arg_${keyword})
      message(FATAL_ERROR "${function}(CHIMOD_NAME ${arg_CHIMOD_NAME}): ${keyword} is missing")
    endif()
  endforeach()
endfunction()

function(chi_require_target user target package)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "${user}: there is no target ${target}; call find_package(${package}) first")
  endif()
endfunction()

# <ns>_<mod>_generated fails where the module's generated files are stale; <ns>_<mod>_refresh writes
# them, and refresh_chimods those of all modules of the build.
function(chi_check_generated namespace module repo_file)
  set(target ${namespace}_${module})
  if(TARGET ${target}_generated)
    return()
  endif()
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  chi_require_target(${target} chimaera::chi_refresh_repo chimaera-core)
  set(program $<TARGET_FILE:chimaera::chi_refresh_repo>)
  # Also where such a file appears or goes the build configures anew.
  file(GLOB inputs CONFIGURE_DEPENDS
    "${folder}/chimaera_mod.yaml" "${folder}/src/autogen/*.c"
    "${folder}/include/${namespace}/${module}/${module}_tasks.h"
    "${folder}/include/${namespace}/${module}/autogen/*.h")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${target}_generated.stamp")
  string(CONCAT advice
    "${target}: the generated files are stale, or could not be checked (see above). "
    "To write them: cmake --build ${CMAKE_BINARY_DIR} --target refresh_chimods")
  add_custom_command(OUTPUT "${stamp}"
    COMMAND sh -c "\"$0\" \"$1\" --check || { echo \"$2\"; exit 1; }"
            ${program} "${folder}" "${advice}"
    COMMAND ${CMAKE_COMMAND} -E touch "${stamp}"
    DEPENDS chimaera::chi_refresh_repo ${inputs} "${repo_file}"
    COMMENT "Checking the generated files of ${target}" VERBATIM)
  add_custom_target(${target}_generated DEPENDS "${stamp}")
  add_custom_target(${target}_refresh COMMAND ${program} "${folder}"
    COMMENT "Writing the generated files of ${target}" VERBATIM)
  if(NOT TARGET refresh_chimods)
    add_custom_target(refresh_chimods)
  endif()
  add_dependencies(refresh_chimods ${target}_refresh)
endfunction()

# Sets `sources` to the list with the module's generated sources of that kind added. Those that are
# missing are left out: the check says what to do about them before anything is compiled.
function(chi_add_generated namespace module kind)
  set(generated "src/autogen/${module}_schema.c")
  if(kind STREQUAL "runtime")
    list(APPEND generated "src/autogen/${module}_lib_exec.c")
  endif()
  set(all "")
  foreach(source IN LISTS ARGN generated)
    get_filename_component(path "${source}" ABSOLUTE)
    if(path MATCHES "/src/autogen/" AND NOT EXISTS "${path}")
      continue()
    endif()
    list(APPEND all "${path}")
  endforeach()
  list(REMOVE_DUPLICATES all)
  set(sources "${all}" PARENT_SCOPE)
endfunction()

# One library of a module. kind: runtime or client.
function(chi_add_chimod_library function kind module)
  chi_read_module(${function} ${module})
  set(target ${namespace}_${module}_${kind})
  string(TOUPPER ${kind} kind_upper)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT C IN_LIST languages)
    message(FATAL_ERROR "${target}: modules are built as C; add it to the languages of project()")
  endif()
  chi_require_target(${target} chimaera::core chimaera-core)
  chi_add_generated(${namespace} ${module} ${kind} ${ARGN})

  add_library(${target} SHARED ${sources})
  add_library(${namespace}::${module}_${kind} ALIAS ${target})
  set_property(GLOBAL PROPERTY ${module}_${kind_upper}_TARGET ${target})
  set_target_properties(${target} PROPERTIES
    C_STANDARD 17 C_STANDARD_REQUIRED ON C_EXTENSIONS ON C_VISIBILITY_PRESET hidden
    # The runtime looks for libraries by these names, and each source is complete in itself.
    DEBUG_POSTFIX "" RELEASE_POSTFIX "" RELWITHDEBINFO_POSTFIX "" MINSIZEREL_POSTFIX ""
    UNITY_BUILD OFF)
  if(kind STREQUAL "runtime" AND CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
    # A handler whose stack is too small reaches the guard below it, and not another one's stack.
    target_compile_options(${target} PRIVATE -fstack-clash-protection)
  endif()
  get_property(multi GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT multi AND "${CMAKE_BUILD_TYPE}" STREQUAL "" AND NOT CMAKE_C_FLAGS MATCHES "-O")
    target_compile_options(${target} PRIVATE -O2 -g) # nobody has said how to build
  endif()
  chi_set_package(${target} ${namespace}-${module} ${version} ${module}_${kind})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)
  target_compile_definitions(${target} PRIVATE
    CHI_CHIMOD_NAME="${module}" CHI_NAMESPACE="${namespace}" CHIMAERA_RUNTIME=1
    $<$<STREQUAL:${kind},client>:CHIMAERA_CLIENT=1>)
  target_link_libraries(${target} PUBLIC chimaera::core)
  if(TARGET chi_flags)
    target_link_libraries(${target} PRIVATE chi_flags)
  endif()
  if(NOT "${namespace}_${module}" STREQUAL "chimaera_admin")
    chi_require_target(${target} chimaera::admin_client chimaera-admin)
    target_link_libraries(${target} PUBLIC chimaera::admin_client)
  endif()

  if(kind STREQUAL "client")
    string(REGEX MATCH "^[0-9]+" major "${version}")
    set_target_properties(${target} PROPERTIES VERSION ${version} SOVERSION ${major})
  else()
    chi_require_target(${target} chimaera::runtime chimaera-core)
    target_link_libraries(${target} PRIVATE chimaera::runtime)
    # A handler that is missing shall be found now, not when the runtime loads the library.
    if(NOT (CMAKE_C_COMPILER_ID MATCHES "Clang" AND (CHI_SANITIZE OR CMAKE_C_FLAGS MATCHES "fsanitize")))
      target_link_options(${target} PRIVATE LINKER:-z,defs)
    endif()
  endif()

  chi_check_generated(${namespace} ${module} "${repo_file}")
  add_dependencies(${target} ${namespace}_${module}_generated)
endfunction()

function(add_chimod_runtime)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "RUNTIME_SOURCES;CLIENT_SOURCES;DEPENDS")
  chi_check_arguments(add_chimod_runtime RUNTIME_SOURCES)
  chi_add_chimod_library(add_chimod_runtime runtime ${arg_CHIMOD_NAME} ${arg_RUNTIME_SOURCES})
endfunction()

function(add_chimod_client)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "RUNTIME_SOURCES;CLIENT_SOURCES;DEPENDS")
  chi_check_arguments(add_chimod_client CLIENT_SOURCES)
  chi_add_chimod_library(add_chimod_client client ${arg_CHIMOD_NAME} ${arg_CLIENT_SOURCES})
endfunction()

function(add_chimod_both)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "RUNTIME_SOURCES;CLIENT_SOURCES;DEPENDS")
  chi_check_arguments(add_chimod_both "RUNTIME_SOURCES;CLIENT_SOURCES")
  chi_add_chimod_library(add_chimod_both client ${arg_CHIMOD_NAME} ${arg_CLIENT_SOURCES})
  chi_add_chimod_library(add_chimod_both runtime ${arg_CHIMOD_NAME} ${arg_RUNTIME_SOURCES})
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

# Installs the libraries and headers that add_chimod_*() of this folder made, with the package
# <ns>-<mod> for CMake and pkg-config. DEPENDS names CMake packages that users of the client library
# need besides those of Chimaera and of other modules, which are found by what is linked.
function(install_chimod)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME" "RUNTIME_SOURCES;CLIENT_SOURCES;DEPENDS")
  chi_check_arguments(install_chimod "" DEPENDS)
  chi_read_module(install_chimod ${arg_CHIMOD_NAME})
  set(package ${namespace}-${arg_CHIMOD_NAME})
  set(client "")
  set(runtime "")
  if(TARGET ${namespace}_${arg_CHIMOD_NAME}_client)
    set(client ${namespace}_${arg_CHIMOD_NAME}_client)
    chi_install_library(${client} development)
  endif()
  if(TARGET ${namespace}_${arg_CHIMOD_NAME}_runtime)
    set(runtime ${namespace}_${arg_CHIMOD_NAME}_runtime)
    chi_install_library(${runtime} runtime) # the name without a version is the one that is loaded
  endif()
  if(NOT client AND NOT runtime)
    message(FATAL_ERROR "install_chimod(CHIMOD_NAME ${arg_CHIMOD_NAME}): this build has no library "
      "of ${package}; call add_chimod_both() first")
  endif()
  include(GNUInstallDirs)
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
    FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
  chi_install_package(${package} VERSION ${version} NAMESPACE ${namespace}
    CLIENT ${client} RUNTIME ${runtime} DEPENDS ${arg_DEPENDS}
    DESCRIPTION "Client library of the Chimaera module ${namespace}_${arg_CHIMOD_NAME}")
endfunction()

# One test program of a module that was added before, written with chimaera/test.h, and its ctest case
# <ns>_<mod>_test, or TEST_NAME. cmocka is found and linked where a source includes it; without it that
# test is left out with a warning. Left out as well where BUILD_TESTING or CHI_BUILD_TESTS is off.
function(add_chimod_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CHIMOD_NAME;TEST_NAME" "TEST_SOURCES")
  chi_check_arguments(add_chimod_test TEST_SOURCES)
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
  chi_require_target(${name} chimaera::test chimaera-core)
  set(runtime ${namespace}_${module}_runtime)
  set(client ${namespace}_${module}_client)
  if(NOT TARGET ${runtime} OR NOT TARGET ${client})
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
  target_link_libraries(${name} PRIVATE chimaera::test ${client})
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
  set_property(GLOBAL APPEND PROPERTY CHIMAERA_MODULE_TESTS ${name})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS module TIMEOUT 60)
endfunction()
