#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Slot after slot at full speed: a day of flows replayed, none missing, each slot with its own; and windows find them again.
. "$(dirname "$0")/archive_lib.sh"
need_basics

write_config loopback
"$generator" --write "$work/day.pcap" -t 127.0.0.1 -p 2055 --protocol v9 --model realistic --exporters 7 --count 500000 --span 24h \
    --start 2026-01-15T00:00:00 -o json >"$work/day.json"
"$daemon" --config "$config" --data "$data" -o json --replay "$work/day.pcap" >"$work/ledger.json" 2>"$work/collector.log"
same "balanced" true "$(value balanced <"$work/ledger.json")"
same "flows" "$(sent day)" "$(totals)"
same_books
same "slots" 288 "$(find "$data/archive" -name '*.flows' | sed 's|.*/\(....-..-../....\)-.*|\1|' | sort -u | wc -l)"
whole=0
for hour in $(seq -w 0 22); do
    # Flows wholly inside an hour; those over its end are in none.
    some=$(totals -t "2026/01/15.$hour:00:00-2026/01/15.$hour:59:59")
    whole=$((whole + ${some%% *}))
done
last=$(totals -t 2026/01/15.23:00:00)
crossing=$((500000 - whole - ${last%% *}))
echo "$whole flows inside the first 23 hours, ${last%% *} in the last, $crossing over an hour's end"
[ "$crossing" -ge 0 ] && [ "$crossing" -lt 50000 ] || fail "hours do not add up"
"$command" archive verify --data "$data" >/dev/null || fail "archive verify finds damage"
