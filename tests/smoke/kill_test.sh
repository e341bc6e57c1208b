#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at 25 moments while flows arrive: each start opens the data by itself, and nothing committed is missing.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

make_ns box
write_config loopback
launch box
# v9: its records can be read after a start only when the templates survived, too; they are sent once a minute.
generate_in_background box sent -t 127.0.0.1 -p 2055 --protocol v9 --rate 20000 --exporters 3 --seed 1
sender=$child
wait_through 1000  # each exporter's first datagram is known: what is missing from here on can be told
kill -9 "$collector"
wait "$collector" || true
in_ns box python3 "$smoke/kill.py" "$daemon" "$command" "$config" "$data" "$work/collector.log"
launch box
sleep 1
kill -TERM "$sender"
finish "$sender"
sleep 0.5
stop_collector
"$command" ledger -o json --data "$data" >"$work/ledger.json"
same "balanced after a clean end" true "$(value balanced <"$work/ledger.json")"
same "flows lost inside" 0 "$(value flows.lost_ring <"$work/ledger.json")"
same "whole datagrams = received" "$(value packets.fates.whole <"$work/ledger.json")" "$(value datagrams.received <"$work/ledger.json")"
# Every datagram that the exporters sent was taken, or is known to be missing: those in flight when the collector was killed
# and those sent while it was down.
"$command" exporters -o json --data "$data" >"$work/exporters.json"
python3 - "$work/sent.json" "$work/exporters.json" <<'PY' || fail "the books do not add up to what was sent"
import json, sys
sent, have = (json.load(open(path)) for path in sys.argv[1:])
wrong = 0
for s in sent["exporters"]:
    e = next(e for e in have if (e["address"], e["domain"]) == (s["address"], s["domain"]))
    print(f"{s['address']}: sent {s['datagrams']} datagrams = {e['datagrams']} taken + {e['lost']} missing ({e['lost_down']} over restarts)")
    wrong += s["datagrams"] != e["datagrams"] + e["lost"] or e["lost_down"] == 0
sys.exit(wrong != 0)
PY
