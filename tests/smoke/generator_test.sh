#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# flow-generator into `loopback`, four protocols, several exporters, two sources told apart by address on one port.
. "$(dirname "$0")/lib.sh"
need_basics

make_ns box
in_ns box ip addr add 172.16.17.18/32 dev lo
in_ns box ip addr add 172.16.17.19/32 dev lo
start_collector box loopback

# The socket behind `loopback` holds some 640 full datagrams: at these rates the collector may be kept off its CPU for
# most of a second without a loss.
# generate NAME ARGUMENTS...
generate() {
    local name=$1
    shift
    in_ns box "$generator" -t 127.0.0.1 -o json "$@" >"$work/$name.json"
}
generate v5 -p 2055 --protocol v5 --rate 20000 --for 3s --exporters 5 --seed 1
generate v9 -p 2055 --protocol v9 --rate 15000 --for 3s --exporters 3 --seed 2
generate ipfix -p 4739 --protocol ipfix --rate 15000 --for 3s --exporters 4 --seed 3
generate sflow -p 6343 --protocol sflow --rate 5000 --for 3s --exporters 2 --seed 4
generate peer1 -p 9996 --protocol v9 --rate 5000 --for 1s --source 172.16.17.18 --seed 5
generate peer2 -p 9996 --protocol ipfix --rate 5000 --for 1s --source 172.16.17.19 --seed 6

expect netflow-global="$work/v5.json" netflow-global="$work/v9.json" ipfix-global="$work/ipfix.json" \
    sflow-global="$work/sflow.json" peer1="$work/peer1.json" peer2="$work/peer2.json"
python3 "$smoke/exporters.py" "$command" "$data" "$work"/*.json
