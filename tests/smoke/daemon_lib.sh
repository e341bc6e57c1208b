# SPDX-License-Identifier: Apache-2.0
# What the tests of the daemon's life share beyond lib.sh. Sources lib.sh.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
config=$work/etc/net-collector.toml

# value PATH <JSON: one value of it, for instance "flows.through".
value() {
    python3 -c '
import functools, json, sys
pick = lambda part, key: part[int(key) if isinstance(part, list) else key]
found = functools.reduce(pick, sys.argv[1].split("."), json.load(sys.stdin))
print(json.dumps(found) if isinstance(found, (dict, list, bool)) else found)' "$1"
}

# same WHAT EXPECTED IS
same() {
    [ "$2" = "$3" ] || fail "$1: expected $2, is $3"
    echo "$1: $3"
}

# generate NS NAME ARGUMENTS...: flow-generator's report is $work/NAME.json.
generate() {
    local ns=$1 name=$2
    shift 2
    in_ns "$ns" "$generator" -o json "$@" >"$work/$name.json"
}

# generate_in_background NS NAME ARGUMENTS...: sets $child; its report and errors are $work/NAME.json.
generate_in_background() {
    local ns=$1 name=$2
    shift 2
    in_background "$ns" "$work/$name.json" "$generator" -o json "$@"
}

# finish PID: the program ends by itself, with 0.
finish() {
    local code=0
    wait "$1" || code=$?
    [ "$code" = 0 ] || fail "process $1 ended with $code"
}

# launch NS: the collector on $config as it stands; waits until it answers.
launch() {
    ip netns exec "$prefix-$1" "$daemon" --config "$config" >>"$work/collector.log" 2>&1 &
    collector=$!
    local i
    for i in $(seq 300); do
        "$command" status --config "$config" >"$work/status.log" 2>&1 && return
        kill -0 "$collector" 2>/dev/null || fail "the collector ended while starting"
        sleep 0.1
    done
    cat "$work/status.log"
    fail "the collector did not answer within 30 s"
}

# wait_through FLOWS [SECONDS]: until so many flows are committed.
wait_through() {
    local i through=0
    for i in $(seq $((${2:-10} * 5))); do
        through=$("$command" ledger -o json --data "$data" 2>/dev/null | value flows.through) || through=0
        [ "$through" -ge "$1" ] && return
        sleep 0.2
    done
    fail "only $through of $1 flows are committed"
}
