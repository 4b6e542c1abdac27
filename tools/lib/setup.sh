# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the scripts in tools/: finds out what the machine lacks and installs that with apt.
# Nothing is asked of apt where nothing is missing.
#
#   setup_require GROUP...                 makes sure of groups, or ends the script: build, tests,
#                                          bench, clients, checks, packages, fuzz, matrix, docs,
#                                          docs_pictures
#   setup_clang_format, setup_clang_tidy   print the name of a usable one

setup_say() {
    printf '%s\n' "$*" >&2
}

setup_fail() {
    setup_say "Cannot go on: $*"
    exit 1
}

# Whether the C compiler finds a header.
setup_has_header() {
    printf '#include <%s>\n' "$1" | gcc -E -x c -o /dev/null - 2>/dev/null
}

# Whether the linker finds a library file.
setup_has_library() {
    [[ "$(gcc -print-file-name="$1" 2>/dev/null)" == */* ]]
}

setup_has_cmake() {
    local version
    version="$(cmake --version 2>/dev/null | sed -n 's/^cmake version //p')"
    [[ -n "$version" ]] && printf '3.21\n%s\n' "$version" | sort -V -C
}

# The layout rules are those of version 14; others break lines elsewhere.
setup_clang_format() {
    local name
    for name in clang-format-14 clang-format; do
        if "$name" --version 2>/dev/null | grep -q 'version 14\.'; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

# What it complains about differs between versions, too.
setup_clang_tidy() {
    local name
    for name in clang-tidy-14 clang-tidy; do
        if "$name" --version 2>/dev/null | grep -q 'version 14\.'; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

# Prints the Debian packages that a group still lacks, one a line.
setup_missing() {
    case "$1" in
    build)
        command -v gcc >/dev/null || echo gcc
        setup_has_header stdio.h || echo libc6-dev
        command -v make >/dev/null || echo make
        command -v nm >/dev/null || echo binutils
        setup_has_cmake || echo cmake
        command -v pkg-config >/dev/null || echo pkg-config
        setup_has_header yaml.h || echo libyaml-dev
        setup_has_header openssl/evp.h || echo libssl-dev # examples/file_roundtrip
        setup_has_library libboost_context.a || echo libboost-context-dev
        setup_has_header liburing.h || echo liburing-dev
        setup_has_header jansson.h || echo libjansson-dev # chimaera bdev, libchimaera_test
        ;;
    tests)
        setup_has_header cmocka.h || echo libcmocka-dev
        command -v g++ >/dev/null || echo g++ # generated headers are C++ too
        { command -v valgrind && setup_has_header valgrind/callgrind.h; } >/dev/null ||
            echo valgrind # task_instructions
        setup_has_header jansson.h || echo libjansson-dev
        ;;
    bench) # beside what its build needs
        setup_has_header jansson.h || echo libjansson-dev
        ;;
    docs) # tools/docs --site
        command -v mkdocs >/dev/null || echo mkdocs
        [[ -d /usr/share/mkdocs/themes/material ]] || echo mkdocs-material
        ;;
    docs_pictures) # tools/docs --pictures
        command -v dot >/dev/null || echo graphviz
        [[ "$(fc-match 'DejaVu Sans' family 2>/dev/null)" == *DejaVu* ]] || echo fonts-dejavu-core
        ;;
    clients) # test/nbd: programs of others that use block devices
        command -v nbdkit >/dev/null || echo nbdkit
        setup_has_header nbdkit-plugin.h || echo nbdkit-plugin-dev
        command -v nbdcopy >/dev/null || echo libnbd-bin
        command -v qemu-io >/dev/null || echo qemu-utils
        command -v fio >/dev/null || echo fio
        PATH="$PATH:/usr/sbin:/sbin" command -v mkfs.ext4 >/dev/null || echo e2fsprogs
        ;;
    packages) # test/packages in full
        command -v rpmbuild >/dev/null || echo rpm
        PATH="$PATH:/usr/sbin" command -v debootstrap >/dev/null || echo debootstrap
        ;;
    fuzz | matrix)
        command -v clang-14 >/dev/null || echo clang-14
        ;;
    checks)
        command -v spin >/dev/null || echo spin
        command -v abidiff >/dev/null || echo abigail-tools
        command -v python3 >/dev/null || echo python3
        command -v mandoc >/dev/null || echo mandoc # the manual pages
        command -v dpkg-shlibdeps >/dev/null || echo dpkg-dev # test/packages
        command -v lintian >/dev/null || echo lintian
        command -v ninja >/dev/null || echo ninja-build
        command -v ccache >/dev/null || echo ccache
        setup_clang_format >/dev/null || echo clang-format-14
        setup_clang_tidy >/dev/null || echo clang-tidy-14
        ;;
    esac
}

setup_apt() {
    local -a root=(env DEBIAN_FRONTEND=noninteractive)
    if [[ "$(id -u)" != 0 ]]; then
        root=(sudo env DEBIAN_FRONTEND=noninteractive)
    fi
    "${root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

setup_install() {
    local packages="$*" log updated=no
    command -v apt-get >/dev/null ||
        setup_fail "these Debian packages are missing and there is no apt-get here: $packages." \
            "Install what your system calls them by hand."
    if [[ "$(id -u)" != 0 ]]; then
        command -v sudo >/dev/null ||
            setup_fail "installing needs root or sudo. As root, run: apt-get install $packages"
        sudo -n true 2>/dev/null || [[ -t 0 ]] ||
            setup_fail "sudo asks for a password and nobody is there to type it." \
                "Run by hand: sudo apt-get install $packages"
    fi

    log="$(mktemp)"
    setup_say "Missing here: $packages. Installing with apt-get ..."
    if ! apt-cache show "$@" >/dev/null 2>&1; then
        setup_say "apt does not know all of them yet: apt-get update ..."
        setup_apt update >"$log" 2>&1 || true # the installation says whether it mattered
        updated=yes
    fi
    if ! setup_apt install -y --no-install-recommends "$@" >>"$log" 2>&1; then
        if [[ $updated == no ]]; then
            setup_say "That failed; once more after apt-get update ..."
            setup_apt update >"$log" 2>&1 || true
        fi
        if [[ $updated == yes ]] ||
            ! setup_apt install -y --no-install-recommends "$@" >>"$log" 2>&1; then
            tail -n 15 "$log" >&2
            rm -f "$log"
            setup_fail "apt-get could not install them (is there a network?)." \
                "Install by hand: apt-get install $packages"
        fi
    fi
    rm -f "$log"
    setup_say "Installed."
}

setup_require() {
    local group optional="libboost-context-dev|liburing-dev"
    local -a missing=()
    [[ " $* " == *" tests "* ]] || optional+="|libjansson-dev"
    for group in "$@"; do
        mapfile -t -O "${#missing[@]}" missing < <(setup_missing "$group")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    # The build does without these, so alone they are worth a try, but no failure.
    if [[ "${missing[*]}" =~ ^($optional| )+$ ]]; then
        (setup_install "${missing[@]}") ||
            setup_say "Going on without ${missing[*]}: fibers will switch more slowly, files be served by threads, or chimaera bdev be missing."
        return 0
    fi
    setup_install "${missing[@]}"

    hash -r
    missing=()
    for group in "$@"; do
        mapfile -t -O "${#missing[@]}" missing < <(setup_missing "$group")
    done
    for group in "${missing[@]}"; do
        [[ $group =~ ^($optional)$ ]] ||
            setup_fail "still missing after the installation: ${missing[*]}." \
                "(CMake must be 3.21 or newer, clang-format 14.)"
    done
}
