# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the scripts in tools/: builds a CMake preset without noise.
#
#   build_preset LOG PRESET [TARGET...] [-DNAME=VALUE...]
#
# writes everything to LOG; on a terminal a percentage is shown while it works. Returns the build's
# status and prints nothing of LOG itself. A folder that was not configured before gets Ninja where
# it is installed; one that was keeps the generator it has.

# Make says "[ 12%]", Ninja "[34/567]".
build_progress() {
    local line percent
    while IFS= read -r line; do
        if [[ $line =~ ^\[\ *([0-9]+)%\] ]]; then
            percent=${BASH_REMATCH[1]}
        elif [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
        else
            continue
        fi
        [[ ! -t 2 ]] || printf '\r%s%3d%%\r' "${build_indent:-}" "$percent" >&2
    done
    [[ ! -t 2 ]] || printf '\r\033[K' >&2
}

build_preset() {
    local log=$1 preset=$2 argument
    local -a configure=() targets=()
    shift 2
    for argument in "$@"; do
        if [[ $argument == -D* ]]; then
            configure+=("$argument")
        else
            targets+=("$argument")
        fi
    done
    [[ ${#targets[@]} == 0 ]] || targets=(--target "${targets[@]}")
    if [[ ! -f build/$preset/CMakeCache.txt && -z ${CMAKE_GENERATOR:-} ]] &&
        command -v ninja >/dev/null; then
        configure+=(-G Ninja)
    fi
    cmake --preset "$preset" "${configure[@]}" >"$log" 2>&1 || return
    cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" 2>&1 | tee -a "$log" |
        build_progress
}
