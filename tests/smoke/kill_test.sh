#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at 25 moments while flows arrive: each start opens the data by itself, and nothing committed is missing.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

make_ns box
write_config loopback
# v9: its records can be read after a start only when the templates survived, too; they are sent once a minute.
generate_in_background box sent -t 127.0.0.1 -p 2055 --protocol v9 --rate 20000 --exporters 3 --seed 1
sender=$child
sleep 0.2
in_ns box python3 "$smoke/kill.py" "$daemon" "$command" "$config" "$data" "$work/collector.log"
kill -TERM "$sender"
finish "$sender"
launch box
stop_collector
"$command" ledger -o json --data "$data" >"$work/ledger.json"
same "balanced after a clean end" true "$(value balanced <"$work/ledger.json")"
same "flows lost inside" 0 "$(value flows.lost_ring <"$work/ledger.json")"
same "whole datagrams = received" "$(value packets.fates.whole <"$work/ledger.json")" "$(value datagrams.received <"$work/ledger.json")"
