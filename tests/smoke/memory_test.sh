#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A capture without end at full rate: memory stays where it is. The archive's buffers find their size while it runs: 16 MiB are
# a byte in thirty flows of those 15 seconds.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

resident_kb() {
    awk '/^VmRSS:/ {print $2}' /proc/"$collector"/status
}

make_ns box
"$generator" --write "$work/mix.pcap" --protocol v5 -p 2055 --count 150000 --exporters 20 -t 127.0.0.1 >/dev/null
write_config "pcap:$work/mix.pcap,endless"
launch box
sleep 5
after_5_s=$(resident_kb)
sleep 15
after_20_s=$(resident_kb)
"$command" status -o json --config "$config" >"$work/status.json"
echo "$(($(value ledger.process.flows.through <"$work/status.json") / 20000000)) million flows a second through"
echo "resident after 5 s: $after_5_s KiB, after 20 s: $after_20_s KiB"
[ "$after_20_s" -lt $((600 * 1024)) ] || fail "more than 600 MiB"
[ $((after_20_s - after_5_s)) -lt $((16 * 1024)) ] || fail "it grows"
same "flows lost inside" 0 "$(value ledger.process.flows.lost_ring <"$work/status.json")"
stop_collector
same "balanced" true "$("$command" ledger -o json --data "$data" | value balanced)"
