#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What chi_new_mod makes and what it refuses: run.sh CHI_NEW_MOD CHI_REFRESH_REPO
set -u
new_mod="$(realpath "$1")"
refresh="$(realpath "$2")"
work="$(mktemp -d "${TMPDIR:-/tmp}/chi-new-mod.XXXXXX")"
trap 'rm -rf -- "$work"' EXIT
failed=0

bad() {
    echo "FAILED: $*"
    failed=1
}

# makes FOLDER ARGUMENT...: it succeeds there, and what it made is in order
makes() {
    local folder="$1"
    shift
    (cd "$folder" && "$new_mod" "$@") >"$work/out" 2>&1 || bad "chi_new_mod $*: $(cat "$work/out")"
    "$refresh" "$folder" --check >"$work/out" 2>&1 || bad "after chi_new_mod $*: $(cat "$work/out")"
}

# refuses STATUS TEXT FOLDER ARGUMENT...: it fails so, says so, and leaves the folder as it was
refuses() {
    local status="$1" text="$2" folder="$3" rc before
    shift 3
    before="$(cd "$folder" && find . -type f -exec cksum {} + | sort)"
    (cd "$folder" && "$new_mod" "$@") >"$work/out" 2>&1
    rc=$?
    [[ $rc == "$status" ]] || bad "chi_new_mod $*: exit $rc, expected $status"
    grep -qF -- "$text" "$work/out" || bad "chi_new_mod $*: '$text' is not in: $(cat "$work/out")"
    [[ "$(cd "$folder" && find . -type f -exec cksum {} + | sort)" == "$before" ]] ||
        bad "chi_new_mod $*: left something behind"
}

has() {
    grep -qE -- "$2" "$1" || bad "$1 has no line '$2': $(cat "$1")"
}

# a repository of one's own, begun by its first module
mkdir "$work/empty"
repo="$work/repo"
mkdir -p "$repo/extras"
refuses 1 'use --namespace NS' "$repo" kv
makes "$repo" kv --namespace acme
has "$repo/chimaera_repo.yaml" '^namespace: acme$'
has "$repo/chimaera_repo.yaml" '^  - kv$'
has "$repo/CMakeLists.txt" 'find_package\(chimaera-core'
has "$repo/kv/include/acme/kv/kv_tasks.h" '^struct acme_kv_custom_task \{'
has "$repo/kv/CMakeLists.txt" 'CHIMOD_NAME kv$'
! grep -rlE 'MOD_NAME' "$repo/kv" --include='*.[ch]' || bad "the template's name is left over"
! grep -rlE 'chimaera_kv|chimaera/kv|CHIMAERA_KV' "$repo" || bad "the template's namespace is left over"
makes "$repo" block_cache2
has "$repo/chimaera_repo.yaml" '^  - block_cache2$'
makes "$repo" far --dir extras
has "$repo/chimaera_repo.yaml" '^  - extras/far$'

# every form of the list
for list in '' 'modules: []' 'modules: [one]' $'modules:\n- one' $'modules:\n    # some\n    - one\n\nversion: 1.0.0'; do
    folder="$work/form"
    rm -rf "$folder"
    mkdir "$folder"
    printf 'namespace: "acme" # ours\n%s\n' "$list" >"$folder/chimaera_repo.yaml"
    if [[ $list == *one* ]]; then
        printf 'namespace: acme\n' >"$work/none.yaml"
        mkdir "$work/apart"
        cp "$work/none.yaml" "$work/apart/chimaera_repo.yaml"
        (cd "$work/apart" && "$new_mod" one >/dev/null) && mv "$work/apart/one" "$folder/one"
        rm -rf "$work/apart"
    fi
    makes "$folder" two --namespace acme
done

# names
for name in 9a a-b 'a b' 'a;b' ../a . '*' "$(printf 'a%.0s' {1..41})" ä; do
    refuses 1 'is not a valid name of a module' "$repo" "$name"
    refuses 1 'is not a valid name of a namespace' "$work/empty" x --namespace "$name"
done
refuses 2 'no name given' "$repo"
refuses 2 'more than one name' "$repo" a b
refuses 2 'unknown option' "$repo" a --nmespace b
refuses 2 '--dir needs a value' "$repo" a --dir
refuses 1 'is the template' "$repo" MOD_NAME
refuses 1 "the namespace 'chi'" "$work/empty" kv --namespace chi
refuses 1 'already exists' "$repo" kv
refuses 1 'already exists' "$repo" KV
refuses 1 "is 'acme', not 'other'" "$repo" new --namespace other
refuses 1 'no such folder' "$repo" new --dir nowhere
mkdir "$repo/more of them"
refuses 1 'cannot be listed' "$repo" new --dir 'more of them'

# a repository that is not in order stays as it was
cp -r "$repo" "$work/broken"
echo 'nmespace: twice' >>"$work/broken/chimaera_repo.yaml"
refuses 1 'nothing was created' "$work/broken" new

[[ $failed == 0 ]] && echo "all as it should be"
exit $failed
