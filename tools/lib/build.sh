# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the scripts in tools/: builds a CMake preset without noise.
#
#   build_preset LOG PRESET [TARGET...] [-DNAME=VALUE...]
#
# writes everything to LOG; on a terminal a percentage is shown while it works. Returns the build's
# status and prints nothing of LOG itself.

build_progress() {
    local line
    while IFS= read -r line; do
        if [[ -t 2 && $line =~ ^\[\ *([0-9]+)%\] ]]; then
            printf '\r%s%3d%%\r' "${build_indent:-}" "${BASH_REMATCH[1]}" >&2
        fi
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
            targets+=(--target "$argument")
        fi
    done
    cmake --preset "$preset" "${configure[@]}" >"$log" 2>&1 || return
    cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" 2>&1 | tee -a "$log" |
        build_progress
}
