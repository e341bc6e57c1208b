#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Flows of softflowd and flow-generator can be asked for within 5 s, each of them, with the daemon running and stopped.
. "$(dirname "$0")/archive_lib.sh"
need_basics
need softflowd softflowd

make_ns box
make_traffic box "$work/traffic.pcap"
start_collector box loopback
start_capture box lo "$work/export.pcap"
in_ns box timeout -k 1 20 softflowd -r "$work/traffic.pcap" -n 127.0.0.1:2055 -v 9 -6 -d >"$work/softflowd.log" 2>&1 ||
    fail "softflowd did not end by itself"
sleep 0.5
stop_capture
python3 "$smoke/exported.py" "$work/export.pcap" 2055 >"$work/softflowd.json"
real=$(value records <"$work/softflowd.json")
[ "$real" -gt 0 ] || fail "softflowd exported nothing"
wait_archived "$real" 5
same "softflowd's flows" "$(sent softflowd)" "$(totals)"

generate box first -t 127.0.0.1 -p 2055 --protocol v9 --rate 20000 --count 40000 --exporters 3 --seed 1 --source 127.0.0.2
wait_archived $((40000 + real)) 5
echo "the last of 40000 flows could be asked for $waited_ms ms after it was sent"
generate box second -t 127.0.0.1 -p 4739 --protocol ipfix --rate 20000 --count 40000 --exporters 3 --seed 2
wait_archived $((80000 + real)) 5
same "IPFIX source" "$(sent second)" "$(totals --source ipfix-global)"

compare() {
    same "dns of the generator ($1)" "$(sent first channels.dns)" "$(totals --source netflow-global 'port 53 and (router ip 127.0.0.2 or router ip 127.0.0.3 or router ip 127.0.0.4)')"
    same "https of the IPFIX source ($1)" "$(sent second channels.https)" "$(totals --source ipfix-global 'port 443')"
    same "tcp of the IPFIX source ($1)" "$(sent second classes.tcp)" "$(totals --source ipfix-global 'proto tcp')"
    same "of one exporter and the others ($1)" $((80000 + real)) \
        "$(($(totals 'router ip 127.0.0.1' | cut -d' ' -f1) + $(totals 'not router ip 127.0.0.1' | cut -d' ' -f1)))"
    same "sum of a statistic ($1)" $((80000 + real)) \
        "$(ask -q -N -o line -n 0 -s proto/flows | awk '{ sub(/\(.*/, "", $6); sum += $6 } END { print sum }')"
    same "lines ($1)" 40000 "$(ask -q -o fmt:%sa --source ipfix-global | wc -l)"
}
compare "daemon running"
stop_collector
compare "daemon stopped"
same_books
for told in query 'archive list'; do
    # shellcheck disable=SC2086  # two words
    if "$command" $told --data "$data" >/dev/full 2>/dev/null; then fail "$told: what a full disk did not take is no success"; fi
done
"$command" query --data "$data" | head -n 1 >/dev/null
same "query into head" "0 0" "${PIPESTATUS[*]}"
"$command" archive verify --data "$data" || fail "archive verify finds damage"
