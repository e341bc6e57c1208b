#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian's nfcapd takes generated v5, v9 and IPFIX: same flows, packets, bytes, same flows in each channel, and no
# sequence failure.   Usage: nfcapd_test.sh FLOW_GENERATOR
set -euo pipefail
generator=$1
port=29995
for tool in nfcapd nfdump; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (package nfdump)"; exit 77; }
done
dir=$(mktemp -d)
collector=
finish() {
    [ -z "$collector" ] || kill "$collector" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT

field() { nfdump -r "$1" -I | awk -F': ' -v name="$2" '$1 == name { print $2 }'; }
flows() { nfdump -r "$1" -q -o fmt:%fl "$2" | awk '{ sum += $1 } END { print sum + 0 }'; }
sent() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("/"): value = value[key]
print(value)' "$1" "$2"; }
failed=0
same() {
    [ "$2" = "$3" ] || { echo "FAIL $1: sent $2, nfcapd has $3"; failed=1; }
}

for protocol in v5 v9 ipfix; do
    mkdir "$dir/$protocol"
    nfcapd -w "$dir/$protocol" -p $port -B 8000000 >"$dir/$protocol.log" 2>&1 &
    collector=$!
    for _ in $(seq 50); do
        grep -q 'Startup' "$dir/$protocol.log" && break
        sleep 0.1
    done
    "$generator" -t 127.0.0.1 -p $port --protocol $protocol --rate 20000 --count 20000 --exporters 3 -o json \
        >"$dir/$protocol.json"
    sleep 0.5
    kill "$collector"
    wait "$collector" || true
    collector=
    file=$(ls "$dir/$protocol"/nfcapd.2* | head -1)
    same "$protocol flows" "$(sent "$dir/$protocol.json" records)" "$(field "$file" Flows)"
    same "$protocol packets" "$(sent "$dir/$protocol.json" packets)" "$(field "$file" Packets)"
    same "$protocol bytes" "$(sent "$dir/$protocol.json" bytes)" "$(field "$file" Bytes)"
    same "$protocol sequence failures" 0 "$(field "$file" 'Sequence failures')"
    for channel in dns/53 https/443 p2p/6681 bittorrent/6682; do
        same "$protocol ${channel%/*}" "$(sent "$dir/$protocol.json" "channels/${channel%/*}/flows")" \
            "$(flows "$file" "port ${channel#*/}")"
    done
    same "$protocol icmp" "$(sent "$dir/$protocol.json" channels/icmp/flows)" "$(flows "$file" 'proto icmp')"
    echo "$protocol: $(field "$file" Flows) flows, $(field "$file" Bytes) bytes"
done
exit $failed
