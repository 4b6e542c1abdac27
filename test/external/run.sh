#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs a build, moves what was installed, and uses it as somebody would who has nothing else:
#   run.sh BUILD_DIR LIBDIR CC CXX
# In order: repository myproject (a module; a C and a C++ program) from its build folder; repository
# other (a module that calls the first) from an own prefix; both in Chimaera's prefix, moved again,
# with a program built by pkg-config; stale files; a module of chi_new_mod; the example; mistakes; uninstalling.
set -euo pipefail
build=$1 libdir=$2
export CC=$3 CXX=$4
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
unset CHI_REPO_PATH CHI_SERVER_CONF CHI_SOCKET_DIR CHI_LOG CHI_DEBUG CHI_WITH_RUNTIME
unset LD_LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH CMAKE_GENERATOR DESTDIR MAKEFLAGS

work="$(mktemp -d "${TMPDIR:-/tmp}/chi-test-external.XXXXXX")"
log="$work/log"
export CHI_INSTANCE="external-${CHI_TEST_TAG:-}$$"
export XDG_RUNTIME_DIR="$work/run"
mkdir -m 0700 "$XDG_RUNTIME_DIR" "$work/manifests"
daemon_pid=''
finish() {
    [[ -z $daemon_pid ]] || kill -KILL "$daemon_pid" 2>/dev/null || true
    rm -f -- /dev/shm/"chimaera.$CHI_INSTANCE".*
    # What the build folder knows of installations is its owner's.
    rm -f -- "$build"/install_manifest_{runtime,development,nbd}.txt
    cp -p -- "$work"/manifests/* "$build/" 2>/dev/null || true
    rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 143' INT TERM HUP

fail() {
    echo "FAILED: $*"
    [[ ! -s $log ]] || tail -n 60 "$log"
    exit 1
}

step() {
    printf '%3d s  %s\n' "$SECONDS" "$*"
    : >"$log"
}

# must COMMAND...: it succeeds. must_fail TEXT COMMAND...: it does not, and says TEXT.
must() {
    "$@" >"$log" 2>&1 || fail "exit $?: $*"
}
must_fail() {
    local text=$1
    shift
    ! "$@" >"$log" 2>&1 || fail "succeeded, '$text' was expected: $*"
    # CMake breaks the lines of its messages.
    tr -s ' \n' ' ' <"$log" | grep -qF -- "$text" || fail "'$text' is not in the output of: $*"
}

configure() { # SOURCE CMAKE_ARGUMENT...
    local source=$1
    shift
    cmake -S "$work/$source" -B "$work/$source/build" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_INSTALL_LIBDIR="$libdir" "$@"
}

# Starts the daemon of a prefix with a configuration read from standard input.
start() { # PREFIX
    cat >"$work/config.yaml"
    must "$1/bin/chimaera_runtime" -c "$work/config.yaml" --daemonize
    daemon_pid="$(sed -n 's/.*running as pid \([0-9]*\)$/\1/p' "$log")"
    [[ -n $daemon_pid ]] || fail "the daemon does not say its pid"
    prefix_of_daemon=$1
}
stop() {
    must "$prefix_of_daemon/bin/chimaera" stop
    daemon_pid=''
}

says() { # TEXT PROGRAM...
    local text=$1
    shift
    "$@" >"$log" 2>&1 || fail "exit $?: $*"
    grep -qxF -- "$text" "$log" || fail "'$text' is not what it prints: $*"
}

step "install, and move"
for component in runtime development nbd; do
    [[ ! -f $build/install_manifest_$component.txt ]] ||
        cp -p -- "$build/install_manifest_$component.txt" "$work/manifests/"
    must cmake --install "$build" --prefix "$work/first" --component $component
    # The component runtime is enough to run.
    must "$work/first/bin/chimaera_runtime" --version
    must "$work/first/bin/chimaera" version
done
mv "$work/first" "$work/prefix"
prefix="$work/prefix"
for file in share/doc/chimaera/LICENSE share/doc/chimaera/examples/chimaera.yaml \
    bin/chi_refresh_repo bin/chi_new_mod; do
    [[ -s $prefix/$file ]] || fail "$file is not installed"
done
must perl "$here/../../tools/lib/links.pl" markdown "$prefix/share/doc/chimaera"
! grep -rlF -e "$work/first" -e "$build" "$prefix" --include='*.cmake' --include='*.pc' >"$log" ||
    fail "these name folders of before"
plugin="$prefix/$libdir/nbdkit/plugins/nbdkit-chimaera-plugin.so"
if [[ ! -f $build/lib/${plugin##*/} ]]; then
    plugin='' # built without
fi
for file in "$prefix"/bin/chimaera* "$prefix/$libdir"/*.so ${plugin:+"$plugin"}; do
    path="$(readelf -d "$file" | sed -n 's/.*R[UN]*PATH.*\[\(.*\)\]/\1/p')"
    [[ $path == "\$ORIGIN"* && $path != *"$work"* && $path != *"$build"* ]] ||
        fail "$file looks for libraries in '$path'"
done
if [[ -n $plugin ]] && command -v nbdkit >/dev/null; then
    must nbdkit "$plugin" --dump-plugin # finds its libraries
fi
must "$prefix/bin/chimaera_runtime" -c "$prefix/share/doc/chimaera/examples/chimaera.yaml" \
    --check-config

step "myproject: nothing is generated yet"
cp -r -- "$here/myproject" "$here/other" "$here/consumer" "$work/"
must configure myproject -DCMAKE_PREFIX_PATH="$prefix"
must_fail 'tally_methods.h: is missing' cmake --build "$work/myproject/build" -j2
grep -qF -- "cmake --build $work/myproject/build --target refresh_chimods" "$log" ||
    fail "the build does not say what to run"
must cmake --build "$work/myproject/build" --target refresh_chimods
must cmake --build "$work/myproject/build" -j2

step "myproject: run from its build folder"
start "$prefix" <<YAML
modules:
  path: [$work/myproject/build/components/tally]
compose:
  - mod_name: myproject_tally
    pool_name: tally
    start: 40
YAML
says 'C: 42' "$work/myproject/build/tally_in_c"
says 'C++: 44' "$work/myproject/build/tally_in_cpp"
stop

step "other: calls myproject's module, both in a prefix of their own"
must cmake --install "$work/myproject/build" --prefix "$work/own"
must configure other -DCMAKE_PREFIX_PATH="$prefix;$work/own"
must cmake --build "$work/other/build" --target refresh_chimods
must cmake --build "$work/other/build" -j2
must cmake --install "$work/other/build" --prefix "$work/own"
must configure consumer -DCMAKE_PREFIX_PATH="$prefix;$work/own"
grep -q '^OPENSSL_CRYPTO_LIBRARY' "$work/consumer/build/CMakeCache.txt" ||
    fail "a package does not find what install_chimod(DEPENDS) names"
must cmake --build "$work/consumer/build"
start "$prefix" <<YAML
modules:
  path: [$work/own/$libdir]
compose:
  - {mod_name: other_relay, pool_name: relay}
YAML
says 'relay: 42' "$work/consumer/build/relay_user"
says 'disk: same' "$work/consumer/build/relay_user"
stop

step "all in one prefix; which of several is loaded"
must cmake --install "$work/myproject/build" --prefix "$prefix"
must cmake --install "$work/other/build" --prefix "$prefix"
CHI_REPO_PATH="$work/myproject/build/components/tally" start "$prefix" <<YAML
logging: {level: info, file: $work/daemon.log}
modules:
  path: [$work/own/$libdir]
compose:
  - {mod_name: myproject_tally, pool_name: tally}
  - {mod_name: other_relay, pool_name: relay}
  - {mod_name: chimaera_bdev, pool_name: disk, type: ram, total_size: 1MB}
YAML
stop
for path in "$work/myproject/build/components/tally/libmyproject_tally" \
    "$work/own/$libdir/libother_relay" "$prefix/$libdir/libchimaera_bdev"; do
    grep -qF "from ${path}_runtime.so" "$work/daemon.log" ||
        fail "${path}_runtime.so was not loaded: $(grep loaded "$work/daemon.log")"
done

step "that prefix moved and alone; a program by pkg-config"
rm -rf -- "$work/own"
mv "$prefix" "$work/last"
prefix="$work/last"
export PKG_CONFIG_PATH="$prefix/$libdir/pkgconfig"
must pkg-config --exists --print-errors 'myproject-tally = 1.2.3' 'chimaera-core >= 0.1'
read -ra flags < <(pkg-config --cflags --libs other-relay chimaera-bdev)
must "$CC" "$here/consumer/relay_user.c" -o "$work/relay_user" "${flags[@]}" \
    "-Wl,-rpath,$(pkg-config --variable=libdir chimaera-core)"
start "$prefix" <<'YAML'
compose:
  - {mod_name: other_relay, pool_name: relay}
YAML
says 'relay: 42' "$work/relay_user"
says 'disk: same' "$work/relay_user"
stop
# The runtime inside the program finds as much as the daemon.
says 'relay: 42' env CHI_WITH_RUNTIME=1 "$work/relay_user"

step "stale files stop the build"
sed -i 's/OUT int64_t total;/OUT int64_t total;\n    OUT uint32_t count;/' \
    "$work/myproject/components/tally/include/myproject/tally/tally_tasks.h"
must configure myproject -DCMAKE_PREFIX_PATH="$prefix" -Dchimaera-core_DIR= -Dchimaera-admin_DIR=
must_fail 'tally_schema.c:' cmake --build "$work/myproject/build" -j2
advice="$(sed -n 's/.* To write them: //p' "$log")"
read -ra advised <<<"$advice"
must "${advised[@]}"
must cmake --build "$work/myproject/build" -j2

step "a repository begun by chi_new_mod"
mkdir "$work/acme"
must "$prefix/bin/chi_new_mod" kv --namespace acme --dir "$work/acme"
must configure acme -DCMAKE_PREFIX_PATH="$prefix"
must cmake --build "$work/acme/build" -j2
must cmake --install "$work/acme/build" --prefix "$work/own"
must ctest --test-dir "$work/acme/build" --no-tests=error

step "the example of a whole module, alone"
cp -r -- "$prefix/share/doc/chimaera/examples/kv_store" "$work/"
must configure kv_store -DCMAKE_PREFIX_PATH="$prefix"
must cmake --build "$work/kv_store/build" -j2
must ctest --test-dir "$work/kv_store/build" --no-tests=error

step "the source tree as a folder of another project"
mkdir "$work/parent"
cat >"$work/parent/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.20)
project(parent C)
set(CHI_BUILD_TESTS OFF)
set(CHI_BUILD_BENCH OFF)
add_subdirectory("$here/../.." chimaera)
include(ChimaeraCommon)
add_subdirectory("$work/acme/kv" kv)
add_executable(tool "$work/acme/kv/src/kv_client.c")
target_link_libraries(tool PRIVATE acme::kv_client chimaera::cxx chimaera::runtime)
add_dependencies(tool chimaera::daemon chimaera::cli)
CMAKE
must configure parent
grep -qF 'find_dependency(chimaera-admin' "$work/parent/build/kv/acme-kvConfig.cmake" ||
    fail "the package of a module in such a project does not find what it links"

step "mistakes"
rm -rf -- "$work/consumer/build"
must "$prefix/bin/chi_new_mod" kv --dir "$work/consumer"
cmakelists="$work/consumer/kv/CMakeLists.txt"
cp -- "$cmakelists" "$work/whole"
whole="$(<"$work/whole")"
must configure consumer -DCMAKE_PREFIX_PATH="$prefix" -DCASE=whole
refused() { # CASE TEXT
    must_fail "$2" configure consumer -DCMAKE_PREFIX_PATH="$prefix" -DCASE="$1"
}
refused core_version 'compatible with requested version "99"'
refused core_component "chimaera-core has no component 'frobnicator'; it has: client;runtime"
refused module_version 'compatible with requested version "1.9"'
refused module_component "chimaera-bdev has no component 'sever'; it has: client;runtime"
refused optional_component "optional: 'FALSE'"
refused no_admin 'there is no target chimaera::admin_client; call find_package(chimaera-admin)'

call_refused() { # TEXT CMAKE_CODE
    printf '%s\n' "$2" >"$cmakelists"
    refused call "$1"
}
both='add_chimod_both(CHIMOD_NAME kv RUNTIME_SOURCES src/kv_runtime.c CLIENT_SOURCES src/kv_client.c'
call_refused 'add_chimod_both: CHIMOD_NAME is missing' 'add_chimod_both(RUNTIME_SOURCES a.c)'
call_refused "'k-v' is no C identifier" 'add_chimod_runtime(CHIMOD_NAME k-v RUNTIME_SOURCES a.c)'
call_refused 'RUNTIME_SOURCES is missing' 'add_chimod_runtime(CHIMOD_NAME kv)'
call_refused 'CLIENT_SOURCES is missing' 'add_chimod_client(CHIMOD_NAME kv CLIENT_SOURCES)'
call_refused "'CLIENT_SOURCES' is not understood" \
    'add_chimod_runtime(CHIMOD_NAME kv RUNTIME_SOURCES a.c CLIENT_SOURCES b.c)'
call_refused "'EXCLUDE_FROM_ALL' is not understood" \
    'add_chimod_runtime(CHIMOD_NAME kv EXCLUDE_FROM_ALL RUNTIME_SOURCES a.c)'
call_refused "names the module 'kv'; they must agree" "${both/kv/kw})"
call_refused 'this build has no library of acme-kv' 'install_chimod(CHIMOD_NAME kv)'
call_refused 'DEPENDS is missing' "$both)
install_chimod(CHIMOD_NAME kv DEPENDS)"
printf '%s\n' "$whole" >"$cmakelists"

yaml_refused() { # TEXT SED_SCRIPT FILE
    cp -- "$work/consumer/$3" "$work/kept"
    sed -i "$2" "$work/consumer/$3"
    refused call "$1"
    cp -- "$work/kept" "$work/consumer/$3"
}
yaml_refused "has the namespace 'acme', but" 's/acme/acne/' chimaera_repo.yaml
yaml_refused "a line like 'namespace: chimaera' is missing" 's/^name/nome/' chimaera_repo.yaml
yaml_refused "a line like 'version: 1.0.0' is missing" '/^version/d' kv/chimaera_mod.yaml
mv "$work/consumer/kv/chimaera_mod.yaml" "$work/kept"
refused call 'it names the module and its methods'
mv "$work/kept" "$work/consumer/kv/chimaera_mod.yaml"
mv "$work/consumer/chimaera_repo.yaml" "$work/kept"
refused call "No chimaera_repo.yaml in $work/consumer/kv or above it"
mv "$work/kept" "$work/consumer/chimaera_repo.yaml"
mkdir "$work/no_language"
cat >"$work/no_language/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.20)
project(no_language NONE)
find_package(chimaera-admin REQUIRED)
add_subdirectory("$work/consumer/kv" kv)
CMAKE
must_fail 'modules are built as C' configure no_language -DCMAKE_PREFIX_PATH="$prefix"

step "uninstall"
mkdir "$work/built"
gone="$work/go[n]e" # no pattern, whatever CMake takes it for
must cmake --install "$build" --prefix "$gone" --component development
mv "$build/install_manifest_development.txt" "$work/built/"
touch "$gone/include/of_another.h" "$gone/include/chimaera/of_another.h"
must cmake -DBUILD_DIR="$work/built" -P "$here/../../cmake/uninstall.cmake"
left="$(cd "$gone" && find . ! -type d -o -path '*chimaera*' | sort | tr '\n' ' ')"
[[ $left == './include/chimaera ./include/chimaera/of_another.h ./include/of_another.h ' ]] || fail "uninstalling leaves '$left'"
must_fail 'nothing was installed from it' cmake -DBUILD_DIR="$work/built" \
    -P "$here/../../cmake/uninstall.cmake"
step "all as it should be"
