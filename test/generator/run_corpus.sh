#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Runs chi_refresh_repo over the corpus: run_corpus.sh GENERATOR CORPUS INCLUDE CC CXX [--update]
# With "none" for CC and CXX what is written is not compiled.
#   corpus/bad/<case>/   files that replace those of corpus/base; `expected` is what is printed
#   corpus/good/<repo>/  a repository; what is written must compile without warnings
# --update writes `expected` anew; read what changed before you keep it.
set -eu
generator=$1 corpus=$2 include=$3 cc=$4 cxx=$5 update=${6:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$include" include # whatever is in its path
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

lay_out() { # case
    rm -rf repo
    cp -R "$corpus/base" repo
    for file in "$1"/*; do
        case $file in
        */chimaera_repo.yaml) cp "$file" repo/ ;;
        */chimaera_mod.yaml) cp "$file" repo/kv/ ;;
        */kv_tasks.h) cp "$file" repo/kv/include/chimaera/kv/ ;;
        */kv_methods.h)
            mkdir -p repo/kv/include/chimaera/kv/autogen
            cp "$file" repo/kv/include/chimaera/kv/autogen/
            ;;
        esac
    done
}

for dir in "$corpus"/bad/*/; do
    name=$(basename "$dir")
    lay_out "$dir"
    find repo -type f | sort >before
    status=0
    "$generator" repo >out 2>err || status=$?
    find repo -type f | sort >after
    [ "$status" -eq 1 ] || fail "$name: exit $status instead of 1"
    cmp -s before after || fail "$name: files were written"
    [ -s out ] && fail "$name: standard output is not empty"
    [ -z "$update" ] || cp err "$dir/expected"
    diff -u "$dir/expected" err || fail "$name: other messages than expected"
done

for dir in "$corpus"/good/*/; do
    name=$(basename "$dir")
    rm -rf good
    cp -R "$dir" good
    # `paths` names what to run on; without it the repository itself.
    for path in $(cat good/paths 2>/dev/null || echo .); do
        "$generator" "good/$path" --verbose || fail "$name/$path: refused"
        "$generator" "good/$path" --check || fail "$name/$path: stale right after it was written"
        "$generator" "good/$path" | grep -q ' 0 written$' || fail "$name/$path: written twice"
    done
    includes="-I include"
    for folder in $(find good -name include -type d); do
        includes="$includes -I $folder"
    done
    flags="-Wall -Wextra -Wshadow -Wmissing-prototypes -Werror"
    [ "$cc" != none ] || continue
    for source in $(find good -path '*/autogen/*.c'); do
        $cc -std=gnu17 $flags $includes -c "$source" -o "$source.o" || fail "$source"
    done
    for header in $(find good -name '*.h'); do
        echo "#include \"$PWD/$header\"" >header.c
        $cc -std=c17 $flags $includes -fsyntax-only header.c || fail "$header in C"
        cp header.c header.cc
        $cxx -std=c++17 -Wall -Wextra -Werror $includes -fsyntax-only header.cc ||
            fail "$header in C++"
    done
done

# One case for each way to be called.
expect() { # status pattern arguments...
    want=$1 pattern=$2
    shift 2
    status=0
    "$generator" "$@" >all 2>&1 || status=$?
    [ "$status" -eq "$want" ] || fail "exit $status instead of $want: $*"
    grep -q -- "$pattern" all || fail "'$pattern' is not in the output of: $*"
}
expect 2 "no path is given; try"
expect 2 "unknown option '--frob'; try" --frob
expect 2 "more than one path: 'b'" a b
expect 2 "No such file or directory 'nowhere'" nowhere
expect 0 "^Usage: chi_refresh_repo PATH" --help
mkdir lonely
expect 1 "chimaera_repo.yaml:1:1: error: the file is missing" lonely
rm -rf repo
cp -R "$corpus/base" repo
expect 1 "kv_methods.h: is missing" repo --check
[ ! -e repo/kv/src ] || fail "--check wrote files"
expect 0 "1 module, 4 files, 4 written" repo/
expect 0 "1 module, 4 files, 4 up to date" repo/kv --check
sed -i 's/kGet: 11/kGet: 12/' repo/kv/chimaera_mod.yaml
expect 1 "kGet had the id 11 and now has 12" repo
expect 1 "4 files are stale; run 'chi_refresh_repo repo'" repo --check --allow-renumber
expect 1 "there:      CHIMAERA_KV_METHOD_GET = 11,$" repo --check --allow-renumber
expect 1 "wanted:     CHIMAERA_KV_METHOD_GET = 12,$" repo --check --allow-renumber
expect 0 "4 files, 2 written" repo --allow-renumber
rm repo/kv/include/chimaera/kv/kv_tasks.h
expect 1 "kv_tasks.h, cannot be read: No such file or directory; a struct for each method" repo
# What is there but no file that can be read, and two modules whose macros are the same.
rm -rf repo
cp -R "$corpus/base" repo
expect 0 "4 written" repo
rm repo/kv/chimaera_mod.yaml
mkfifo repo/kv/chimaera_mod.yaml
expect 1 "chimaera_mod.yaml:1:1: error: cannot be read" repo
rm repo/kv/chimaera_mod.yaml
mkdir repo/kv/chimaera_mod.yaml
expect 1 "chimaera_mod.yaml:1:1: error: cannot be read: Is a directory" repo
rm -rf repo
cp -R "$corpus/base" repo
mkdir -p repo/kv/include/chimaera/kv/autogen/kv_methods.h
expect 1 "kv_methods.h, which says what ids were, cannot be read: Is a directory" repo
rm -rf repo
cp -R "$corpus/base" repo
touch repo/kv/src
expect 1 "repo/kv/src" repo
rm -rf repo
cp -R "$corpus/base" repo
cp -R repo/kv repo/second
sed -i 's/module_name: kv/module_name: KV/' repo/second/chimaera_mod.yaml
mkdir -p repo/second/include/chimaera/KV
cp repo/kv/include/chimaera/kv/kv_tasks.h repo/second/include/chimaera/KV/KV_tasks.h
sed -i 's/chimaera_kv/chimaera_KV/' repo/second/include/chimaera/KV/KV_tasks.h
echo "  - second" >>repo/chimaera_repo.yaml
expect 1 "module 'KV' is also in repo/kv" repo
# A packed struct is found at the latest by the compiler.
if [ "$cc" != none ]; then
    rm -rf repo
    cp -R "$corpus/base" repo
    sed -i 's/^struct chimaera_kv_get_task/#pragma pack(push, 1)\n&/; s/OUT struct chi_string value;/OUT uint8_t x; &/' \
        repo/kv/include/chimaera/kv/kv_tasks.h
    sed -i 's/OUT uint8_t x; /OUT uint8_t x;\n    /' repo/kv/include/chimaera/kv/kv_tasks.h
    expect 0 "4 written" repo
    status=0
    $cc -std=gnu17 -I include -I repo/kv/include -c repo/kv/src/autogen/kv_schema.c -o x.o 2>all || status=$?
    [ "$status" -ne 0 ] || fail "a packed struct was compiled"
    grep -q "chimaera_kv_get_task is packed" all || fail "the compiler does not say that a struct is packed"
fi
rm -rf repo
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files are left"

[ "$failures" -eq 0 ] || { echo "$failures failures"; exit 1; }
echo "all cases as expected"
