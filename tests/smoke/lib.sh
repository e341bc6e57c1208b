# SPDX-License-Identifier: Apache-2.0
# What the smoke tests share: network namespaces, the collector in one of them, captures, comparing. Source it first.
#
# Programs come from the build directory in $BUILD (meson's tests set it). Everything started is ended and everything
# made is removed when the test ends, however it ends. Exit 77 = skipped, with the reason on standard output.
set -euo pipefail

smoke=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$smoke/../.." && pwd)
build=${BUILD:-$top/build}
daemon=$build/control/net-collectord
command=$build/control/net-collector
generator=$build/tests/generator/flow-generator
work=$(mktemp -d "${TMPDIR:-/tmp}/net-collector-smoke.XXXXXX")
data=$work/data
prefix=nc$$
arguments=("$@")
attempt=${ATTEMPT:-1}
namespaces=()
children=()
collector=

skip() {
    echo "skipped: $*"
    exit 77
}

fail() {
    echo "FAIL $*"
    exit 1
}

# Whether the device lost datagrams before the collector could see them: live capture on lo has room for about 70 ms of slow
# traffic, and a machine busy with other things stops us for longer. The ledger says so, and nothing that is counted can be right.
lost_before_us() {
    local missed
    missed=$("$command" ledger -o json --data "$data" 2>/dev/null |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["packets"]["missed"])' 2>/dev/null) || return 1
    [ "$missed" -gt 0 ] && echo "the device missed $missed datagrams in attempt $attempt: this machine was too busy"
}

# Runs when the test ends. What failed leaves its log on standard output; what failed for want of datagrams is tried again.
clean_up() {
    local code=$? pid name again=
    trap - EXIT
    if [ "$code" -ne 0 ] && [ "$code" -ne 77 ] && [ "$attempt" -lt 3 ] && lost_before_us; then again=yes; fi
    if [ "$code" -ne 0 ] && [ "$code" -ne 77 ] && [ -s "$work/collector.log" ]; then
        echo "--- the collector's log, last lines"
        tail -40 "$work/collector.log"
    fi
    for pid in "${children[@]}" $collector; do
        kill "$pid" 2>/dev/null || true
    done
    for name in "${namespaces[@]}"; do
        ip netns pids "$name" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
        ip netns del "$name" 2>/dev/null || true
    done
    rm -rf "$work"
    [ -z "$again" ] || ATTEMPT=$((attempt + 1)) exec "$0" "${arguments[@]}"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# need TOOL PACKAGE
need() {
    command -v "$1" >/dev/null || skip "$1 is not installed (Debian package $2)"
}

# Skips unless this machine lets us make namespaces and the programs are built.
need_basics() {
    need ip iproute2
    need python3 python3
    local program
    for program in "$daemon" "$command" "$generator"; do
        [ -x "$program" ] || skip "$program is not built"
    done
    [ "$(id -u)" = 0 ] || skip "needs root to make network namespaces"
    ip netns add "$prefix-try" 2>/dev/null || skip "this machine does not allow network namespaces"
    ip netns del "$prefix-try"
}

# in_ns NAME COMMAND...
in_ns() {
    local name=$prefix-$1
    shift
    ip netns exec "$name" "$@"
}

# A namespace with nothing but a loopback interface that is up.
make_ns() {
    ip netns add "$prefix-$1"
    namespaces+=("$prefix-$1")
    in_ns "$1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 || true
    in_ns "$1" ip link set lo up
}

# connect NS1 INTERFACE1 NS2 INTERFACE2: a veth pair, up, without addresses.
connect() {
    ip link add "$2" netns "$prefix-$1" type veth peer name "$4" netns "$prefix-$3"
    in_ns "$1" ip link set "$2" up
    in_ns "$3" ip link set "$4" up
}

# mac NS INTERFACE
mac() {
    in_ns "$1" cat "/sys/class/net/$2/address"
}

# in_background NS LOG COMMAND...: sets $child.
in_background() {
    local name=$1 log=$2
    shift 2
    # Not in_ns: $! must be the program itself, not a shell around it.
    ip netns exec "$prefix-$name" "$@" >"$log" 2>&1 &
    child=$!
    children+=("$child")
}

# wait_for FILE WORD: until the word stands in the file, at most 10 s.
wait_for() {
    local i
    for i in $(seq 100); do
        grep -q "$2" "$1" 2>/dev/null && return
        sleep 0.1
    done
    cat "$1"
    fail "\"$2\" did not appear in $1 within 10 s"
}

# start_capture NS INTERFACE FILE: sets $capture.
start_capture() {
    in_background "$1" "$3.log" python3 "$smoke/capture.py" "$2" "$3"
    capture=$child
    wait_for "$3.log" capturing
}

stop_capture() {
    kill "$capture"
    wait "$capture" || fail "the capture lost packets"
}

# make_traffic NS FILE: the kernel's own TCP, UDP and ICMP over the namespace's loopback, captured.
make_traffic() {
    in_ns "$1" sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
    in_ns "$1" ip link set lo mtu 1500
    in_ns "$1" ip addr add 10.1.0.1/32 dev lo
    in_ns "$1" ip addr add 2001:db8:1::1/128 dev lo nodad
    in_background "$1" "$work/serve.log" python3 "$smoke/traffic.py" serve 10.1.0.1 2001:db8:1::1
    wait_for "$work/serve.log" serving
    start_capture "$1" lo "$2"
    in_ns "$1" python3 "$smoke/traffic.py" talk 10.1.0.1 2001:db8:1::1
    stop_capture
}

# write_config DEVICE: the default configuration with this device, quiet on other ports, data in $work.
write_config() {
    mkdir -p "$work/etc"
    cp -r "$top/conf/profiles.d" "$work/etc/"
    sed -e "s|^devices = .*|devices = [\"$1\"]|" -e "s|^data = .*|data = \"$data\"|" \
        -e 's|^hugepages = .*|hugepages = false|' \
        "$top/conf/net-collector.toml" >"$work/etc/net-collector.toml"
    "$command" check-config "$work/etc/net-collector.toml" >"$work/check.log" 2>&1 || {
        cat "$work/check.log"
        fail "the configuration of the test is wrong"
    }
}

# start_collector NS DEVICE: waits until it answers.
start_collector() {
    write_config "$2"
    ip netns exec "$prefix-$1" "$daemon" --config "$work/etc/net-collector.toml" >"$work/collector.log" 2>&1 &
    collector=$!
    local i
    for i in $(seq 300); do
        "$command" status --config "$work/etc/net-collector.toml" >/dev/null 2>&1 && return
        kill -0 "$collector" 2>/dev/null || fail "the collector ended while starting"
        sleep 0.1
    done
    fail "the collector did not answer within 30 s"
}

# SIGTERM: drains, commits, exits 0 within 5 s.
stop_collector() {
    local pid=$collector begin=$SECONDS code=0
    collector=
    kill -TERM "$pid"
    wait "$pid" || code=$?
    [ "$code" = 0 ] || fail "the collector ended with $code"
    [ $((SECONDS - begin)) -le 6 ] || fail "the collector took $((SECONDS - begin)) s to end"
}

# expect SOURCE=FILE...: waits for the flows, ends the collector, compares series and ledger.
expect() {
    python3 "$smoke/check.py" wait "$command" "$data" 20 "$@" || true
    stop_collector
    python3 "$smoke/check.py" equal "$command" "$data" "$@" && return
    echo "--- the collector's ledger"
    "$command" ledger --data "$data"
    "$command" exporters --data "$data"
    exit 1
}
