#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `net-collector capture` beside a running collector: whole files whatever ends it, of the exporter that was meant; and an
# [[exporter]] with a limit, taken over by a reload, whose losses stand in the books.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

make_ns box
start_collector box loopback
printf '\n[[exporter]]\naddresses = ["127.0.0.2"]\ndatagrams_per_second = 5\n' >>"$config"
"$command" reload --config "$config"
generate_in_background box sent -t 127.0.0.1 -p 2055 --protocol v5 --rate 20000 --exporters 2 --for 8s
sent=$child
wait_through 1000

"$command" capture --config "$config" -o json --exporter 127.0.0.1 --for 2s "$work/one.pcap" >"$work/one.json"
same "dropped" 0 "$(value dropped <"$work/one.json")"
"$command" capture --config "$config" --exporter 127.0.0.0/8 "$work/killed.pcap" &
first=$!
sleep 0.5
! "$command" capture --config "$config" --exporter 127.0.0.1 --for 1s "$work/none.pcap" 2>"$work/refused" || fail "two captures at once"
grep -q "another one is running" "$work/refused" || fail "said: $(cat "$work/refused")"
kill -KILL $first
wait $first || true
# Ctrl-C ends it in order, and the one that was killed is not in its way.
timeout --preserve-status -s INT 2 "$command" capture --config "$config" --exporter 127.0.0.1 - 2>"$work/two.log" >"$work/two.pcap"
grep -q "; 0 dropped" "$work/two.log" || fail "said: $(cat "$work/two.log")"
"$command" ledger --data "$data" >"$work/ledger.txt" || fail "the books do not balance while flows arrive"
"$command" ledger --data "$data" --watch --times 2 >>"$work/ledger.txt" || fail "the watched books do not balance"
finish "$sent"
stop_collector

over=$("$command" ledger -o json --data "$data" | value datagrams.outcomes.over_limit)
[ "$over" -gt 0 ] || fail "the limit of the exporter was not kept"
same "thinned of the exporter" "$over" "$("$command" ledger -o json --data "$data" --exporter 127.0.0.2 | value exporters.0.thinned)"
same "thinned of the other" 0 "$("$command" ledger -o json --data "$data" --exporter 127.0.0.1 | value exporters.0.thinned)"
"$command" ledger --since 1h --data "$data" >"$work/books.txt"
grep -q '^complete: [1-8].\...%' "$work/books.txt" || fail "said: $(cat "$work/books.txt")"

frames=$(value frames <"$work/one.json")
"$daemon" --config "$config" --data "$work/again" -o json --replay "$work/one.pcap" --replay "$work/two.pcap" >"$work/again.json"
[ "$(value packets.received <"$work/again.json")" -gt "$frames" ] || fail "the second capture is empty"
same "exporters captured" 1 "$(value exporters <"$work/again.json" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')"
same "whose" 127.0.0.1 "$(value exporters.0.address <"$work/again.json")"
