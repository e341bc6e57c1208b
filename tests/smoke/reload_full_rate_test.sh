#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 100 reloads while the worker is busy all the time (a capture without end): the ledger closes, no flow is lost, and the
# channel that is in every configuration has each flow that went through.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

make_ns box
"$generator" --write "$work/mix.pcap" --protocol v9 -p 2055 --count 100000 --exporters 5 -t 127.0.0.1 >/dev/null
write_config "pcap:$work/mix.pcap,endless"
launch box
for i in $(seq 100); do
    cat >"$work/etc/profiles.d/changing.toml" <<EOF
profile = "changing"
[[channel]]
name = "always"
filter = "any"
[[channel]]
name = "channel$((i % 7))"
filter = "port $((i * 11)) or src net 10.$i.0.0/16"
EOF
    "$command" reload --config "$config" >"$work/reload.log" 2>&1 || { cat "$work/reload.log"; fail "reload $i was refused"; }
    sleep 0.05
done
sleep 1
"$command" status -o json --config "$config" >"$work/status.json"
same "configurations taken" 101 "$(value config.generation <"$work/status.json")"
stop_collector
"$command" ledger -o json --data "$data" >"$work/ledger.json"
through=$(value flows.through <"$work/ledger.json")
[ "$through" -gt 1000000 ] || fail "only $through flows: the worker was not busy"
same "balanced" true "$(value balanced <"$work/ledger.json")"
same "flows lost inside" 0 "$(value flows.lost_ring <"$work/ledger.json")"
same "flows decoded" "$through" "$(value flows.decoded <"$work/ledger.json")"
live=$("$command" series -o json --data "$data" --profile live --channel netflow-global --from=-1h --resolution 10s | value series.0.flows)
same "flows in the channel that stayed" "$through" "$live"
