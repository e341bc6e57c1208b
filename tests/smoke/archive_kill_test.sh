#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 while flows are archived, several times: each time the archive opens, what the ledger says is archived is there, and
# what was under way is counted as such.
. "$(dirname "$0")/archive_lib.sh"
need_basics

make_ns box
write_config loopback
generate_in_background box sent -t 127.0.0.1 -p 2055 --protocol v5 --rate 60000 --exporters 3 --seed 1
sender=$child
kept=0
for round in 1 2 3 4 5 6; do
    launch box
    sleep "$round.$((round * 37 % 10))"
    kill -9 "$collector"
    wait "$collector" || true
    collector=
    archived=$(of_ledger archive.archived)
    counted=$(totals)
    [ "$archived" -ge "$kept" ] || fail "round $round: archived was $kept, is $archived"
    [ "${counted%% *}" -ge "$archived" ] || fail "round $round: the ledger says $archived flows are archived, a query counts ${counted%% *}"
    echo "round $round: $archived archived, a query counts ${counted%% *}"
    kept=$archived
done
launch box
sleep 1
kill -TERM "$sender"
finish "$sender"
sleep 0.5
stop_collector
[ "$kept" -gt 0 ] || fail "nothing was archived"
same_books
"$command" archive verify --data "$data" || fail "archive verify finds damage"
"$command" ledger --data "$data" | grep -i archive || true
