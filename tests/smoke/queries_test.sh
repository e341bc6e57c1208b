#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Questions through the daemon while it collects. What they cost it is printed; nothing may be missing from the books.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

make_ns box
start_collector box loopback
flows=600000
generate box before -t 127.0.0.1 -p 2055 --protocol v9 --rate 100000 --count $flows --exporters 3 --seed 1
wait_through $((flows * 9 / 10)) 30
came=$("$command" ledger -o json --data "$data" | value flows.through)
generate_in_background box during -t 127.0.0.1 -p 2055 --protocol v9 --rate 20000 --for 40s --exporters 3 --seed 2
sender=$child
in_ns box python3 "$smoke/queries.py" "$data/control.sock" "$data" "$collector" "$command" "$came"
kill "$sender" 2>/dev/null || true
wait "$sender" 2>/dev/null || true
"$command" ledger -o json --data "$data" >"$work/ledger.json"
for path in flows.lost_ring archive.shed_busy; do
    echo "$path: $(value "$path" <"$work/ledger.json")"
done
same balanced true "$(value balanced <"$work/ledger.json")"
stop_collector
