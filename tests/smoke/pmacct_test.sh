#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# pmacct's probes export NetFlow v5, v9, IPFIX (nfprobe) and sFlow (sfprobe) of real traffic over a veth pair into af_packet.
. "$(dirname "$0")/lib.sh"
need_basics
need pmacctd pmacct

make_ns router
make_ns box
connect router out box in
in_ns router ip addr add 10.99.0.1/24 dev out
in_ns box ip addr add 10.99.0.2/24 dev in

make_traffic router "$work/traffic.pcap"

start_collector box af_packet:in
start_capture router out "$work/export.pcap"
# probe PLUGIN PORT LINE...: reads the traffic as fast as it can, exports, and ends when it is told to.
probe() {
    local plugin=$1 port=$2 line
    {
        echo "daemonize: false"
        echo "pcap_savefile: $work/traffic.pcap"
        echo "plugins: ${plugin}[p]"
        echo "${plugin}_receiver[p]: 10.99.0.2:$port"
        shift 2
        for line in "$@"; do echo "$line"; done
    } >"$work/pmacct.conf"
    in_ns router timeout -s INT -k 5 20 pmacctd -f "$work/pmacct.conf" >"$work/pmacct.log" 2>&1 || true
    grep -q "Exporting flows to" "$work/pmacct.log" || {
        cat "$work/pmacct.log"
        fail "pmacctd did not export"
    }
}
keys="aggregate[p]: src_host, dst_host, src_port, dst_port, proto, tos, tcpflags, src_mac, dst_mac, vlan"
for version in 5:2055 9:2055 10:4739; do
    probe nfprobe "${version#*:}" "nfprobe_version[p]: ${version%:*}" "nfprobe_timeouts[p]: expint=1:maxlife=2" "$keys"
done
probe sfprobe 6343 "sfprobe_agentip[p]: 10.99.0.1" "sampling_rate[p]: 2" "pcap_savefile_replay: 5"
sleep 1
stop_capture
for export in netflow:2055 ipfix:4739 sflow:6343; do
    python3 "$smoke/exported.py" "$work/export.pcap" "${export#*:}" >"$work/${export%:*}.json"
    grep -q '"records": 0,' "$work/${export%:*}.json" && fail "pmacctd exported no ${export%:*}"
    grep -H -m1 records "$work/${export%:*}.json"
done

expect netflow-global="$work/netflow.json" ipfix-global="$work/ipfix.json" sflow-global="$work/sflow.json"
