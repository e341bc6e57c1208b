#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `net-collectord --replay`: captures through the whole collector, whatever their order and file format; and captures
# of real devices where there are some.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

# replay NAME FILE...: into $work/NAME, the ledger in $work/NAME.json.
replay() {
    local name=$1 file
    local words=()
    shift
    for file in "$@"; do words+=(--replay "$file"); done
    "$daemon" --config "$config" --data "$work/$name" -o json "${words[@]}" >"$work/$name.json" 2>"$work/replay.log" || {
        cat "$work/replay.log"
        return 1
    }
    [ ! -s "$work/replay.log" ] || echo "said: $(cat "$work/replay.log")"
}

points() {
    "$command" series -o json --data "$work/$1" --from=-1d --resolution 10s |
        python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["series"], indent=1))'
}

write_config loopback
protocols=(v5 v9 ipfix sflow)
sent=() files=() swapped=()
for protocol in "${protocols[@]}"; do
    # 15 s of an hour ago: several buckets.
    "$generator" --write "$work/$protocol.pcap" --start $(($(date +%s) - 3600)) --protocol "$protocol" --rate 4000 --count 60000 --exporters 3 -o json >"$work/$protocol-sent.json"
    files+=("$work/$protocol.pcap")
    swapped=("$work/$protocol.pcap" "${swapped[@]}")
done
sent=(netflow-global="$work/v5-sent.json" netflow-global="$work/v9-sent.json" ipfix-global="$work/ipfix-sent.json"
    sflow-global="$work/sflow-sent.json")

replay forth "${files[@]}"
python3 "$smoke/check.py" equal "$command" "$work/forth" "${sent[@]}"
"$command" ledger -o json --data "$work/forth" | diff - "$work/forth.json" >/dev/null || fail "the ledger printed is not the one stored"
replay back "${swapped[@]}"
python3 "$smoke/check.py" equal "$command" "$work/back" "${sent[@]}"
points forth >"$work/forth.points"
points back >"$work/back.points"
diff "$work/forth.points" "$work/back.points" >/dev/null || fail "the order of captures changes the buckets"
buckets=$(python3 -c 'import json, sys
print(len({p["time"] for row in json.load(sys.stdin) for p in row["points"] if p["flows"]}))' <"$work/forth.points")
[ "$buckets" -ge 2 ] || fail "all in $buckets bucket"
echo "$(grep -c '"time"' "$work/forth.points") points in $buckets buckets equal in both orders"

# One capture in every file format and link type that libpcap knows of us.
for form in pcapng sll sll2 raw null nanoseconds swapped; do
    python3 "$smoke/repack.py" "$form" "$work/v9.pcap" "$work/$form.pcap"
    replay "$form" "$work/$form.pcap"
    python3 "$smoke/check.py" equal "$command" "$work/$form" netflow-global="$work/v9-sent.json" >/dev/null || fail "$form differs"
    echo "$form: equal"
done

captures=$top/../shared/captures
if [ ! -d "$captures" ]; then
    echo "no captures of real devices in $captures: not tried"
    exit 0
fi
mapfile -t all < <(find "$captures" -name '*.pcap' -o -name '*.pcapng' | sort)
for ((i = 0; i < ${#all[@]}; i += 12)); do
    some=("${all[@]:i:12}")
    rm -rf "$work/real"
    replay real "${some[@]}" || fail "replay of ${some[*]}"
    same "$((i + ${#some[@]})) captures, balanced" true "$(value balanced <"$work/real.json")"
    [ "$(value packets.received <"$work/real.json")" -gt 0 ] || fail "nothing was read of ${some[*]}"
done
