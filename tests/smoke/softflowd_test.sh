#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# softflowd exports v5, v9 and IPFIX of real traffic over a veth pair into the collector's device.
# Usage: softflowd_test.sh af_packet|af_xdp
. "$(dirname "$0")/lib.sh"
need_basics
kind=${1:-af_packet}
need softflowd softflowd

make_ns router
make_ns box
connect router out box in
in_ns router ip addr add 10.99.0.1/24 dev out
in_ns box ip addr add 10.99.0.2/24 dev in
# af_xdp takes ARP from the kernel too: nobody would answer.
in_ns router ip neigh add 10.99.0.2 lladdr "$(mac box in)" nud permanent dev out

make_traffic router "$work/traffic.pcap"

start_collector box "$kind:in"
start_capture router out "$work/export.pcap"
# One after the other: one machine has one address, and its versions are different exporters to the collector.
# No -c: with a control socket of one's own softflowd 1.1.0 waits for ever instead of reading the file.
for version in 5:2055 9:2055 10:4739; do
    in_ns router timeout -k 1 20 softflowd -r "$work/traffic.pcap" -n "10.99.0.2:${version#*:}" -v "${version%:*}" -6 -d \
        >"$work/softflowd.log" 2>&1 || {
        cat "$work/softflowd.log"
        fail "softflowd -v ${version%:*} did not end by itself"
    }
done
sleep 1
stop_capture
python3 "$smoke/exported.py" "$work/export.pcap" 2055 >"$work/netflow.json"
python3 "$smoke/exported.py" "$work/export.pcap" 4739 >"$work/ipfix.json"
grep -q '"records": 0,' "$work/netflow.json" "$work/ipfix.json" && fail "softflowd exported nothing"

expect netflow-global="$work/netflow.json" ipfix-global="$work/ipfix.json"
