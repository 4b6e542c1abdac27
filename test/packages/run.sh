#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Makes packages and uses them: run.sh CASE BUILD_DIR
#   packages        the runtime's .deb: lintian, what it holds, and a daemon that runs from it
#   packages_whole  with CHI_TEST_FULL=1: all .deb, .rpm and the archive; a fresh Debian (by debootstrap,
#                   kept in BUILD_DIR) installs them, runs the quickstart's job, builds a module, purges
# Ends with 77, and says why, where something is missing.
set -euo pipefail
case=$1 build=$2
top="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
unset CHI_REPO_PATH LD_LIBRARY_PATH DESTDIR CMAKE_PREFIX_PATH

skip() {
    echo "SKIPPED: $*"
    exit 77
}
[[ $case == packages || ${CHI_TEST_FULL:-0} == 1 ]] || skip "CHI_TEST_FULL=1 is not set"
for program in dpkg-deb dpkg-shlibdeps lintian; do
    command -v "$program" >/dev/null || skip "there is no $program"
done

work="$(mktemp -d "${TMPDIR:-/tmp}/chi-test-packages.XXXXXX")"
log="$work/log"
export TMPDIR="$work" # of what dpkg and lintian leave
export CHI_INSTANCE="packages-${CHI_TEST_TAG:-}$$" CHI_SOCKET_DIR="$work"
tree="$build/package"
made="$work/made"
root=''
stop() { :; }
finish() {
    stop >/dev/null 2>&1 || true
    if [[ -n $root ]]; then
        umount "$root/dev/shm" "$root/proc" 2>/dev/null || true
    fi
    rm -f -- /dev/shm/"chimaera.$CHI_INSTANCE".*
    rm -rf --one-file-system -- "$work"
}
trap finish EXIT
trap 'exit 143' INT TERM HUP

step() {
    printf '%3d s  %s\n' "$SECONDS" "$*"
    : >"$log"
}
fail() {
    echo "FAILED: $*"
    [[ ! -s $log ]] || tail -n 60 "$log"
    exit 1
}
must() {
    "$@" >"$log" 2>&1 || fail "exit $?: $*"
}

# make CPACK_ARGUMENT...: into $made.
make() {
    must cpack --config "$tree/CPackConfig.cmake" -B "$made" "$@"
    rm -rf -- "$made/_CPack_Packages"
}

no_lintian_errors() { # DEB...
    must lintian --allow-root --fail-on error "$@"
}

configuration() {
    cat <<'YAML'
memory: {main_segment_size: 64MB, client_data_segment_size: 64MB, runtime_data_segment_size: 16MB}
compose:
  - {mod_name: chimaera_bdev, pool_name: ram_disk, type: ram, total_size: 64MB}
  - {mod_name: chimaera_MOD_NAME, pool_name: demo}
YAML
}

step "build what goes into packages"
generator=()
[[ -f $tree/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
must cmake -S "$top" --preset package -B "$tree" "${generator[@]}"
must cmake --build "$tree"

case_packages() {
    local deb name

    step "the runtime's package"
    make -G DEB -D CPACK_COMPONENTS_ALL=runtime -D CPACK_DEBIAN_DEBUGINFO_PACKAGE=OFF
    deb="$(echo "$made"/chimaera_*.deb)"
    no_lintian_errors "$deb"
    must dpkg-deb -x "$deb" "$work/root"
    for name in bin/chimaera bin/chimaera_runtime share/doc/chimaera/copyright \
        share/man/man1/chimaera.1.gz share/man/man5/chimaera.yaml.5.gz \
        share/bash-completion/completions/chimaera; do
        [[ -s $work/root/usr/$name ]] || fail "$name is not in the package"
    done
    dpkg-deb -f "$deb" Depends | grep -q 'libc6 (>=.*libyaml-0-2' || fail "it does not depend on its libraries"

    step "a daemon from it"
    LD_LIBRARY_PATH="$(dirname "$(find "$work/root/usr/lib" -name libchimaera.so.0)")"
    export LD_LIBRARY_PATH
    configuration >"$work/config.yaml"
    stop() { "$work/root/usr/bin/chimaera" stop; }
    must "$work/root/usr/bin/chimaera_runtime" -c "$work/config.yaml" --daemonize
    must "$work/root/usr/bin/chimaera" ping
    head -c 1M /dev/urandom >"$work/sample"
    must "$build/bin/file_roundtrip" store --disk-size 64 --touch "$work/stored" "$work/sample"
    must "$build/bin/file_roundtrip" verify "$work/stored"
    must stop
    stop() { :; }
}

# All that lies in the fresh Debian, but for the books and caches of apt and dpkg.
files_in_root() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/cache -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
        -o -path ./var/log -o -path ./dev -o -path ./tmp -o -path ./etc/ld.so.cache \) -prune -o -print | sort)
}
inside() {
    must chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
        CHI_INSTANCE="$CHI_INSTANCE" CHI_SOCKET_DIR=/tmp "$@"
}

case_packages_whole() {
    local base="$build/debootstrap.tar" mirror suite deb name
    local -a debs
    [[ "$(id -u)" == 0 ]] || skip "debootstrap and chroot need root"
    command -v debootstrap >/dev/null || skip "there is no debootstrap"
    command -v rpmbuild >/dev/null || skip "there is no rpmbuild (package rpm)"

    step "all packages"
    make
    must cpack -G TGZ --config "$build/CPackConfig.cmake" -B "$made"
    rm -rf -- "$made/_CPack_Packages"
    for deb in chimaera chimaera-dbgsym libchimaera-dev; do
        compgen -G "$made/${deb}_*.*deb" >/dev/null || fail "there is no package $deb"
    done
    compgen -G "$made/chimaera-devel-*.rpm" >/dev/null || fail "there is no package chimaera-devel"
    debs=("$made"/chimaera_*.deb "$made"/libchimaera-dev_*.deb)
    no_lintian_errors "$made"/*.deb

    if command -v rpm2archive >/dev/null; then
        step "programs in the .rpm have no symbols"
        must rpm2archive "$made"/chimaera-0*.rpm
        must tar -xf "$(echo "$made"/chimaera-0*.rpm.tgz)" -C "$work" ./usr/bin/chimaera
        readelf -S "$work/usr/bin/chimaera" >"$log"
        ! grep -q debug_info "$log" || fail "they have"
    fi

    step "the archive runs where it is unpacked"
    mkdir "$work/unpacked"
    must tar -xf "$made"/chimaera-*.tar.gz -C "$work/unpacked" --strip-components=1
    must "$work/unpacked/bin/chimaera_runtime" --version
    must "$work/unpacked/bin/chimaera" version

    step "a fresh Debian"
    suite="$(. /etc/os-release && echo "${VERSION_CODENAME:-}")"
    mirror="$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)"
    if [[ ! -f $base ]]; then
        debootstrap --variant=minbase \
            --include=gcc,libc6-dev,make,cmake,libyaml-0-2,libjansson4,liburing2,libssl3 \
            "$suite" "$work/base" "${mirror:-http://deb.debian.org/debian}" >"$log" 2>&1 ||
            skip "debootstrap could not make one: $(tail -n 1 "$log")"
        tar -C "$work/base" --one-file-system -cf "$base.part" . && mv "$base.part" "$base"
        rm -rf -- "$work/base"
    fi
    mkdir "$work/root"
    must tar -xf "$base" -C "$work/root"
    root="$work/root"
    mount -t proc proc "$root/proc" || skip "proc cannot be mounted here"
    mkdir -p "$root/dev/shm"
    mount --bind /dev/shm "$root/dev/shm" || skip "/dev/shm cannot be mounted here"
    files_in_root >"$work/before"

    step "install"
    cp -- "${debs[@]}" "$root/tmp/"
    inside sh -c 'dpkg -i /tmp/*.deb'
    files_in_root >"$work/installed"
    for name in usr/bin/chimaera usr/bin/chi_new_mod usr/share/man/man3/chi_task_wait.3.gz; do
        grep -qxF "./$name" "$work/installed" || fail "$name is not installed"
    done

    step "the quickstart's job"
    configuration >"$root/tmp/config.yaml"
    cp -- "$build/bin/file_roundtrip" "$root/tmp/"
    head -c 16M /dev/urandom >"$root/tmp/sample"
    stop() { chroot "$root" env CHI_INSTANCE="$CHI_INSTANCE" CHI_SOCKET_DIR=/tmp chimaera stop; }
    inside chimaera_runtime -c /tmp/config.yaml --daemonize
    inside /tmp/file_roundtrip store --disk-size 64 --touch /tmp/stored /tmp/sample
    inside /tmp/file_roundtrip verify /tmp/stored
    inside chimaera status
    inside chimaera stop
    stop() { :; }

    step "a module of one's own"
    inside sh -ec 'mkdir /tmp/acme; chi_new_mod kv --namespace acme --dir /tmp/acme
        cmake -S /tmp/acme -B /tmp/acme/build -DBUILD_TESTING=OFF; cmake --build /tmp/acme/build'

    step "purge"
    inside dpkg --purge libchimaera-dev chimaera
    files_in_root >"$work/after"
    diff "$work/before" "$work/after" >"$log" || fail "purging leaves or takes files"
}

"case_$case"
step "all as it should be"
