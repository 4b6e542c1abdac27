#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# bdev pools over NBD, on unix sockets in a temporary folder:
#   run.sh CASE BIN_DIR LIB_DIR PLUGIN
# Ends with 77, and says why, where a program of others is missing.
set -euo pipefail
case=$1 bin=$2
export CHI_REPO_PATH=$3
plugin=$4
unset CHI_SERVER_CONF CHI_SOCKET_DIR CHI_LOG CHI_DEBUG CHI_WITH_RUNTIME
PATH="$PATH:/usr/sbin:/sbin" # e2fsprogs

work="$(mktemp -d "${TMPDIR:-/tmp}/chi-test-nbd.XXXXXX")"
log="$work/log"
export CHI_INSTANCE="nbd-$case-${CHI_TEST_TAG:-}$$"
export XDG_RUNTIME_DIR="$work/run" TMPDIR="$work"
mkdir -m 0700 "$XDG_RUNTIME_DIR"
daemon_pid='' server_pid='' client_pid=''
finish() {
    local pid
    for pid in $client_pid $server_pid $daemon_pid; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -f -- /dev/shm/"chimaera.$CHI_INSTANCE".*
    rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 143' INT TERM HUP
cd "$work"

fail() {
    echo "FAILED: $*"
    [[ ! -s $log ]] || tail -n 40 "$log"
    [[ ! -s $work/server.log ]] || tail -n 10 "$work/server.log"
    if [[ -n $server_pid ]] && ! kill -0 "$server_pid" 2>/dev/null; then
        local status=0
        wait "$server_pid" || status=$?
        echo "nbdkit has ended with $status"
    fi
    exit 1
}

need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || {
        echo "SKIPPED: there is no $1 (package $2)"
        exit 77
    }
}
[[ $plugin != missing ]] || {
    echo "SKIPPED: built without nbdkit's header (package nbdkit-plugin-dev)"
    exit 77
}
need nbdkit nbdkit
need timeout coreutils

# must COMMAND...: it succeeds. must_fail TEXT COMMAND...: it does not, and says TEXT. What hangs is
# ended; all bounds on time here are for that.
must() {
    timeout -k 5 120 "$@" >"$log" 2>&1 || fail "exit $?: $*"
}
must_fail() {
    local text=$1 status=0
    shift
    timeout -k 5 120 "$@" >"$log" 2>&1 || status=$?
    [[ $status != 0 && $status != 124 && $status != 137 ]] ||
        fail "exit $status, '$text' was expected: $*"
    grep -qF -- "$text" "$log" || fail "'$text' is not in the output of: $*"
}
says() { # TEXT: so does what ran last
    grep -qE -- "$1" "$log" || fail "it does not say '$1'"
}

start_daemon() {
    cat >"$work/config.yaml" <<YAML
memory: {main_segment_size: 32MB, client_data_segment_size: 256MB, runtime_data_segment_size: 32MB}
compose:
  - mod_name: chimaera_bdev
    pool_name: $work/disk
    type: file
    mode: raw
    total_size: 32MB
  - mod_name: chimaera_bdev
    pool_name: memory
    type: ram
    mode: raw
    total_size: 32MB
  - mod_name: chimaera_bdev
    pool_name: blocks
    type: ram
    total_size: 16MB
YAML
    "$bin/chimaera_runtime" -c "$work/config.yaml" 2>>"$work/daemon.log" &
    daemon_pid=$!
    for _ in {1..1200}; do
        ! "$bin/chimaera" ping --count 1 >"$log" 2>&1 || return 0
        sleep 0.05
    done
    fail "the daemon does not start: $(cat "$work/daemon.log")"
}
kill_daemon() {
    kill -KILL "$daemon_pid"
    wait "$daemon_pid" 2>/dev/null || true # until the system has taken back its files
    daemon_pid=''
}
stop_daemon() {
    must "$bin/chimaera" stop
    wait "$daemon_pid" || fail "the daemon ended with $?"
    daemon_pid=''
}

# A server until stop_server: $uri leads to it.
start_server() { # NBDKIT_ARGUMENT...
    rm -f -- "$work/socket" "$work/server.pid"
    nbdkit -f -U "$work/socket" -P "$work/server.pid" "$@" 2>>"$work/server.log" &
    server_pid=$!
    uri="nbd+unix:///?socket=$work/socket"
    for _ in {1..3000}; do
        [[ ! -s $work/server.pid ]] || return 0
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.02
    done
    fail "nbdkit does not start: $(cat "$work/server.log")"
}
stop_server() {
    kill -TERM "$server_pid"
    wait "$server_pid" || fail "nbdkit ended with $?: $(tail -n 5 "$work/server.log")"
    server_pid=''
}

# 32 MiB with a hole in the middle.
make_image() {
    head -c 10000000 /dev/urandom >"$work/image"
    truncate -s 20000000 "$work/image"
    head -c 4000001 /dev/urandom >>"$work/image"
    truncate -s 32M "$work/image"
}

# What goes in comes out, by several connections with many requests each.
copy_in_and_out() { # NBDKIT_ARGUMENT...
    start_server "$@"
    must nbdcopy --connections=4 --requests=64 --flush "$work/image" "$uri"
    must nbdcopy --connections=4 --requests=64 "$uri" "$work/copy"
    [[ $(sha256sum <"$work/copy") == $(sha256sum <"$work/image") ]] || fail "nbdcopy: $*"
    stop_server
}

case_parameters() {
    need nbdinfo libnbd-bin
    local socket="$work/socket"
    must nbdkit "$plugin" --help
    says '\[pool=\]NAME'
    must nbdkit "$plugin" --dump-plugin
    says '^thread_model=parallel'
    must_fail 'pool=NAME is missing' nbdkit -f -U "$socket" "$plugin"
    must_fail 'must not be empty' nbdkit -f -U "$socket" "$plugin" pool=
    must_fail 'did you mean "pool"' nbdkit -f -U "$socket" "$plugin" pol=x
    must_fail 'did you mean "ram"' nbdkit -f -U "$socket" "$plugin" x create=rma
    must_fail 'did you mean "uring"' nbdkit -f -U "$socket" "$plugin" x create=file engine=urin
    must_fail 'needs size' nbdkit -f -U "$socket" "$plugin" x create=ram
    must_fail 'create=file' nbdkit -f -U "$socket" "$plugin" x io-depth=4
    must_fail 'number of bytes' nbdkit -f -U "$socket" "$plugin" x size=1X
    must_fail 'number of bytes' nbdkit -f -U "$socket" "$plugin" x memory=0
    must_fail 'no runtime answers' nbdkit -U "$socket" "$plugin" memory
    start_daemon
    must_fail 'CHI_INSTANCE' nbdkit -U "$socket" "$plugin" memory instance=../x
    must_fail 'no runtime answers' nbdkit -U "$socket" "$plugin" memory instance=other
    must_fail 'no runtime answers' nbdkit -U "$socket" "$plugin" memory socket-dir=.
    must_fail 'there is no pool "nope"' nbdkit -U "$socket" "$plugin" nope
    must_fail 'mode blocks' nbdkit -U "$socket" "$plugin" blocks
    must_fail 'chimaera_admin' nbdkit -U "$socket" "$plugin" admin
    must_fail 'not 1048576' nbdkit -U "$socket" "$plugin" memory size=1MB
    must_fail 'is memory' nbdkit -U "$socket" "$plugin" memory create=file
    must_fail 'container' nbdkit -U "$socket" "$plugin" memory container=1
    must_fail 'absolute path' nbdkit -U "$socket" "$plugin" new.img create=file size=1MB

    local instance=$CHI_INSTANCE
    export CHI_INSTANCE=none # what is given as a parameter comes first
    start_server "$plugin" memory "instance=$instance" socket-dir=run size=32MB
    export CHI_INSTANCE=$instance
    must nbdinfo "$uri"
    says 'export-size: 33554432'
    local can
    for can in can_flush can_fua can_multi_conn can_trim can_zero; do
        says "$can: true"
    done
    says 'is_read_only: false'
    says 'block_size_preferred: 4096'
    stop_server
    start_server -r "$plugin" memory
    must nbdinfo "$uri"
    says 'is_read_only: true'
    stop_server

    start_server "$plugin" "$work/new.img" create=file size=8MB engine=threads
    must "$bin/chimaera" bdev stat "$work/new.img"
    says 'engine threads'
    stop_server
    [[ $(stat -c %s "$work/new.img") == 8388608 ]] || fail "new.img is not as large as was said"
    stop_daemon
}

case_nbdcopy() {
    need nbdcopy libnbd-bin
    start_daemon
    make_image
    copy_in_and_out "$plugin" "$work/disk"
    cmp "$work/image" "$work/disk" || fail "the file is not the image"
    copy_in_and_out "$plugin" memory
    copy_in_and_out "$plugin" memory memory=300KB # so that requests wait for each other
    must "$bin/chimaera" bdev get memory "$work/got"
    cmp "$work/image" "$work/got" || fail "chimaera bdev get"
    must "$bin/chimaera" bdev put memory "$work/disk"
    copy_in_and_out -t 64 "$plugin" "$work/by_threads" create=file size=32MB engine=threads
    must "$bin/chimaera" bdev stat memory --json
    says '"errors":0'
    stop_daemon
}

# Bytes of a kind, as nbdinfo tells them: map_total KIND.
map_total() {
    must nbdinfo --map --totals "$uri"
    awk -v kind="$1" '$4 == kind { sum += $1 } END { print sum + 0 }' "$log"
}
bytes_read() { # POOL
    must "$bin/chimaera" bdev stat "$1" --json
    grep -o '"bytes_read":[0-9]*' "$log" | cut -d : -f 2
}

# Holes are told as such, and neither read nor written by those who copy.
check_extents() { # POOL NBDKIT_ARGUMENT...
    local pool=$1 before data
    shift
    start_server "$plugin" "$pool" "$@"
    ((before = $(map_total data))) || true
    ((before <= 1 << 20)) || fail "$pool is new and has $before bytes of data"
    [[ $(($(map_total 'hole,zero') + before)) == 33554432 ]] || fail "$pool: the map has gaps"
    must nbdcopy --flush "$work/image" "$uri"
    data=$(map_total data)
    # What was written, in pages of up to 2 MiB.
    ((data >= 14000001 && data <= 14000001 + (8 << 20))) || fail "$pool has $data bytes of data"
    must nbdinfo --map "$uri"
    says '^ +0 +[0-9]+ +0 +data$'
    says ' 3 +hole,zero$'
    before=$(bytes_read "$pool")
    must nbdcopy --sparse=0 "$uri" "$work/copy" # it looks for no zeros by itself
    cmp "$work/image" "$work/copy" || fail "$pool: the copy is not the image"
    (($(stat -c %b "$work/copy") * 512 <= data + (1 << 20))) || fail "$pool: the copy is not sparse"
    (($(bytes_read "$pool") - before <= data + (1 << 20))) || fail "$pool: holes were read"
    must qemu-img map -f raw --output=json "$uri"
    says '"start": 0, .*"zero": false'
    says '"zero": true, "data": false'
    must qemu-img convert -f raw -O qcow2 "$uri" "$work/copy.qcow2"
    must qemu-img compare -f raw -F qcow2 "$work/image" "$work/copy.qcow2"
    must qemu-io -f raw -c 'discard 0 8M' -c 'write -z -u 22M 2M' -c 'flush' "$uri"
    (($(map_total data) <= data - (8 << 20))) || fail "$pool: what was discarded is data"
    stop_server
    rm -f -- "$work/copy" "$work/copy.qcow2"
}

case_extents() {
    need nbdcopy libnbd-bin
    need qemu-img qemu-utils
    local probe
    truncate -s 1M "$work/probe"
    probe="$(stat -c %b "$work/probe")"
    [[ $probe -lt 100 && -r /proc/self/pagemap ]] || {
        echo "SKIPPED: no sparse files or no page table here"
        exit 77
    }
    start_daemon
    make_image
    check_extents memory
    check_extents "$work/disk"
    check_extents "$work/by_threads" create=file size=32MB engine=threads
    stop_daemon
}

case_qemu() {
    need qemu-io qemu-utils
    need qemu-img qemu-utils
    start_daemon
    make_image
    start_server "$plugin" "$work/disk"
    must qemu-img convert -n -f raw -O raw "$work/image" "$uri"
    must qemu-img compare -f raw -F raw "$work/image" "$uri"
    says 'identical'
    # Whole and broken sectors, each beside what must not change; -f writes with FUA.
    must qemu-io -f raw -c 'write -P 1 0 1M' -c 'write -P 2 511 1' -c 'write -f -P 3 4095 2' \
        -c 'write -z 8k 12k' -c 'write -z -u 100001 7777' -c 'discard 256k 64k' \
        -c 'aio_write -P 4 320k 33k' -c 'aio_write -P 5 400k 1' -c 'aio_flush' -c 'flush' "$uri"
    must qemu-io -r -f raw -c 'read -P 1 0 511' -c 'read -P 2 511 1' -c 'read -P 1 512 3583' \
        -c 'read -P 3 4095 2' -c 'read -P 1 4097 4095' -c 'read -P 0 8k 12k' \
        -c 'read -P 1 20k 79521' -c 'read -P 0 100001 7777' -c 'read -P 1 107778 154366' \
        -c 'read -P 4 320k 33k' -c 'read -P 5 400k 1' -c 'read -P 1 401k 623k' "$uri"
    ! grep -q 'Pattern verification failed' "$log" || fail "qemu-io read what was not written"
    [[ $(grep -c '^read ' "$log") == 12 ]] || fail "qemu-io did not read everything"
    # An image format that keeps its own map on the device.
    must qemu-img create -f qcow2 "$uri" 24M
    must qemu-io -f qcow2 -c 'write -P 7 0 9M' -c 'write -P 8 16M 3M' -c 'discard 1M 1M' "$uri"
    must qemu-img check -f qcow2 "$uri"
    says 'No errors'
    must qemu-io -r -f qcow2 -c 'read -P 7 2M 7M' -c 'read -P 0 9M 7M' -c 'read -P 8 16M 3M' "$uri"
    ! grep -q 'Pattern verification failed' "$log" || fail "qcow2 on the device"
    stop_server
    start_server -r "$plugin" "$work/disk"
    must_fail 'Permission denied' qemu-io -f raw -c 'write 0 512' "$uri"
    stop_server
    stop_daemon
}

case_fio() {
    need fio fio
    fio --enghelp=nbd >/dev/null 2>&1 || {
        echo "SKIPPED: this fio has no engine nbd"
        exit 77
    }
    local pool
    start_daemon
    for pool in "$work/disk" memory; do
        start_server "$plugin" "$pool" memory=1MB
        must fio --name=mix --ioengine=nbd --uri="$uri" --rw=randrw --bsrange=512-96k --size=24M \
            --iodepth=32 --verify=crc32c --verify_fatal=1 --randseed=7 --fsync=64 --aux-path="$work"
        says 'err= 0'
        stop_server
    done
    stop_daemon
}

check_ext4() { # IMAGE
    local name
    must e2fsck -fn "$1"
    for name in first second; do
        must debugfs -R "dump /folder/$name $work/$name.back" "$1"
        cmp "$work/$name" "$work/$name.back" || fail "$name has changed"
    done
}

case_ext4() {
    need mkfs.ext4 e2fsprogs
    need debugfs e2fsprogs
    need nbdcopy libnbd-bin
    start_daemon
    truncate -s 32M "$work/ext4"
    must mkfs.ext4 -q "$work/ext4"
    head -c 9000000 /dev/urandom >"$work/first"
    seq 100000 >"$work/second"
    printf '%s\n' 'mkdir folder' 'cd folder' "write $work/first first" "write $work/second second" |
        must debugfs -w -f - "$work/ext4"
    check_ext4 "$work/ext4"
    start_server "$plugin" "$work/disk"
    must nbdcopy --flush "$work/ext4" "$uri"
    kill_daemon # what was flushed is there
    check_ext4 "$work/disk"
    start_daemon
    must nbdcopy "$uri" "$work/back"
    check_ext4 "$work/back"
    # The file system is changed where it is, once by way of the daemon and once without.
    must nbdcopy --flush "$work/back" "$uri"
    stop_daemon
    printf 'rm /folder/second\nwrite %s /folder/second\n' "$work/second" |
        must debugfs -w -f - "$work/disk"
    start_daemon
    must nbdcopy "$uri" "$work/again"
    must e2fsck -fn "$work/again"
    stop_server
    stop_daemon
}

# A connection that stays: `tell COMMAND` to qemu-io, then `hears TEXT` sooner or later. One command
# at a time: it does not see a second one that has come along with the first.
connect() {
    rm -f -- "$work/commands"
    mkfifo "$work/commands"
    : >"$work/heard"
    qemu-io -f raw "$uri" <"$work/commands" >>"$work/heard" 2>&1 &
    client_pid=$!
    exec 9>"$work/commands"
}
tell() {
    : >"$work/heard"
    echo "$1" >&9
}
hears() {
    for _ in {1..1200}; do
        ! grep -qE -- "$1" "$work/heard" || return 0
        sleep 0.05
    done
    fail "qemu-io does not say '$1' but: $(cat "$work/heard")"
}
disconnect() {
    tell quit
    wait "$client_pid" || true
    exec 9>&-
    client_pid=''
}

case_death() {
    need qemu-io qemu-utils
    start_daemon
    start_server "$plugin" "$work/disk"
    connect
    tell 'write -f -P 6 0 64k'
    hears 'wrote 65536/65536'
    tell 'read -P 6 0 64k'
    hears 'read 65536/65536'
    kill_daemon
    # Nothing hangs, neither the first request after the death nor later ones of any kind.
    tell 'write -P 7 0 64k'
    hears 'write failed: '
    tell 'read 0 512'
    hears 'read failed: '
    tell 'discard 0 4k'
    hears 'discard failed: '
    tell 'map'
    hears 'Input/output error|allocation status|hutdown'
    must_fail 'qemu-io' qemu-io -f raw -c 'read 0 512' "$uri"
    start_daemon
    # The old connection must not go on as if nothing had happened; a new one finds the new daemon.
    tell 'read 0 512'
    hears 'read failed: '
    must qemu-io -f raw -c 'read -P 6 0 64k' -c 'write -P 8 64k 64k' -c 'read -P 8 64k 64k' "$uri"
    says 'read 65536/65536'
    ! grep -q 'Pattern verification failed' "$log" || fail "what was flushed is not there"
    tell 'read 0 512'
    hears 'read failed: '
    disconnect

    # 16 requests are under way when the daemon dies: qemu-io stops itself (signal 19) once it is
    # connected, and sends them while the daemon stands still.
    local i
    local -a writes=()
    for i in {1..16}; do
        writes+=(-c "aio_write -P 9 ${i}M 4k")
    done
    timeout -k 5 120 qemu-io -f raw -c 'read 0 512' -c 'sigraise 19' "${writes[@]}" -c aio_flush \
        "$uri" >"$log" 2>&1 &
    client_pid=$!
    local io=''
    for _ in {1..3000}; do
        io="$(pgrep -P "$client_pid" -r T)" && break
        sleep 0.02
    done
    kill -STOP "$daemon_pid"
    kill -CONT "${io:?}"
    sleep 0.3 # they may fail before they are sent, but then this shows less
    kill_daemon
    wait "$client_pid" || true
    client_pid=''
    [[ $(grep -c 'aio_write failed: ' "$log") == 16 ]] || fail "not all of them have ended"
    start_daemon
    must qemu-io -f raw -c 'read 0 1M' "$uri"
    stop_server

    # Memory does not come back.
    start_server "$plugin" memory
    must qemu-io -f raw -c 'write -P 1 0 4k' "$uri"
    kill_daemon
    start_daemon
    must_fail 'qemu-io' qemu-io -f raw -c 'read 0 512' "$uri"
    grep -q 'was memory' "$work/server.log" || fail "nbdkit does not say why"
    stop_server
    start_server "$plugin" memory
    must qemu-io -f raw -c 'read -P 0 0 4k' "$uri"
    # A pool that is destroyed takes its connections along.
    connect
    tell 'read 0 512'
    hears 'read 512/512'
    must "$bin/chimaera" destroy memory
    tell 'read 0 512'
    hears 'read failed: '
    disconnect
    must_fail 'qemu-io' qemu-io -f raw -c 'read 0 512' "$uri"
    stop_server
    stop_daemon
}

"case_$case"
[[ -z $(find "$XDG_RUNTIME_DIR" -mindepth 1) ]] || fail "left behind: $(ls "$XDG_RUNTIME_DIR")"
[[ -z $(find /dev/shm -name "chimaera.$CHI_INSTANCE.*") ]] || fail "shared memory is left behind"
echo "passed in $SECONDS s"
