#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Checks of the source tree and of the libraries in a build folder: run.sh CASE BUILD_DIR
# Ends with 77, and says why, where a program is missing.
set -euo pipefail
case=$1 build=$2
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/lib/setup.sh
source tools/lib/setup.sh

skip() {
    echo "SKIPPED: $*"
    exit 77
}

tracked() { # PATTERN...: files of this tree, also those that are not committed yet
    if [[ -e .git ]]; then
        git ls-files --cached --others --exclude-standard -- "$@"
    else
        local -a names=()
        local pattern
        for pattern in "$@"; do
            names+=(-o -path "./$pattern")
        done
        find . -path ./build -prune -o \( "${names[@]:1}" \) -type f -print | sed 's|^\./||'
    fi | sort -u | while IFS= read -r file; do
        [[ ! -f $file ]] || printf '%s\n' "$file"
    done
}

# Neither what is generated nor what tests feed to the generator.
case_format() {
    local formatter
    formatter="$(setup_clang_format)" || skip "there is no clang-format 14 (package clang-format-14)"
    tracked '*.c' '*.h' | grep -vE '(^|/)(autogen|corpus)/' |
        xargs -r -d '\n' -n 50 -P "$(nproc)" "$formatter" --dry-run --Werror
}

case_generated() {
    "$build/bin/chi_refresh_repo" chimods --check
}

# compile_alone HEADER COMPILER LANGUAGE STANDARD INCLUDE...: with nothing before it.
compile_alone() {
    local header=$1 compiler=$2 language=$3 standard=$4
    shift 4
    printf '#include "%s"\nint chi_header_compiles(void);\n' "${header#*include/}" |
        "$compiler" -x "$language" "-std=$standard" -Wall -Wextra -Werror -fsyntax-only "$@" - || {
        echo "$header does not compile alone as $standard."
        return 1
    }
}
export -f compile_alone

case_headers_c() { headers gcc c c17; }
case_headers_cxx() { headers g++ c++ c++17; }

headers() { # COMPILER LANGUAGE STANDARD
    local compiler=$1 language=$2 standard=$3 header include
    local -a includes=(-Iinclude)
    command -v "$compiler" >/dev/null || skip "there is no $compiler"
    for include in chimods/*/include; do
        [[ ! -d $include ]] || includes+=("-I$include")
    done
    for header in include/chimaera/*.h chimods/*/include/chimaera/*/*_{client,tasks,runtime}.h; do
        # What a module's runtime is made of is C; what callers include is C and C++.
        [[ ! -f $header || ($language != c && $header == *_runtime.h) ]] || printf '%s\n' "$header"
    done | xargs -d '\n' -I HEADER -P "$(nproc)" bash -c 'compile_alone "$@"' bash \
        HEADER "$compiler" "$language" "$standard" "${includes[@]}"
}

case_docs() { # links, anchors, names of files and functions, pictures
    tools/docs --check
}

# A program with more rights than its caller must not obey the caller's variables.
case_environment() {
    ! grep -nE '(^|[^_[:alnum:]])getenv *\(' $(tracked 'src/*.[ch]' 'include/*.h' 'chimods/*.[ch]') || {
        echo "Use secure_getenv()."
        return 1
    }
}

case_completion() {
    [[ -x $build/bin/chimaera_runtime ]] || skip "the programs are not built"
    test/tree/completion.sh "$(realpath "$build")"
}

# Pages are there for every program, and neither formatter has anything to say; we give no date. Where a
# program is not there, no page goes missing in silence.
case_manual() {
    local page status=0 text work
    command -v mandoc >/dev/null || skip "there is no mandoc (package mandoc)"
    work="$(mktemp -d "${TMPDIR:-/tmp}/chi-test-manual.XXXXXX")"
    # shellcheck disable=SC2064 # now
    trap "rm -rf -- '$work'" EXIT
    mkdir "$work/bin"
    ln -s -- "$(realpath "$build")/bin/chimaera" "$work/bin/"
    ! tools/manual "$work/bin" "$work" 2>/dev/null || {
        echo "tools/manual succeeds without programs that it has to ask"
        status=1
    }
    tools/manual "$build/bin" "$work"
    for page in man1/{chimaera,chimaera_runtime,chi_refresh_repo,chi_new_mod}.1 man5/chimaera.yaml.5 \
        man3/{chimaera_task,chi_task_wait,chi_comutex_lock}.3; do
        [[ -s $work/$page.gz ]] || {
            echo "there is no $page"
            status=1
        }
    done
    while IFS= read -r page; do
        gzip -dc "$page" >"$work/page"
        # By standard input: of a file mandoc compares the name with the section.
        text="$(mandoc -T lint -W warning <"$work/page" | grep -v 'missing date' || true)"
        if command -v groff >/dev/null; then
            text+="$(groff -man -Tutf8 -ww -z "$work/page" 2>&1)"
        fi
        [[ -z $text ]] || {
            printf '%s: %s\n' "${page##*/}" "$text"
            status=1
        }
    done < <(find "$work"/man? -type f)
    return "$status"
}

# What is not run here can at least be read.
case_recipes() {
    local name source
    command -v python3 >/dev/null || skip "there is no python3"
    python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' packaging/spack/package.py
    # Each file that the container build copies exists; each stage that it names is there.
    while read -r source; do
        [[ -e $source ]] || { echo "Containerfile copies $source, which is not there"; return 1; }
    done < <(sed -n 's/^COPY \([^-][^ ]*\) .*/\1/p' packaging/container/Containerfile)
    while read -r name; do
        grep -qE "^FROM .* AS $name\$" packaging/container/Containerfile ||
            { echo "Containerfile copies from $name, which it does not build"; return 1; }
    done < <(sed -n 's/^COPY --from=\([^ ]*\) .*/\1/p' packaging/container/Containerfile)
    ! grep -vE '^(#|$| |FROM |ARG |ENV |RUN |COPY |WORKDIR |USER |EXPOSE |VOLUME |ENTRYPOINT |CMD |LABEL )' \
        packaging/container/Containerfile
}

case_models() {
    command -v spin >/dev/null || skip "there is no spin (package spin)"
    test/model/run
}

case_reference() {
    tools/reference --check
}

# Prints the symbols of a library that do not match a pattern; fails where there are any.
foreign_symbols() { # LIBRARY PATTERN
    local library=$1 pattern=$2 foreign symbols
    symbols="$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }')"
    if [[ -z $symbols ]]; then
        echo "$library exports nothing."
        return 1
    fi
    foreign="$(grep -vE "$pattern" <<<"$symbols" || true)"
    [[ -n $foreign ]] || return 0
    printf '%s exports what it should not:\n%s\n' "$library" "$foreign"
    return 1
}

case_rooms() { # not of objects for link-time optimisation
    grep -q '^CMAKE_BUILD_TYPE:STRING=Release' "$build/CMakeCache.txt" && skip "a Release build has no plain objects"
    tools/rooms "$build"
}

case_symbols() {
    local status=0 library name
    for library in "$build"/lib/lib{chimaera,chimaera_runtime,chimaera_test}.so; do
        foreign_symbols "$library" '^chi_' || status=1
    done
    for library in "$build"/lib/lib*_*_runtime.so; do
        [[ ! -f $library ]] || foreign_symbols "$library" '^chi_module_descriptor$' || status=1
    done
    for library in "$build"/lib/lib*_*_client.so; do
        name="${library##*/lib}"
        [[ ! -f $library ]] || foreign_symbols "$library" "^${name%_client.so}_" || status=1
    done
    for library in "$build"/lib/nbdkit-*-plugin.so; do
        [[ ! -f $library ]] || foreign_symbols "$library" '^plugin_init$' || status=1
    done
    return "$status"
}

case_tidy() {
    setup_clang_tidy >/dev/null || skip "there is no clang-tidy 14 (package clang-tidy-14)"
    command -v python3 >/dev/null || skip "there is no python3"
    tools/tidy -p "$build"
}

"case_$case"
