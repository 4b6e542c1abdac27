#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What bash offers after some words, with the programs of a build: completion.sh BUILD_DIR
set -euo pipefail
build=$1
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=packaging/bash_completion/chimaera
source "$here/../../packaging/bash_completion/chimaera"

work="$(mktemp -d "${TMPDIR:-/tmp}/chi-test-completion.XXXXXX")"
export CHI_INSTANCE="completion-${CHI_TEST_TAG:-}$$" CHI_SOCKET_DIR="$work"
finish() {
    "$build/bin/chimaera" stop >/dev/null 2>&1 || true
    rm -rf -- "$work"
    rm -f -- /dev/shm/"chimaera.$CHI_INSTANCE".*
}
trap finish EXIT
trap 'exit 143' INT TERM HUP

bad=0
# offers EXPECTED FUNCTION WORD...: the last word is the one at the cursor. EXPECTED is a pattern for
# the offers, in order, with a blank between them.
offers() {
    local expected=$1 function=$2
    shift 2
    COMP_WORDS=("$build/bin/$1" "${@:2}")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    "$function" || true # its status means nothing to bash
    # shellcheck disable=SC2053 # a pattern
    [[ "${COMPREPLY[*]-}" == $expected ]] && return
    echo "after '$*' it offers '${COMPREPLY[*]-}', not '$expected'"
    bad=1
}

touch "$work/image.raw"
mkdir "$work/folder"
# Without a daemon there are no pools, and nothing is said.
offers '' _chimaera chimaera destroy ''
cat >"$work/config.yaml" <<'YAML'
logging: {level: none}
memory: {main_segment_size: 32MB, client_data_segment_size: 16MB, runtime_data_segment_size: 16MB}
compose:
  - {mod_name: chimaera_bdev, pool_name: ram_disk, type: ram, total_size: 1MB}
  - {mod_name: chimaera_bdev, pool_name: second disk, type: ram, total_size: 1MB}
YAML
"$build/bin/chimaera_runtime" -c "$work/config.yaml" --daemonize >"$work/start.log" 2>&1 || {
    cat "$work/start.log"
    exit 1
}

offers '*status*pools*ping*bdev*stop*' _chimaera chimaera ''
offers 'status stop' _chimaera chimaera st
offers 'status stop' _chimaera chimaera help st
offers '--json' _chimaera chimaera status --j
offers '--grace' _chimaera chimaera stop --g
offers 'admin ram_disk second\\ disk' _chimaera chimaera destroy ''
offers 'ram_disk' _chimaera chimaera destroy --cancel ram
offers '' _chimaera chimaera destroy ram_disk ''
offers '*get*' _chimaera chimaera bdev g
offers '*ram_disk*' _chimaera chimaera bdev put ''
offers "$work/image.raw" _chimaera chimaera bdev put ram_disk "$work/im"
offers "$work/image.raw" _chimaera chimaera bdev get --size 1MB ram_disk "$work/im"
offers '' _chimaera chimaera bdev get ram_disk --size ''
offers '' _chimaera chimaera bdev get --container ''
offers "$work/image.raw" _chimaera chimaera bdev get --container 0 ram_disk "$work/im"
offers '--offset' _chimaera chimaera bdev get ram_disk --off
offers '--check-config --config' _chimaera_runtime chimaera_runtime --c
offers "$work/config.yaml" _chimaera_runtime chimaera_runtime -c "$work/conf"
offers '--check' _chimaera_module_tool chi_refresh_repo --che
offers "$work/folder" _chimaera_module_tool chi_refresh_repo "$work/f"
offers '--namespace' _chimaera_module_tool chi_new_mod kv --n
offers "$work/folder" _chimaera_module_tool chi_new_mod kv --dir "$work/f"
exit "$bad"
