#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Wireshark finds nothing malformed in generated captures, and right checksums.   Usage: tshark_test.sh FLOW_GENERATOR
set -euo pipefail
generator=$1
command -v tshark >/dev/null || { echo "skipped: tshark is not installed"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

failed=0
# What is inside a sampled packet is cut off after 128 bytes: not dissected.
check() {
    local name=$1 port=$2 dissector=$3 bad
    bad=$(tshark -r "$dir/$name.pcap" -d "udp.port==$port,$dissector" -o sflow.enable_dissection:FALSE \
        -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -Y "_ws.malformed || _ws.expert.severity >= 0x600000 || udp.checksum.status != 1 || !$dissector" 2>/dev/null | head -3)
    [ -z "$bad" ] || { echo "FAIL $name: $bad"; failed=1; }
}
for target in 127.0.0.1 2001:db8::1; do
    for protocol in v5:2055:cflow v9:2055:cflow ipfix:4739:cflow sflow:6343:sflow; do
        IFS=: read -r name port dissector <<<"$protocol"
        "$generator" -t "$target" --protocol "$name" --write "$dir/$name.pcap" --count 3000 --exporters 2 >/dev/null
        check "$name" "$port" "$dissector"
    done
done
exit $failed
