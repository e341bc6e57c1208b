#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `net-collector backup` while flows arrive: the copy balances, and a collector goes on from it.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

# balances DIRECTORY: ledger and series of one moment; sets $flows.
balances() {
    "$command" ledger -o json --data "$1" >"$work/ledger.json"
    same "$1 balances" true "$(value balanced <"$work/ledger.json")"
    flows=$(value flows.through <"$work/ledger.json")
    same "flows of its series" "$flows" "$("$command" series -o json --data "$1" --profile live --from=-1d --resolution 10s |
        python3 -c 'import json, sys; print(sum(row["flows"] for row in json.load(sys.stdin)["series"]))')"
}

make_ns box
start_collector box loopback
generate_in_background box sent -t 127.0.0.1 -p 2055 --protocol v9 --rate 50000 --for 5s --exporters 3
sender=$child
wait_through 1000
"$command" backup --data "$data" "$work/first"
sleep 1.5
"$command" backup --config "$config" "$work/second"
"$command" backup --data "$data" "$work/second" >"$work/refused.log" 2>&1 && fail "a backup is overwritten"
cat "$work/refused.log"
finish "$sender"
balances "$work/first"
first=$flows
balances "$work/second"
second=$flows
wait_through "$(value records <"$work/sent.json")"
stop_collector
balances "$data"
same "flows sent" "$(value records <"$work/sent.json")" "$flows"
[ "$first" -gt 0 ] && [ "$first" -lt "$second" ] && [ "$second" -lt "$flows" ] || fail "not of different moments: $first, $second, $flows"
"$command" backup --data "$data" "$work/third"
balances "$work/third"

# Templates are in the copy, too: the generator's exporters go on, their templates come first.
sed -i -e "s|^data = .*|data = \"$work/second\"|" "$config"
data=$work/second
launch box
generate box more -t 127.0.0.1 -p 2055 --protocol v9 --rate 30000 --count 30000 --exporters 3 --seed 2
wait_through $((second + 30000))
stop_collector
balances "$work/second"
same "flows of the copy and 30000 more" $((second + 30000)) "$flows"
